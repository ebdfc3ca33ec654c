"""Every error response: one RFC 9457 problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response as StarletteResponse

from billhook.lifecycle.errors import CODES, DomainError, SmsBudgetUsedUp, TooSoon
from billhook.model.canonical_json import plain
from billhook.sentences import sentence
from billhook_adapters.http.core.bodies import LARGEST_BODY
from billhook_adapters.http.core.failures import RETRY_SECONDS, RequestFailure, retry_after
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.native.error_statuses import STATUS
from billhook_adapters.system.field_texts import field_text

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class FieldError(BaseModel):
    """One invalid part of a request; its value is never repeated."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(description="`body`, `query`, `path` or `header`", examples=["body"])
    field: str = Field(description="Names joined by dots.", examples=["lines.0.quantity"])
    detail: str = Field(
        description="What would be right.", examples=["must have at most 6 decimal places"]
    )


class ProblemOut(BaseModel):
    """A problem of RFC 9457, with the details of an error of the domain."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(
        description="A stable URN that names the kind of problem.",
        examples=["urn:billhook:problem:overpayment"],
    )
    title: str = Field(description="The kind of problem.", examples=["Overpayment"])
    status: int = Field(description="The HTTP status of this response.", examples=[422])
    detail: str = Field(
        description="This problem, in one sentence.",
        examples=["500 is more than the 300 that is due."],
    )
    code: str = Field(description="The last part of `type`.", examples=["overpayment"])
    remedy: str | None = Field(
        default=None,
        description="What kind of change would help, for an error of the domain.",
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


class ProblemError(Exception):
    """Ends a request with this problem as its response."""

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
        self.problem = ProblemOut(
            type=f"urn:billhook:problem:{code}",
            title=code.replace("_", " ").capitalize(),
            status=status,
            detail=detail,
            code=code,
            **more,
        )

    def response(self) -> Response:
        """The response with this problem."""
        headers = (self.headers or {}).items()
        return Response(
            self.problem.status,
            self.problem.model_dump_json(exclude_none=True).encode(),
            tuple((name.lower().encode(), value.encode()) for name, value in headers),
            MEDIA_TYPE.encode(),
        )

    def to_starlette(self) -> StarletteResponse:
        """The same for the framework."""
        return StarletteResponse(
            self.problem.model_dump_json(exclude_none=True),
            status_code=self.problem.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def details_of(error: DomainError) -> dict[str, Any]:
    """The fields of an error, in the types of JSON."""
    return {field.name: plain(getattr(error, field.name)) for field in fields(error)}


def problem_of(error: DomainError) -> ProblemError:
    """The problem of an error of the domain."""
    return ProblemError(
        STATUS[type(error)],
        CODES[type(error)],
        sentence(error),
        headers=_later(error.until) if isinstance(error, TooSoon | SmsBudgetUsedUp) else None,
        remedy=error.remedy.value,
        field=error.field,
        details=details_of(error) or None,
    )


def _later(until: datetime) -> Mapping[str, str]:
    return {"Retry-After": retry_after(until)[1].decode()}


def invalid(errors: Sequence[FieldError]) -> ProblemError:
    """The problem of a request with invalid fields."""
    return ProblemError(
        422,
        "invalid_request",
        "The request is invalid; `errors` lists what to correct.",
        errors=list(errors[:MOST_ERRORS]),
    )


def failed(failure: RequestFailure) -> ProblemError:
    """The problem of a failure that every API may have."""
    match failure:
        case RequestFailure.BODY_TOO_LARGE:
            detail = f"The body may have {LARGEST_BODY} bytes at most."
            return ProblemError(413, "too_large", detail)
        case RequestFailure.INCOMPLETE_BODY:
            return ProblemError(failure.status, "malformed", failure.detail)
        case RequestFailure.OVERLOADED:
            detail = "More arrived at once than can be answered in time; try again."
            return ProblemError(503, "overloaded", detail, headers={"Retry-After": "1"})
        case RequestFailure.UNAVAILABLE:
            headers = {"Retry-After": RETRY_SECONDS}
            return ProblemError(failure.status, failure.value, failure.detail, headers=headers)
        case _:
            return ProblemError(failure.status, failure.value, failure.detail)


def field_errors(errors: Sequence[Any], place: str | None = None) -> list[FieldError]:
    """The errors that pydantic found; without a place, the first name of each is its place."""
    found: list[FieldError] = []
    for error in errors[:MOST_ERRORS]:
        names = [_safe(str(part)) for part in cast("Sequence[object]", error["loc"])]
        at = place if place is not None else names.pop(0)
        found.append(FieldError(place=at, field=".".join(names), detail=field_text(error)))
    return found


def _safe(name: str) -> str:
    # The caller chose the names of unknown fields and of a map's entries.
    return name if _NAME.fullmatch(name) else "?"
