"""What the pages of the console show, to whom they answer, and what they escape."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_string
from email.policy import default

import pytest
from returns.result import Success

from adapters.console.conftest import (
    FIRST,
    HOST,
    HOSTILE,
    SECOND,
    Console,
    Page,
    path_of,
    rows,
)
from billhook.application.account_commands import UpdateAccount
from billhook.application.commands import Draft, Pay
from billhook.messaging.delivery import Accepted
from billhook.model.account import AccountPolicy
from billhook_adapters.sandbox import webhooks
from billhook_adapters.sandbox.console.fields import PAGE
from billhook_adapters.sandbox.service import Shared
from billhook_adapters.testing import a_customer, a_document, a_payment
from billhook_adapters.webhooks.post import Exchange, Poster

PATHS = (
    "/",
    *(
        f"/console/{one}"
        for one in ("invoices", "outbox", "webhooks", "requests", "clock", "faults", "accounts")
    ),
)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_closed_to_other_hosts_and_in_no_frame(console: Console, path: str) -> None:
    page = console.page(path)
    policy = page.answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.answer.headers["cache-control"] == "no-store"
    loaded = [
        attrs.get("src") or attrs.get("href") or ""
        for tag, attrs in page.tags
        if tag in ("script", "link", "img")
    ]
    assert all(one.startswith(("/console/console.", "data:,")) for one in loaded)
    assert all("style" not in attrs for _, attrs in page.tags)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_one_heading_a_landmark_and_a_link_that_skips_to_it(
    console: Console, path: str
) -> None:
    page = console.page(path)
    tags = [tag for tag, _ in page.tags]
    assert (tags.count("h1"), tags.count("main"), tags.count("header")) == (1, 1, 1)
    assert "#main" in page.links
    assert ("main", "main") in [(tag, attrs.get("id")) for tag, attrs in page.tags]


@pytest.mark.parametrize("path", ["/", "/console/outbox"])
def test_an_empty_sandbox_says_so(console: Console, path: str) -> None:
    assert "No message was sent yet." in console.page(path).text


@pytest.mark.parametrize(
    "path",
    [
        "/console/unknown",
        "/console/invoices/acc_9/inv_1",
        f"/console/invoices/{FIRST}/inv_unknown",
        f"/console/invoices/{FIRST}/%00",
        "/console/outbox/msg_unknown",
        "/console/outbox/msg_unknown/html",
        "/console/webhooks/1",
        "/console/webhooks/0",
        "/console/webhooks/x",
        "/console/webhooks/99999999999",
        "/console/outbox/a/b/c",
    ],
)
def test_a_path_that_names_nothing_is_a_page_that_says_so(console: Console, path: str) -> None:
    answer = console.request("GET", path)
    assert answer.status_code == 404
    assert Page(answer).text.count("The sandbox has nothing at this path.") == 1


def test_the_first_page_has_the_latest_mail_one_click_away(console: Console) -> None:
    invoice = console.sent(media=("email",))
    links = console.page("/").links
    assert f"/console/outbox/{console.message(invoice, 'email')}" in links
    assert path_of(invoice) in links


def test_the_lines_to_paste_have_the_url_and_the_credentials_of_this_sandbox(
    console: Console,
) -> None:
    text = console.page("/").text
    for line in (
        f'base_url="http://{HOST}"',
        'auth=("key_1", "secret")',
        f'client.api.rq.defaults.baseURL = "http://{HOST}";',
        "curl -u key_1:secret",
        f'HighLevel.BASE_URL = "http://{HOST}";',
        'privateIntegrationToken: "token_1"',
        'altId: "loc_1"',
    ):
        assert line in text


@pytest.mark.parametrize("host", ['evil"><script>', "a b", "a/b", "x" * 300, ""])
def test_a_host_that_is_none_is_not_shown(console: Console, host: str) -> None:
    answer = console.request("GET", "/", {"host": host})
    assert 'base_url="http://127.0.0.1:8080"' in Page(answer).text


def test_invoices_of_all_accounts_are_listed_the_newest_first(console: Console) -> None:
    one, two = console.sent(receipt="R-1"), console.sent(SECOND, receipt="R-2")
    listed = rows(console.page("/console/invoices"))
    assert [line.split()[:2] for line in listed] == [[two.id, "R-2"], [one.id, "R-1"]]
    assert "₹998.00" in listed[0]
    assert "Sandbox key_2" in listed[0]


def test_invoices_are_filtered_by_status_and_text(console: Console) -> None:
    paid, issued = console.sent(receipt="R-1"), console.sent(receipt="R-2")
    payment = Pay(account=FIRST, invoice=paid.id, payment=a_payment(paid.due))
    console.application.service.execute(payment).unwrap()

    def found(query: str) -> list[str]:
        return [line.split()[0] for line in rows(console.page(f"/console/invoices{query}"))]

    assert found("?status=paid") == [paid.id]
    assert found("?status=issued") == [issued.id]
    assert found("?status=unknown&text=") == [issued.id, paid.id]
    assert found("?text=r-2") == [issued.id]
    assert found("?text=nothing+of+this") == []


def test_an_overdue_invoice_says_so_and_is_found(console: Console) -> None:
    due_by = console.application.background_jobs.clock.now() + timedelta(days=1)
    invoice = console.sent(due_by=due_by)
    assert rows(console.page("/console/invoices?status=overdue")) == []
    console.press("/console/clock", by="week")
    (line,) = rows(console.page("/console/invoices?status=overdue"))
    assert line.startswith(invoice.id)
    assert "issued, overdue" in line


@pytest.mark.parametrize("text", ["x" * 257, "%00"])
def test_a_text_that_cannot_be_searched_for_is_refused_in_a_sentence(
    console: Console, text: str
) -> None:
    page = console.page(f"/console/invoices?text={text}")
    assert "The text may have 1 to 256 characters" in page.text


def test_a_long_list_of_invoices_has_pages(console: Console) -> None:
    drafts = [
        Draft(account=account, document=a_document(customer=None))
        for account in (FIRST, SECOND)
        for _ in range(PAGE)
    ]
    console.application.service.execute_all(drafts)
    path, seen = "/console/invoices?status=draft", list[str]()
    while True:
        page = console.page(path)
        seen += [line.split()[0] for line in rows(page)]
        older = [one for one in page.links if "after=" in one]
        if not older:
            break
        path = older[0]
        assert "status=draft" in path
    assert len(seen) == len(set(seen)) == 2 * PAGE


def test_a_long_outbox_has_pages(console: Console) -> None:
    for number in range(PAGE // 2 + 1):
        console.sent(customer=a_customer(contact=f"+9198765432{number:02}"))
    first = console.page("/console/outbox")
    assert len(rows(first)) == PAGE
    assert len(rows(console.page("/console/outbox?page=2"))) == 2
    assert "/console/outbox?page=2" in first.links
    assert rows(console.page("/console/outbox?page=x")) == rows(first)
    assert rows(console.page("/console/outbox?page=9")) == rows(
        console.page("/console/outbox?page=2")
    )


def test_the_page_of_an_invoice_has_its_amounts_and_leads_to_what_the_payer_sees(
    console: Console,
) -> None:
    invoice = console.sent(receipt="R-1")
    page = console.invoice(invoice)
    assert "Invoice R-1" in page.texts
    assert page.texts[page.texts.index("Due") + 1] == "₹998.00"
    payers = f"/i/{(invoice.short_url or '').rpartition('/')[2]}"
    assert {payers, f"{payers}/invoice.pdf"} <= {*page.links}
    assert "Ravi" in console.page(payers).text


def test_the_timeline_has_events_messages_payments_and_webhooks_in_order(console: Console) -> None:
    invoice = console.sent(media=("email",))
    console.press(path_of(invoice), operation="pay", amount="10")
    console.deliver()
    kinds = [line.split(" UTC ")[1] for line in rows(console.invoice(invoice)) if " UTC " in line]
    assert [" ".join(line.split()[:3]) for line in kinds] == [
        "event drafted version",
        "event issued version",
        "message e-mail requested",
        "message e-mail sent",
        "event payment recorded",
        "webhook invoice.partially_paid accepted",
    ]


def test_times_are_in_the_zone_of_the_account(console: Console) -> None:
    policy = AccountPolicy(time_zone="Asia/Kolkata")
    console.application.service.execute(UpdateAccount(account=FIRST, policy=policy)).unwrap()
    invoice = console.sent(media=())
    assert " IST " in rows(console.page("/console/invoices"))[0]
    assert " IST " in rows(console.invoice(invoice))[-1]


POPUPS = "allow-popups allow-popups-to-escape-sandbox"
"""The payer's page is shown in no frame, and has buttons: a link to it opens in a tab."""


