"""Idempotency: the same request under the same key gets the same answer, and no second effect.

Requests are compared by a fingerprint. One that came over HTTP brings the fingerprint of what was
sent (method, path and body); a command that is made in Python is compared by its values. Neither
depends on the name of a class or of a field of a command, and nothing that the server adds is
part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.records import ContactHistory, Entry, EntryChanged, Refund
from billhook.lifecycle.errors import ERRORS
from billhook.messaging.delivery import MessageNotFound, NotDeadLetter
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointNotFound, WebhookEvent
from billhook.model.account import Account
from billhook.model.canonical_json import adapter, canonical
from billhook.model.invoice import Invoice

KEPT_FOR = timedelta(hours=24)
"""How long an idempotency key stands for its request."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """An idempotency key, and the fingerprint of the request that came with it."""

    key: str
    fingerprint: str

    @classmethod
    def of_http(cls, key: str, method: str, target: bytes, body: bytes) -> IdempotentRequest:
        """The key of an HTTP request, with the fingerprint of the request as it came.

        `target` is the path with its query, percent-encoded as it was sent.

        >>> IdempotentRequest.of_http("k", "POST", b"/v1/invoices", b"{}").fingerprint[:16]
        'bb95aec9550b1b1e'
        """
        digest = sha256(b"%b %b\n" % (method.encode(), target))
        digest.update(body)
        return cls(key, digest.hexdigest())


def fingerprint_of(kind: str, values: Iterable[object]) -> str:
    """The fingerprint of a command that was made in Python, by its kind and its values.

    >>> fingerprint_of("issue", ("acc_1", "inv_1"))[:16]
    'a6d1335a4ba4ccee'
    """
    return sha256(canonical([kind, *values])).hexdigest()


@dataclass(frozen=True, slots=True)
class SendResult:
    """An invoice that was sent, and the messages queued for it."""

    invoice: Invoice
    messages: tuple[Message, ...]


ANSWERS: Mapping[str, type[Any]] = {
    "account": Account,
    "contact": ContactHistory,
    "entry": Entry,
    "invoice": Invoice,
    "message": Message,
    "refund": Refund,
    "sent": SendResult,
    "webhook_endpoint": WebhookEndpoint,
    "webhook_event": WebhookEvent,
}
"""What a command may answer when it succeeds, by the name it is stored under."""

_NAMES = {kind: name for name, kind in ANSWERS.items()}

_ERRORS: Mapping[str, type[Any]] = {
    **ERRORS,
    **{
        kind.code: kind
        for kind in (EntryChanged, MessageNotFound, NotDeadLetter, WebhookEndpointNotFound)
    },
}

_ERROR_NAMES = {kind: name for name, kind in _ERRORS.items()}


def encode(answer: Result[Any, Any]) -> bytes:
    """The answer's canonical JSON."""
    if isinstance(answer, Success):
        value = answer.unwrap()
        return canonical({"success": _NAMES[type(value)], "value": value})
    error = answer.failure()
    return canonical({"error": _ERROR_NAMES[type(error)], "value": error})


def decode(body: bytes) -> Result[Any, Any]:
    """The answer of these bytes, equal to the one that was encoded."""
    stored = json.loads(body)
    value = canonical(stored["value"])
    if "success" in stored:
        return Success(adapter(ANSWERS[stored["success"]]).validate_json(value))
    return Failure(adapter(_ERRORS[stored["error"]]).validate_json(value))
