"""How values look in a notebook, a log of a test and a debugger: short, and without persons."""

from __future__ import annotations

from billhook import Customer, Line, Status
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, an_invoice


def test_an_invoice_is_a_line_that_shows_what_is_due() -> None:
    invoice = an_invoice(Status.PARTIALLY_PAID, receipt="A-1")
    assert repr(invoice) == (
        "Invoice(id='inv_1', status='partially_paid', currency='INR', amount=99800, "
        f"due={invoice.due}, number='A-1', version={invoice.version})"
    )
    assert "number" not in repr(an_invoice(Status.DRAFT))


def test_what_is_as_by_default_is_left_out() -> None:
    line = Line(name="Book", unit_amount=49900, currency="INR")
    assert repr(line) == "Line(name='Book', unit_amount=49900, currency='INR')"
    assert repr(a_line(tax_inclusive=True)).endswith("tax_inclusive=True)")
    assert "None" not in repr(a_document())


def test_a_notebook_shows_an_invoice_as_a_table() -> None:
    customer = a_customer(name="<b>Ravi</b> & Co")
    shown = an_invoice(Status.PARTIALLY_PAID, customer=customer, due_by=NOON)._repr_html_()
    assert "<th>Customer</th><td>&lt;b&gt;Ravi&lt;/b&gt; &amp; Co</td>" in shown
    assert "<th>Status</th><td>partially_paid</td>" in shown
    assert "<th>Amount</th><td>998.00 INR</td>" in shown
    assert "<th>Due by</th><td>2026-01-01</td>" in shown
    assert "Due by" not in an_invoice(Status.DRAFT)._repr_html_()


def test_no_person_is_shown() -> None:
    customer = a_customer()
    shown = repr(customer) + repr(a_document(customer=customer)) + repr(an_invoice())
    for personal in (customer.name, customer.email, customer.contact):
        assert personal is not None
        assert personal not in shown
    assert repr(Customer()) == "Customer()"
