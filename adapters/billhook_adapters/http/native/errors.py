"""Every answer that is not a success: one RFC 9457 problem, whatever went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from billhook.lifecycle.errors import DomainError, TooSoon
from billhook.model.canonical_json import plain
from billhook_adapters.http.native.error_texts import STATUS, detail, title

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class FieldError(BaseModel):
    """One part of a request that is not as it should be; what was given is never repeated."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(description="`body`, `query`, `path` or `header`", examples=["body"])
    field: str = Field(description="Names joined by dots.", examples=["lines.0.quantity"])
    detail: str = Field(
        description="What would be right.", examples=["must have at most 6 decimal places"]
    )


class ProblemOut(BaseModel):
    """A problem as RFC 9457 has it, with what the domain knows of it."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(
        description="A stable URN that names the kind of problem.",
        examples=["urn:billhook:problem:overpayment"],
    )
    title: str = Field(description="The kind, in words.", examples=["Overpayment"])
    status: int = Field(description="The HTTP status of this answer.", examples=[422])
    detail: str = Field(
        description="This problem, in one sentence.",
        examples=["500 is more than the 300 that is due."],
    )
    code: str = Field(description="The last part of `type`.", examples=["overpayment"])
    remedy: str | None = Field(
        default=None,
        description="What kind of change would help, for a refusal of the domain.",
        examples=["pay_less"],
    )
    field: str | None = Field(default=None, description="The field that it is about, if one is.")
    details: dict[str, Any] | None = Field(
        default=None,
        description="The details of the error, as `docs/reference/errors.md` lists them.",
        examples=[{"amount": 500, "due": 300}],
    )
    errors: list[FieldError] | None = Field(
        default=None, description="For `invalid_request`: every field that is wrong."
    )


class ProblemError(Exception):  # it is the answer to a request, not an error of ours
    """Raised wherever a request ends without success."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.headers = headers
        self.said = ProblemOut(
            type=f"urn:billhook:problem:{code}",
            title=title(code),
            status=status,
            detail=detail,
            code=code,
            **more,
        )

    def answer(self) -> Response:
        """The response that says so."""
        return Response(
            self.said.model_dump_json(exclude_none=True),
            status_code=self.said.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def details_of(refusal: DomainError) -> dict[str, Any]:
    """The facts that a refusal holds, in the types that JSON has."""
    return {field.name: plain(getattr(refusal, field.name)) for field in fields(refusal)}


def refused(refusal: DomainError) -> ProblemError:
    """The problem that a refusal of the domain is."""
    return ProblemError(
        STATUS[type(refusal)],
        refusal.code,
        detail(refusal),
        headers=_retry_after(refusal.until) if isinstance(refusal, TooSoon) else None,
        remedy=refusal.remedy.value,
        field=getattr(refusal, "field", None),
        details=details_of(refusal) or None,
    )


def invalid(errors: Sequence[FieldError]) -> ProblemError:
    """The problem of a request with fields that are not as they should be."""
    return ProblemError(
        422,
        "invalid_request",
        "Something in this request is not as it should be; `errors` says what.",
        errors=list(errors[:MOST_ERRORS]),
    )


def field_errors(errors: Sequence[Any], place: str | None = None) -> list[FieldError]:
    """What pydantic found wrong; without a place, each error's first name is its place."""
    found: list[FieldError] = []
    for error in errors[:MOST_ERRORS]:
        names = [_safe(str(part)) for part in cast("Sequence[object]", error["loc"])]
        at = place if place is not None else names.pop(0)
        found.append(FieldError(place=at, field=".".join(names), detail=_said(error)))
    return found


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "is not known here; leave it out"
    if error["type"] == "missing":
        return "is required"
    said = str(error["msg"]).removeprefix("Value error, ")
    return said.replace("Input should", "must", 1)


def _safe(name: str) -> str:
    # The caller chose the names of unknown fields, and of the entries of a map.
    return name if _NAME.fullmatch(name) else "?"


def _retry_after(until: datetime) -> Mapping[str, str]:
    # A date, so that nobody's clock is asked; the next whole second, so that it is late enough.
    late = until if not until.microsecond else until.replace(microsecond=0) + timedelta(seconds=1)
    return {"Retry-After": format_datetime(late, usegmt=True)}
