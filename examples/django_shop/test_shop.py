"""The models, and the admin site as a browser uses it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.db import transaction
from django.test import Client
from django.test.utils import (
    setup_databases,
    setup_test_environment,
    teardown_databases,
    teardown_test_environment,
)

from billhook import Conflict, Customer, Document, Line, Payment, Reference, RefusedError
from django_shop.models import InvoiceRow

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "/admin/django_shop/invoicerow/"


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(databases, verbosity=0)
    teardown_test_environment()


@pytest.fixture(autouse=True)
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    mail.outbox.clear()


def issued(name: str = "inv_1", **fields: Any) -> InvoiceRow:
    document = Document(
        currency="INR",
        customer=Customer(name="Ravi", email="ravi@example.com"),
        lines=[Line(name="Book", unit_amount=49900, currency="INR", quantity=2)],
        partial_payment=True,
        **fields,
    )
    return InvoiceRow.issue(name, document, now=NOON, short_url=f"https://shop.example/{name}")


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("seller"))
    return client


def act(client: Client, action: str, *rows: InvoiceRow) -> list[str]:
    """The messages that the user sees after an action on the selected rows."""
    selected = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(URL, selected, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def stored(row: InvoiceRow) -> InvoiceRow:
    return InvoiceRow.objects.get(pk=row.pk)


def payment(reference: str, amount: int) -> Payment:
    return Payment(reference=Reference(reference), amount=amount, currency="INR")


def test_the_columns_say_what_the_json_says() -> None:
    row = issued(due_by=NOON + timedelta(days=14))
    row.pay(payment("pay_1", 30000), now=NOON)
    found = stored(row)
    invoice = found.invoice
    assert (found.version, found.status, found.due) == (3, "partially_paid", 69800)
    assert (invoice.version, invoice.status, invoice.due) == (3, "partially_paid", 69800)
    assert found.due_by == invoice.document.due_by
    assert list(InvoiceRow.objects.filter(data__document__customer__name="Ravi")) == [found]


def test_selected_invoices_are_sent_and_the_user_reads_why_one_is_not(admin: Client) -> None:
    """One that is refused is no reason to leave out the others."""
    first, cancelled, last = issued("inv_1"), issued("inv_2"), issued("inv_3")
    cancelled.cancel(now=NOON)
    said = act(admin, "notify_by_email", first, cancelled, last)
    assert sorted(message.to[0] for message in mail.outbox) == ["ravi@example.com"] * 2
    assert {message.body for message in mail.outbox} == {
        "https://shop.example/inv_1",
        "https://shop.example/inv_3",
    }
    (refused,) = [text for text in said if text.startswith("inv_2")]
    assert "operation_not_allowed" in refused
    assert sorted(text for text in said if text != refused) == ["inv_1: sent", "inv_3: sent"]


def test_a_second_click_sends_nothing_more(admin: Client) -> None:
    row = issued()
    act(admin, "notify_by_email", row)
    (said,) = act(admin, "notify_by_email", row)
    assert "too_soon" in said
    assert len(mail.outbox) == 1


def test_the_user_reads_that_the_mail_server_is_away(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("connection refused")

    monkeypatch.setattr("django_shop.admin.send_mail", refuse)
    row = issued()
    (said,) = act(admin, "notify_by_email", row)
    assert "connection refused" in said
    assert stored(row).notified_at is None


def test_an_action_is_in_the_history_of_its_invoice(admin: Client) -> None:
    row, refused = issued("inv_1"), issued("inv_2")
    refused.pay(payment("pay_1", 30000), now=NOON)
    act(admin, "cancel", row, refused)
    entries = LogEntry.objects.all()
    assert [(entry.object_id, entry.change_message) for entry in entries] == [
        ("inv_1", "cancelled")
    ]


def test_cancelling_is_refused_after_a_payment(admin: Client) -> None:
    row = issued()
    row.pay(payment("pay_1", 30000), now=NOON)
    (said,) = act(admin, "cancel", row)
    assert "operation_not_allowed" in said
    assert stored(row).status == "partially_paid"


def test_who_may_only_look_cannot_act() -> None:
    row, client = issued(), Client()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_invoicerow"))
    client.force_login(reader)
    act(client, "cancel", row)
    act(client, "notify_by_email", row)
    assert (stored(row).status, mail.outbox) == ("issued", [])


def test_the_admin_site_writes_no_field_and_deletes_no_invoice(admin: Client) -> None:
    """A status is set by an operation, never by a form."""
    row = issued()
    admin.post(f"{URL}{row.pk}/change/", {"status": "paid", "due": 0})
    act(admin, "delete_selected", row)
    assert admin.post(f"{URL}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(f"{URL}add/").status_code == 403
    assert (stored(row).status, stored(row).due) == ("issued", 99800)


def test_of_two_payments_at_the_same_time_one_is_refused() -> None:
    issued()
    first, second = (InvoiceRow.objects.get(pk="inv_1") for _ in range(2))
    first.pay(payment("pay_1", 30000), now=NOON)
    with pytest.raises(RefusedError) as refused:
        second.pay(payment("pay_2", 30000), now=NOON)
    assert refused.value.error == Conflict(expected=2, actual=3)
    assert stored(first).invoice.paid == 30000
    second.refresh_from_db()
    second.pay(payment("pay_2", 30000), now=NOON)
    assert stored(first).invoice.paid == 60000


def test_of_two_messages_at_the_same_time_one_is_sent() -> None:
    issued()
    first, second = (InvoiceRow.objects.get(pk="inv_1") for _ in range(2))
    first.notify("email", now=NOON)
    with pytest.raises(RefusedError) as refused:
        second.notify("email", now=NOON)
    assert refused.value.error.code == "conflict"


def test_an_operation_that_is_not_committed_leaves_nothing() -> None:
    row = issued()

    class KilledError(BaseException):
        """No `except Exception` sees the end of a process."""

    def killed() -> None:
        with transaction.atomic():
            row.pay(payment("pay_1", 30000), now=NOON)
            raise KilledError

    with pytest.raises(KilledError):
        killed()
    assert (stored(row).version, stored(row).status) == (2, "issued")


@pytest.mark.parametrize(
    ("medium", "code"), [("fax", "unknown_medium"), ("sms", "missing_contact")]
)
def test_a_medium_that_cannot_be_used_is_refused(medium: str, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        issued().notify(medium, now=NOON)
    assert refused.value.error.code == code


def test_a_time_without_a_time_zone_is_refused_and_nothing_is_changed() -> None:
    row = issued()
    with pytest.raises(ValueError, match="now must carry a time zone"):
        row.cancel(now=NOON.replace(tzinfo=None))
    assert stored(row).status == "issued"
