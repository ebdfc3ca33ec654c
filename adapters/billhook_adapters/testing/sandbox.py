"""A sandbox for pytest: `billhook sandbox` in a process of its own, and what a test does with it.

Needs only the standard library here; the process needs the extra `all`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from tempfile import TemporaryFile
from typing import Any, Literal, NamedTuple

KEY_ID, KEY_SECRET = "key_sandbox", "sandbox"
TOKEN, LOCATION = "sandbox_token", "sandbox_location"
WEBHOOK_SECRET = "sandbox"  # noqa: S105  # every secret of a sandbox is known

SECONDS = 30
"""How long the sandbox may take for its response."""

ApiFault = Literal[
    "rate_limited",
    "server_error",
    "bad_gateway",
    "gateway_timeout",
    "no_answer",
    "slow",
    "answer_lost",
]
"""How the APIs of a sandbox fail."""


class SandboxError(Exception):
    """The sandbox refused a request or did not start; the text says why."""


class SentMessage(NamedTuple):
    """A message as the payer got it; `subject` and `html` are None for an SMS."""

    id: str
    at: datetime
    account_id: str
    invoice_id: str
    medium: str
    to: str
    text: str
    subject: str | None
    html: str | None


class SentWebhook(NamedTuple):
    """A webhook as its receiver got it: `body` is the bytes that were signed."""

    number: int
    at: datetime
    account_id: str
    invoice_id: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    signature: str
    """The signature of `body`, from the header that holds it."""
    accepted: bool
    """Whether the receiver answered with a success; True where there is no receiver."""
    refusal: str | None
    """Why it counts as not accepted, such as `answered 500`."""

    @property
    def event(self) -> str:
        """The name of the event, such as `invoice.paid`."""
        named: str = self.json["event"]
        return named

    @property
    def json(self) -> Any:
        """The body, parsed. Verify the signature of `body`, never of this."""
        return json.loads(self.body)


class SandboxEffect(NamedTuple):
    """One thing that a move of the clock caused: an event, a message or a webhook."""

    at: datetime
    name: str
    """Such as `invoice.expired`, `message.sent` or `webhook.accepted`."""
    account_id: str
    invoice_id: str
    detail: str
    """The number of the event, the id of the message, or the type of the webhook's event."""
    to: str | None
    reason: str | None
    """Why a message or a webhook was not accepted."""


class SandboxPayment(NamedTuple):
    """A payment of the payer, and the invoice after it; amounts in smallest units."""

    id: str
    amount: int
    currency: str
    invoice_id: str
    status: str
    amount_paid: int
    amount_due: int
    callback_url: str | None = None
    """Where the payer is sent, if the invoice has such a URL."""


