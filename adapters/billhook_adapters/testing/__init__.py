"""For tests of your own: builders of every noun, and the contract suites of the ports.

from billhook_adapters.testing import an_invoice

def test_a_paid_invoice_is_not_sent():
    assert isinstance(notify(an_invoice(Status.PAID), Medium.SMS, now=NOON), Failure)
"""

from billhook_adapters.testing.builders import (
    NOON,
    a_customer,
    a_document,
    a_line,
    a_payment,
    an_invoice,
)

__all__ = ["NOON", "a_customer", "a_document", "a_line", "a_payment", "an_invoice"]