def test_a_mail_is_shown_with_its_headers_and_source(console: Console) -> None:
    invoice = console.sent(media=("email",))
    name = console.message(invoice, "email")
    page = console.page(f"/console/outbox/{name}")
    assert "To: ravi@example.com" in page.text
    (frame,) = [attrs for tag, attrs in page.tags if tag == "iframe"]
    assert (frame["src"], frame["sandbox"]) == (f"/console/outbox/{name}/html", POPUPS)
    source = next(
        one for one in page.texts if one.startswith("Date:") and "MIME" in one and "\n\n" in one
    )
    mail = message_from_string(source, policy=default)
    (sent,) = console.application.service.messages(FIRST, invoice.id)
    assert mail["subject"] == "Invoice for ₹998.00 from Sandbox key_1"
    assert mail["message-id"] == f"<{sent.id}@sandbox.example>"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]


def test_the_headers_of_a_mail_name_the_seller_and_the_copies(console: Console) -> None:
    invoice = console.sent(media=("email",), recipients={"cc": ["books@example.com"]})
    page = console.page(f"/console/outbox/{console.message(invoice, 'email')}")
    headers = next(one for one in page.texts if one.startswith("Date:"))
    assert 'From: "Sandbox key_1" <' in headers or "From: Sandbox key_1 <" in headers
    assert "Cc: books@example.com" in headers