class Sandbox:
    """A running sandbox: give `url`, `key_id` and `key_secret` to the code that is tested.

    `token` is a bearer token that opens `location`, which belongs to the same account. Webhooks
    are signed with `webhook_secret`. Raises SandboxError where the sandbox refuses something.
    """

    key_id, key_secret = KEY_ID, KEY_SECRET
    token, location = TOKEN, LOCATION
    webhook_secret = WEBHOOK_SECRET

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def outbox(self) -> list[SentMessage]:
        """Every message that was sent, the oldest first, once all that are due have been."""
        return [SentMessage(**_timed(one)) for one in self._request("GET", "outbox")["items"]]

    @property
    def webhooks(self) -> list[SentWebhook]:
        """Every webhook that was sent, the oldest first, once all that are due have been."""
        return [_webhook(one) for one in self._request("GET", "webhooks")["items"]]

    @property
    def effects(self) -> list[SandboxEffect]:
        """What the latest move of the clock caused, in the order of time."""
        moves = self._request("GET", "clock/moves")["items"]
        effects: list[Any] = moves[-1]["effects"] if moves else []
        return [SandboxEffect(**_timed(one)) for one in effects]

    @property
    def now(self) -> datetime:
        """The time in the sandbox, in UTC, to the second."""
        return _time(self._request("GET", "clock")["now"])

    def pay(
        self,
        invoice_id: str,
        amount: int,
        *,
        method: Literal["card", "netbanking", "upi", "wallet"] = "upi",
        source: str | None = None,
        reference: str | None = None,
    ) -> SandboxPayment:
        """The payer pays an amount in smallest units.

        `source` is the id of the card, the bank, the UPI id or the wallet; `reference` is the id
        of the payment. The same reference again is the same payment.
        """
        given = {"amount": amount, "method": method, "source": source, "reference": reference}
        body = {name: value for name, value in given.items() if value is not None}
        return SandboxPayment(**self._request("POST", f"invoices/{invoice_id}/payments", body))

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        to: datetime | None = None,
    ) -> datetime:
        """Move the clock by a duration or to an instant; returns the time then.

        What is due by then happens, each at its own time; `effects` says what. Raises ValueError on
        both, neither, or a time without a zone.
        """
        by = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if (to is None) == (not by):
            raise ValueError("advance: give a duration, such as hours=1, or `to`")
        if to is None:
            body = {"advance_seconds": int(by.total_seconds())}
        elif to.tzinfo is None:
            raise ValueError("advance: `to` has no time zone; give one, such as tzinfo=UTC")
        else:
            body = {"now": int(to.timestamp())}
        return _time(self._request("POST", "clock", body)["now"])

    def fail(
        self,
        medium: Literal["email", "sms"],
        how: Literal["permanent", "transient", "unknown"] = "permanent",
        *,
        times: int = 1,
        to: str | None = None,
    ) -> None:
        """Let the provider of a medium fail its next messages: all, or those to one address.

        `transient` is tried again later, `permanent` is not; `unknown` means that the payer may
        have the message.
        """
        body = {"medium": medium, "fault": how, "times": times}
        self._request("POST", "faults", body if to is None else {**body, "to": to})

    def fail_api(
        self,
        how: ApiFault,
        *,
        times: int = 1,
        method: str | None = None,
        path: str | None = None,
        seconds: int = 1,
    ) -> None:
        """Let the APIs fail the next requests: all, or those of a method, or below a path.

        `answer_lost` does what was requested and answers 504; `slow` answers some seconds late;
        `no_answer` answers nothing. `seconds` is also the Retry-After of `rate_limited`. In `path`
        a `*` is any one segment, as in `/v1/invoices/*/notify_by`.
        """
        given = {"fault": how, "times": times, "method": method, "path": path, "seconds": seconds}
        self._request(
            "POST", "faults", {name: one for name, one in given.items() if one is not None}
        )

    def report(
        self,
        message_id: str,
        became: Literal["delivered", "bounced"],
        *,
        suppresses: Literal["bounced", "complained", "opted_out"] | None = None,
    ) -> None:
        """Let a provider report what became of a message; `suppresses` stops its address."""
        body = {"message": message_id, "became": became}
        given = body if suppresses is None else {**body, "suppresses": suppresses}
        self._request("POST", "delivery-reports", given)

    def reset(self) -> None:
        """Make everything as it was at the start: no invoices, no messages, the present time."""
        self._request("POST", "reset")

    def save(self, name: str) -> None:
        """Take a snapshot of everything under a name, such as `paid`."""
        self._request("POST", "snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Make everything as it was when the snapshot of this name was taken."""
        self._request("POST", f"snapshots/{name}/restore")

    @contextmanager
    def workspace(self, name: str) -> Generator[Sandbox]:
        """A sandbox beside this one, in the same process, with a key and a location of its own.

        For tests that run at once: none sees what another one does. It is closed in the end. Its
        `name` has up to 40 of a-z, 0-9 and `-`.
        """
        made = self._request("POST", "workspaces", {"name": name})
        workspace = Sandbox(f"{self.url}{made['path']}")
        workspace.key_id, workspace.key_secret = made["key_id"], made["key_secret"]
        workspace.token, workspace.location = made["token"], made["location"]
        try:
            yield workspace
        finally:
            self._request("DELETE", f"workspaces/{name}")

    def _request(self, method: str, path: str, body: object = None) -> Any:
        address, slash, root = self.url.removeprefix("http://").partition("/")
        with closing(HTTPConnection(address, timeout=SECONDS)) as connection:
            connection.request(
                method,
                f"{slash}{root}/sandbox/{path}",
                None if body is None else json.dumps(body),
            )
            response = connection.getresponse()
            answer = json.loads(response.read())
        if response.status != 200:
            raise SandboxError(answer["error"]["description"])
        return answer


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _timed(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "at": _time(one["at"])}


def _webhook(one: dict[str, Any]) -> SentWebhook:
    known = {name: one[name] for name in SentWebhook._fields}
    known["body"] = one["body"].encode()
    return SentWebhook(**_timed(known))


@contextmanager
def running_sandbox() -> Generator[Sandbox]:
    """A sandbox in a process of its own, on a free port; it ends with this process at the latest.

    Raises SandboxError where it does not start; the text names the extra that is missing.
    """
    command = [sys.executable, "-m", "billhook_adapters.cli", "sandbox", "--port", "0"]
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(  # noqa: S603  # our own command line
            [*command, "--until-stdin-ends"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = line.rpartition(" ")[2].strip()
            while line and not line.startswith("ready"):
                line = process.stdout.readline()
            if not line:
                errors.seek(0)
                raise SandboxError(_reason(errors.read().strip()))
            yield Sandbox(url)
        finally:
            process.terminate()


def _reason(printed: str) -> str:
    if "pip install" in printed:  # the extra that it names is the first of several
        return "the sandbox needs more packages: pip install 'billhook[all]'"
    return printed or "the sandbox did not start"
