"""The parameters of operations beside the body: caller, invoice, key and version."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Path, Request, Security
from pydantic import AfterValidator, WithJsonSchema
from returns.result import Failure, Result

from billhook.application.command import Command
from billhook.application.idempotency import IdempotentRequest
from billhook.application.ports import Ids
from billhook.lifecycle.errors import DomainError, InvoiceNotFound
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.request import IdempotencyKeyError
from billhook_adapters.http.core.request import Request as HttpRequest
from billhook_adapters.http.native.authentication import Caller
from billhook_adapters.http.native.errors import FieldError, invalid, problem_of
from billhook_adapters.system.ids import is_id

A = TypeVar("A")
E = TypeVar("E", bound=DomainError)

_KEY = "Idempotency-Key"
_ETAG = re.compile(r'\*|"[1-9][0-9]{0,8}"')


async def _batched(request: Request) -> BatchedService:
    batched: BatchedService = request.app.state.batched
    return batched


async def _ids(request: Request) -> Ids:
    ids: Ids = request.app.state.ids
    return ids


async def _invoice(
    id: Annotated[
        str,
        Path(description="The invoice's id.", examples=["inv_Hq3kD0a8xYb2Zc"]),
        WithJsonSchema({"type": "string", "maxLength": 64}),
    ],
) -> InvoiceId:
    if not is_id(id):
        raise problem_of(InvoiceNotFound())  # no store holds an id of another form
    return InvoiceId(id)


def _etag(text: str | None) -> str | None:
    if text is not None and _ETAG.fullmatch(text) is None:
        raise ValueError('must be * or the one ETag of a response, such as "1"')
    return text


async def _version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag of the version that is meant; `*` is any.",
        ),
        AfterValidator(_etag),
        WithJsonSchema(
            {"type": "string", "pattern": r'^([*]|"[1-9][0-9]{0,8}")$', "examples": ['"1"']}
        ),
    ] = None,
) -> int | None:
    return None if if_match in (None, "*") else int(if_match.strip('"'))


async def _key(
    request: Request,
    idempotency_key: Annotated[  # noqa: ARG001  # for the OpenAPI document
        str | None,
        Header(
            alias=_KEY,
            description="The same request under the same key gets the same response for 24 hours, "
            "and has no second effect.",
        ),
        WithJsonSchema(
            {"type": "string", "pattern": r"^[\x20-\x7e]{1,255}$", "examples": ["order-1"]}
        ),
    ] = None,
) -> IdempotentRequest | None:
    http: HttpRequest = request.state.http
    try:
        return http.key
    except IdempotencyKeyError:
        detail = "must have 1 to 255 printable ASCII characters"
        raise invalid([FieldError(place="header", field=_KEY, detail=detail)]) from None


TheService = Annotated[BatchedService, Depends(_batched)]
TheAccount = Annotated[AccountId, Security(Caller())]
TheInvoice = Annotated[InvoiceId, Depends(_invoice)]
TheVersion = Annotated[int | None, Depends(_version)]
TheIds = Annotated[Ids, Depends(_ids)]
TheKey = Annotated[IdempotentRequest | None, Depends(_key)]


def unwrapped(result: Result[A, E]) -> A:
    """The value of a result. Raises ProblemError where it is an error."""
    if isinstance(result, Failure):
        raise problem_of(result.failure())
    return result.unwrap()


async def executed(batched: BatchedService, command: Command[A, E]) -> A:
    """The value that a command returns. Raises ProblemError where it is an error."""
    return unwrapped(await batched.execute(command))