def test_the_html_of_a_mail_runs_no_script_and_is_framed_by_the_console_alone(
    console: Console,
) -> None:
    name = console.message(console.sent(media=("email",)), "email")
    answer = console.request("GET", f"/console/outbox/{name}/html")
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", f"sandbox {POPUPS}", "frame-ancestors 'self'"} <= {*policy}
    assert '<base target="_blank">' in answer.text
    assert not any(one.startswith("script-src") for one in policy)
    assert "₹998.00" in answer.text


def test_an_sms_is_shown_with_its_segments(console: Console) -> None:
    name = console.message(console.sent(media=("sms",)), "sms")
    page = console.page(f"/console/outbox/{name}")
    assert page.texts[page.texts.index("Segments") + 1] == "1"
    assert page.texts[page.texts.index("Encoding") + 1].startswith("GSM-7, ")
    assert not [tag for tag, _ in page.tags if tag == "iframe"]
    assert console.request("GET", f"/console/outbox/{name}/html").status_code == 404


def test_a_webhook_is_shown_with_its_signature_headers_and_body(console: Console) -> None:
    invoice = console.sent()
    console.press(path_of(invoice), operation="pay", amount="998")
    console.deliver()
    (line,) = rows(console.page("/console/webhooks"))
    assert line.startswith("1 invoice.paid kept only")
    page = console.page("/console/webhooks/1")
    signature = page.texts[page.texts.index("Signature") + 1]
    assert len(signature) == 64
    assert page.texts.count(signature) == 2
    assert '"event": "invoice.paid",' in page.text
    assert path_of(invoice) in page.links


def test_a_webhook_is_shown_with_what_its_receiver_answered(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = Exchange(Success(Accepted()), 202, b"<b>taken</b>\xff")
    monkeypatch.setattr(webhooks, "NOWHERE", "http://elsewhere/")
    monkeypatch.setattr(Poster, "exchange", lambda *_, **__: answered)
    console.press(path_of(console.sent()), operation="pay", amount="998")
    console.deliver()
    page = console.page("/console/webhooks/1")
    assert page.texts[page.texts.index("Answer") + 1] == "accepted: status 202"
    assert page.texts[-1] == "<b>taken</b>\ufffd"
    assert not [tag for tag, _ in page.tags if tag == "b"]


def test_the_accounts_have_all_that_opens_them(console: Console) -> None:
    text = console.page("/console/accounts").text
    first, second = text[text.index("Sandbox key_1") :].split("Sandbox key_2")
    for known in ("key_1", "secret", "token_1", "loc_1", FIRST, "Webhook secret sandbox"):
        assert known in first
    for known in ("key_2", "s3cret", SECOND):
        assert known in second
    assert "token" not in second


def test_what_a_payer_or_seller_wrote_is_text_and_nothing_else(console: Console) -> None:
    customer = a_customer(name=HOSTILE, email="ravi@example.com")
    invoice = console.sent(customer=customer, receipt=HOSTILE[:40], title=HOSTILE[:60])
    console.press(path_of(invoice), operation="pay", amount="1")
    console.deliver()
    mail = console.message(invoice, "email")
    paths = ("/", "/console/invoices", "/console/outbox", "/console/webhooks/1", path_of(invoice),
             f"/console/outbox/{mail}")  # fmt: skip
    for path in paths:
        page = console.page(path)
        assert [tag for tag, _ in page.tags if tag == "img"] == [], path
        assert [tag for tag, _ in page.tags].count("script") == 1, path
        assert not any("onerror" in attrs for _, attrs in page.tags), path
    assert HOSTILE in console.page("/console/invoices").text


def test_a_filter_is_shown_as_it_was_typed(console: Console) -> None:
    page = console.page('/console/invoices?text="><script>x()</script>')
    (field,) = [attrs for tag, attrs in page.tags if tag == "input"]
    assert field["value"] == '"><script>x()</script>'
    assert [tag for tag, _ in page.tags].count("script") == 1


def test_the_style_sheet_and_the_script_are_kept_by_browsers_under_their_version(
    console: Console,
) -> None:
    page = console.page("/")
    linked = [attrs.get("src") or attrs.get("href") or "" for _, attrs in page.tags]
    for path in (one for one in linked if one.startswith("/console/console.")):
        answer = console.request("GET", path)
        assert answer.status_code == 200
        assert "?v=" in path
        assert "immutable" in answer.headers["cache-control"]


def test_below_a_root_every_link_and_form_stays_below_it(shared: Shared) -> None:
    console = Console(shared, "/workspaces/one")
    invoice = console.sent()
    mail = console.message(invoice, "email")
    for path in (
        "/",
        "/console/invoices",
        path_of(invoice),
        f"/console/outbox/{mail}",
        "/console/clock",
    ):
        for tag, attrs in console.page(path).tags:
            for name in ("href", "src", "action"):
                value = attrs.get(name)
                if value is not None and value.startswith("/"):
                    assert value.startswith("/workspaces/one/"), (tag, attrs)
    answer = console.request("POST", "/console/clock", data={"by": "day"})
    assert answer.headers["location"].startswith("/workspaces/one/console/clock?notice=")
    assert f'base_url="http://{HOST}/workspaces/one"' in console.page("/").text
    console.application.backend.dispose()
