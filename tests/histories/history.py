"""The requests of clients about one invoice and the answers to them, with the times of both."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple


class Request(NamedTuple):
    """One request about an invoice, as it goes over the wire."""

    kind: str
    """create, read, update, issue, cancel, delete, pay, notify, messages or payments."""
    method: str
    path: str
    body: str | None = None
    key: str | None = None
    """Its idempotency key."""
    version: int | None = None
    """The version that it requires."""
    fields: tuple[tuple[str, Any], ...] = ()
    """What its body says, for the model."""

    @property
    def fingerprint(self) -> tuple[str, str, str | None]:
        """What makes two requests under one key the same."""
        return self.method, self.path, self.body

    def __str__(self) -> str:
        shown = [self.kind, *(f"{name}={value}" for name, value in self.fields)]
        shown += [] if self.version is None else [f"if version {self.version}"]
        shown += [] if self.key is None else [f"[{self.key}]"]
        return " ".join(shown)


class View(NamedTuple):
    """An invoice as an answer shows it."""

    status: str
    version: int
    amount: int
    paid: int
    comment: str | None
    note: str | None


class Answer(NamedTuple):
    """What matters of an answer: its status, the code of a problem, and its content."""

    status: int
    code: str | None = None
    content: View | str | frozenset[Any] | None = None
    """An invoice, the id of a message, the ids of messages, or references with amounts."""

    def __str__(self) -> str:
        if self.code is not None:
            return f"{self.status} {self.code}"
        content = self.content
        if isinstance(content, frozenset):
            return f"{self.status} {sorted(content)}"
        if isinstance(content, View):
            shown = " ".join(f"{name}={value}" for name, value in content._asdict().items())
            return f"{self.status} {shown}"
        return f"{self.status} {content or ''}".rstrip()


class Operation(NamedTuple):
    """A request and its answer; without one it may have had its effect, at any time since."""

    client: str
    request: Request
    invoked: float
    answered: float = inf
    answer: Answer | None = None

    def __str__(self) -> str:
        end = "        " if self.answer is None else f"{self.answered:8.4f}"
        answer = "no answer" if self.answer is None else str(self.answer)
        return f"{self.invoked:8.4f} {end} {self.client:<4} {self.request} -> {answer}"


def answer_of(request: Request, status: int, payload: Mapping[str, Any]) -> Answer:
    """What matters of a response."""
    if status >= 400:
        return Answer(status, payload["code"])
    match request.kind:
        case "delete":
            return Answer(status)
        case "notify":
            return Answer(status, content=payload["id"])
        case "messages":
            return Answer(status, content=frozenset(one["id"] for one in payload["messages"]))
        case "payments":
            taken = ((one["reference"], one["amount"]) for one in payload["payments"])
            return Answer(status, content=frozenset(taken))
        case "create" | "pay":
            return Answer(status, content=_view(payload["invoice"]))
        case _:
            return Answer(status, content=_view(payload))


def _view(invoice: Mapping[str, Any]) -> View:
    if invoice["paid"] + invoice["due"] != invoice["amount"]:
        raise AssertionError(f"paid and due do not add up to the amount: {invoice}")
    return View(
        invoice["status"],
        invoice["version"],
        invoice["amount"],
        invoice["paid"],
        invoice["comment"],
        invoice["notes"].get("note"),
    )
