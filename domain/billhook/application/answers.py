"""Decided answers as bytes, so that the same question can get the same answer again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.records import Entry
from billhook.lifecycle.errors import ERRORS
from billhook.messaging.message import Message
from billhook.model.canonical_json import adapter, canonical
from billhook.model.invoice import Invoice


@dataclass(frozen=True, slots=True)
class SendResult:
    """An invoice that was sent, and the messages queued for it."""

    invoice: Invoice
    messages: tuple[Message, ...]


ANSWERS: Mapping[str, type[Any]] = {
    "entry": Entry,
    "invoice": Invoice,
    "message": Message,
    "sent": SendResult,
}
"""What a command may answer when it succeeds, by the name it is stored under."""

_NAMES = {kind: name for name, kind in ANSWERS.items()}


def encode(answer: Result[Any, Any]) -> bytes:
    """The answer's canonical JSON."""
    if isinstance(answer, Success):
        value = answer.unwrap()
        return canonical({"success": _NAMES[type(value)], "value": value})
    refusal = answer.failure()
    return canonical({"refusal": refusal.code, "value": refusal})


def decode(body: bytes) -> Result[Any, Any]:
    """The answer of these bytes, equal to the one that was encoded."""
    stored = json.loads(body)
    value = canonical(stored["value"])
    if "success" in stored:
        return Success(adapter(ANSWERS[stored["success"]]).validate_json(value))
    return Failure(adapter(ERRORS[stored["refusal"]]).validate_json(value))
