"""429 over HTTP: what each vendor's API answers to a message that is requested too soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from acceptance.contract.highlevel import a_request as a_highlevel_request
from acceptance.contract.highlevel import a_send
from acceptance.contract.invoices import a_request
from acceptance.contract.sandbox import ACCOUNTS, SECRET, Sandbox
from acceptance.contract.sandbox import sandbox as a_sandbox

BASIC = httpx.BasicAuth(ACCOUNTS[0], SECRET)
BEARER = {"Authorization": "Bearer token_1", "Version": "2021-07-28"}
WAIT = 600


@pytest.fixture(scope="module")
def throttled() -> Iterator[Sandbox]:
    """A sandbox whose first account writes to an address once in ten minutes."""
    with a_sandbox("--location", "token_1:loc_ours") as started:
        account = f"{started.url}/api/account"
        assert httpx.patch(account, json={"resend_wait": WAIT}, auth=BASIC).status_code == 200
        yield started


def is_throttled(answer: httpx.Response, sandbox: Sandbox) -> bool:
    """Whether it is a 429 that says from when on it is allowed."""
    until = parsedate_to_datetime(answer.headers["retry-after"])
    now = datetime.fromtimestamp(sandbox.now, UTC)
    return answer.status_code == 429 and now < until <= now + timedelta(seconds=WAIT + 1)


def test_razorpay_answers_429_and_when_to_try_again(throttled: Sandbox) -> None:
    with httpx.Client(base_url=throttled.url, auth=BASIC) as client:
        invoice = client.post("/v1/invoices", json=a_request(sms_notify=0, email_notify=0)).json()
        notify = f"/v1/invoices/{invoice['id']}/notify_by/sms"
        assert client.post(notify).json() == {"success": True}
        refused = client.post(notify)
        assert is_throttled(refused, throttled)
        assert refused.json()["error"]["code"] == "BAD_REQUEST_ERROR"
        throttled.advance(WAIT)
        assert client.post(notify).json() == {"success": True}


def test_highlevel_answers_429_and_when_to_try_again(throttled: Sandbox) -> None:
    contact: dict[str, Any] = a_highlevel_request()["contactDetails"]
    body = a_highlevel_request(contactDetails={**contact, "email": "throttled@example.com"})
    with httpx.Client(base_url=f"{throttled.url}/invoices", headers=BEARER) as client:
        invoice = client.post("/", json=body).json()["_id"]
        send = {**a_send(), "action": "email"}
        assert client.post(f"/{invoice}/send", json=send).status_code == 200
        refused = client.post(f"/{invoice}/send", json=send)
        assert is_throttled(refused, throttled)
        assert refused.json()["statusCode"] == 429
        throttled.advance(WAIT)
        assert client.post(f"/{invoice}/send", json=send).status_code == 200
