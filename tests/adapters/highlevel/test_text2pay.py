"""The `invoiceUrl` of text2pay: one URL from the draft to the invoice that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.highlevel.test_one_truth import BODY
from properties.three_apis import ThreeApis

DRAFT: dict[str, Any] = {**BODY, "action": "draft", "userId": "user_1"}


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def text_to_pay(apis: ThreeApis, **fields: Any) -> tuple[str, str, str]:
    """The id, the status and the URL that text2pay answers."""
    answer = apis.highlevel("POST", "/text2pay", **{**DRAFT, **fields})
    assert answer.status == 200, answer
    invoice = answer.body["invoice"]
    return invoice["_id"], invoice["status"], answer.body["invoiceUrl"]


def test_a_draft_has_the_url_that_it_is_sent_under(apis: ThreeApis) -> None:
    invoice, status, url = text_to_pay(apis)
    assert (status, bool(url)) == ("draft", True)
    assert text_to_pay(apis, id=invoice, name="Changed") == (invoice, "draft", url)
    assert text_to_pay(apis, id=invoice, name="Changed") == (invoice, "draft", url)
    assert text_to_pay(apis, id=invoice, action="send") == (invoice, "sent", url)
    assert apis.native("GET", f"/{invoice}").body["short_url"] == url


def test_a_draft_that_send_issues_keeps_its_url(apis: ThreeApis) -> None:
    invoice, _, url = text_to_pay(apis)
    sent = apis.highlevel("POST", f"/{invoice}/send", userId="u", action="email", liveMode=True)
    assert sent.status == 200
    assert apis.razorpay("GET", f"/{invoice}").body["short_url"] == url


@pytest.mark.parametrize("made_by", ["highlevel", "native", "razorpay"])
def test_a_draft_made_otherwise_gets_its_url_by_text2pay(apis: ThreeApis, made_by: str) -> None:
    made = {
        "highlevel": lambda: apis.highlevel("POST", "", **BODY).body["_id"],
        "native": lambda: apis.native("POST", "", currency="USD").body["invoice"]["id"],
        "razorpay": lambda: apis.razorpay("POST", "", type="invoice", draft="1").body["id"],
    }[made_by]()
    assert apis.native("GET", f"/{made}").body["short_url"] is None
    _, status, url = text_to_pay(apis, id=made)
    assert (status, apis.native("GET", f"/{made}").body["short_url"]) == ("draft", url)


def test_razorpay_shows_no_short_url_of_a_draft(apis: ThreeApis) -> None:
    invoice, _, _ = text_to_pay(apis)
    shown = apis.razorpay("GET", f"/{invoice}").body
    assert (shown["status"], shown["short_url"]) == ("draft", None)


def test_a_draft_with_a_url_is_not_payable(apis: ThreeApis) -> None:
    invoice, _, _ = text_to_pay(apis)
    payment = {"mode": "cash", "notes": "", "amount": 5}
    assert apis.highlevel("POST", f"/{invoice}/record-payment", **payment).status == 400
    assert apis.native("GET", f"/{invoice}").body["paid"] == 0


def test_a_refused_text2pay_makes_no_url(apis: ThreeApis) -> None:
    invoice = apis.highlevel("POST", "", **BODY).body["_id"]
    schedule = {"type": "fixed", "schedules": [{"value": 1}]}
    refused = apis.highlevel("POST", "/text2pay", **{**DRAFT, "id": invoice},
                             paymentSchedule=schedule)  # fmt: skip
    assert refused.status == 422
    assert apis.native("GET", f"/{invoice}").body["short_url"] is None
