"""What the buttons of the console do, what they say when it is refused, and who may press them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.console.conftest import FIRST, HOST, Console, Page, path_of, rows
from billhook.application.commands import Draft
from billhook.model.invoice import Invoice
from billhook_adapters.sandbox.console.notices import MOST, Notice, Notices
from billhook_adapters.testing import a_document


def drafted(console: Console, **document: Any) -> Invoice:
    """A draft."""
    command = Draft(account=FIRST, document=a_document(**document))
    return console.application.service.execute(command).unwrap()


def test_a_draft_is_issued_sent_and_paid_by_buttons(console: Console) -> None:
    invoice = drafted(console)
    path = path_of(invoice)
    assert {"issue", "cancel", "delete"} == {*console.page(path).buttons()}
    assert "The invoice is issued." in console.press(path, operation="issue").texts
    said = console.press(path, operation="sms")
    assert "The message to +919876543210 was requested." in said.texts
    console.press(path, operation="email")
    assert [
        one.medium.value for one in console.application.service.messages(FIRST, invoice.id)
    ] == [
        "sms",
        "email",
    ]
    (paid,) = [
        one
        for one in console.press(path, operation="pay", amount="500.5").texts
        if "payer paid" in one
    ]
    assert paid.startswith("The payer paid ₹500.50 as pay_")
    console.press(path, operation="pay", amount="497.50")
    assert console.now(invoice).status.value == "paid"


def test_a_button_cancels_and_another_one_deletes(console: Console) -> None:
    cancelled, deleted = drafted(console), drafted(console)
    assert (
        "The invoice is cancelled." in console.press(path_of(cancelled), operation="cancel").texts
    )
    page = console.press(path_of(deleted), operation="delete")
    assert f"The draft {deleted.id} was deleted." in page.texts
    assert [line.split()[0] for line in rows(page)] == [cancelled.id]


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ("issue", "issue is not allowed when paid, only when draft."),
        ("pay", "pay is not allowed when paid, only when issued or partially_paid."),
        ("sms", "notify is not allowed when paid, only when issued or partially_paid."),
        ("cancel", "cancel is not allowed when paid, only when draft or issued."),
        ("expire", "expire is not allowed when paid, only when issued or partially_paid."),
        ("delete", "delete is not allowed when paid, only when draft."),
        ("clock", "The invoice does not expire at a later time; the clock was not moved."),
    ],
)
def test_a_refusal_is_shown_as_the_sentence_of_its_error(
    console: Console, operation: str, sentence: str
) -> None:
    invoice = console.sent(media=())
    console.press(path_of(invoice), operation="pay", amount="998")
    before = console.now(invoice)
    page = console.press(path_of(invoice), operation=operation, amount="1")
    assert ("p", "alert") in [(tag, attrs.get("role")) for tag, attrs in page.tags]
    assert sentence in page.texts
    assert console.now(invoice) == before


def test_what_is_not_allowed_is_listed_with_its_reason_and_remedy_and_has_no_button(
    console: Console,
) -> None:
    invoice = console.sent(media=())
    page = console.invoice(invoice)
    assert {*page.buttons()} == {"pay", "sms", "email", "cancel"}
    refused = page.texts[page.texts.index("Not allowed") :]
    assert (
        refused[refused.index("Issue") + 1] == "issue is not allowed when issued, only when draft."
    )
    assert refused[refused.index("Issue") + 2] == "operation_not_allowed, other_status"
    assert "This invoice expires never." in refused


@pytest.mark.parametrize("amount", ["", "x", "0", "-1", "1.005", "NaN", "1e999", "inf", "9" * 40])
def test_an_amount_that_is_none_is_refused_with_an_example(console: Console, amount: str) -> None:
    invoice = console.sent(media=())
    page = console.press(path_of(invoice), operation="pay", amount=amount)
    assert "amount: enter an amount in INR above zero, such as 998.00." in page.texts
    assert console.now(invoice).paid == 0


def test_more_than_is_due_is_refused_by_the_domain(console: Console) -> None:
    invoice = console.sent(media=())
    page = console.press(path_of(invoice), operation="pay", amount="998.01")
    assert "99801 is more than the 99800 that is due." in page.texts


def test_a_button_moves_the_clock_to_the_expiry_of_an_invoice(console: Console) -> None:
    now = console.application.background_jobs.clock.now()
    invoice = console.sent(media=(), expire_by=now + timedelta(days=40))
    assert "clock" in console.invoice(invoice).buttons()
    page = console.press(path_of(invoice), operation="clock")
    assert any(one.startswith("The clock was moved to ") for one in page.texts)
    assert console.now(invoice).status.value == "expired"
    assert "clock" not in page.buttons()


def test_an_unknown_operation_does_nothing(console: Console) -> None:
    invoice = drafted(console)
    answer = console.request("POST", path_of(invoice), data={"operation": "explode"})
    assert answer.status_code == 400
    assert "operation: choose one of the buttons." in Page(answer).texts
    assert console.now(invoice) == invoice


@pytest.mark.parametrize(
    ("step", "by"),
    [("minute", timedelta(minutes=1)), ("hour", timedelta(hours=1)), ("day", timedelta(days=1)),
     ("week", timedelta(weeks=1))],
)  # fmt: skip
def test_the_clock_is_moved_by_a_step(console: Console, step: str, by: timedelta) -> None:
    before = console.sandbox.clock.now()
    console.press("/console/clock", by=step)
    (move,) = console.sandbox.recorded.moves
    assert move.until - before >= by
    assert move.until - move.since <= by


def test_the_clock_is_moved_to_an_instant_of_utc(console: Console) -> None:
    page = console.press("/console/clock", to="2030-01-02T03:04")
    assert "The clock was moved to 2 Jan 2030 03:04:00 UTC; nothing happened." in page.texts
    assert console.sandbox.clock.now() >= datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    assert "nothing happened." in page.text


def test_the_clock_is_moved_to_what_happens_next_and_shows_what_it_caused(
    console: Console,
) -> None:
    page = console.press("/console/clock", by="next")
    assert "Nothing happens within the next ten years." in page.texts
    expires = console.sandbox.clock.now().replace(microsecond=0) + timedelta(days=40)
    invoice = console.sent(media=(), expire_by=expires)
    page = console.press("/console/clock", by="next")
    assert console.now(invoice).expired_at == expires
    caused = [line.split(" UTC ") for line in rows(page)]
    assert [
        one[0].partition(
            " ",
        )[0]
        for one in caused
    ] == ["invoice", "webhook"]
    assert caused[0][0].startswith("invoice expired")
    assert caused[0][1] == invoice.id
    assert caused[1][1] == f"invoice.expired {invoice.id}"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "tomorrow",
        "3000-01-02T00:00",
        "1969-12-31T23:59",
        "0001-01-01",
        "9999-12-31T23:59-12:00",
    ],
)
def test_a_time_that_the_clock_cannot_have_is_refused(console: Console, to: str) -> None:
    page = console.press("/console/clock", to=to)
    assert any(one.startswith("to: enter a date and a time") for one in page.texts)
    assert not console.sandbox.recorded.moves


def test_a_webhook_is_sent_again_with_the_same_bytes_and_headers(console: Console) -> None:
    invoice = console.sent(media=())
    console.press(path_of(invoice), operation="pay", amount="998")
    console.deliver()
    page = console.press("/console/webhooks/1")
    assert "It was posted again, and accepted." in page.texts
    assert "Webhook 2: invoice.paid" in page.texts
    first = console.page("/console/webhooks/1")
    assert rows(first) == rows(page)


CROSS_SITE: list[Mapping[str, str]] = [
    {"sec-fetch-site": "cross-site", "origin": f"http://{HOST}"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": f"http://{HOST}.evil.example"},
    {"origin": "http://[evil"},
    {"origin": ""},
]


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_a_page_of_another_site_can_press_no_button(
    console: Console, headers: Mapping[str, str]
) -> None:
    invoice = drafted(console)
    for path, fields in (
        (path_of(invoice), {"operation": "issue"}),
        ("/console/clock", {"by": "day"}),
        ("/console/webhooks/1", {}),
    ):
        answer = console.request("POST", path, headers, data=fields)
        assert answer.status_code == 403
        assert "The request came from a page of another site" in answer.text
    assert console.now(invoice) == invoice


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": f"http://{HOST}"}, {"origin": f"http://{HOST.upper()}"},
     {"sec-fetch-site": "same-origin", "origin": "http://before.the.proxy"},
     {"sec-fetch-site": "none"}],
)  # fmt: skip
def test_its_own_pages_and_programs_can(console: Console, headers: Mapping[str, str]) -> None:
    invoice = drafted(console)
    answer = console.request("POST", path_of(invoice), headers, data={"operation": "issue"})
    assert answer.status_code == 303
    assert console.now(invoice).issued_at is not None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_refused(console: Console, method: str) -> None:
    assert console.request(method, "/console/clock").status_code == 405


@pytest.mark.parametrize("path", ["/", "/console/outbox", "/console/invoices", "/console/accounts"])
def test_a_form_that_a_page_does_not_have_is_not_found(console: Console, path: str) -> None:
    assert console.request("POST", path, data={"operation": "issue"}).status_code == 404


def test_a_notice_is_known_by_its_id_alone(console: Console) -> None:
    page = console.page("/console/invoices?notice=The+invoice+is+paid.")
    assert "The invoice is paid." not in page.text


def test_only_the_latest_notices_are_kept() -> None:
    notices = Notices()
    names = [notices.add(Notice(str(number))) for number in range(MOST + 1)]
    assert notices.get(names[0]) is None
    assert notices.get(names[1]) == Notice("1")


def test_a_body_that_is_too_large_is_refused_on_a_page(console: Console) -> None:
    answer = console.request("POST", "/console/clock", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
