"""What operations take from a request besides its body: caller, invoice, key and version."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Path, Request, Security
from pydantic import AfterValidator, WithJsonSchema
from returns.result import Failure, Result

from billhook.application.command import Command
from billhook.lifecycle.errors import DomainError, InvoiceNotFound
from billhook.model.base import ID_PATTERN, AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.native.authentication import Caller
from billhook_adapters.http.native.errors import refused

A = TypeVar("A")
R = TypeVar("R", bound=DomainError)

_ID = re.compile(ID_PATTERN)
_ETAG = re.compile(r'\*|"[1-9][0-9]{0,8}"')


async def _batched(request: Request) -> BatchedService:
    batched: BatchedService = request.app.state.batched
    return batched


async def _invoice(
    id: Annotated[str, Path(description="The invoice's id.", examples=["inv_Hq3kD0a8xYb2Zc"])],
) -> InvoiceId:
    if _ID.fullmatch(id) is None:
        raise refused(InvoiceNotFound())  # no store can hold what has the shape of no id
    return InvoiceId(id)


def _etag(text: str | None) -> str | None:
    if text is not None and _ETAG.fullmatch(text) is None:
        raise ValueError('must be * or the one ETag of an answer, such as "1"')
    return text


def _printable(key: str | None) -> str | None:
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise ValueError("must have 1 to 255 printable ASCII characters")
    return key


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
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="The same request under the same key gets the same answer for 24 hours, "
            "and has no second effect.",
        ),
        AfterValidator(_printable),
        WithJsonSchema(
            {"type": "string", "pattern": r"^[\x20-\x7e]{1,255}$", "examples": ["order-1"]}
        ),
    ] = None,
) -> str | None:
    return idempotency_key


TheService = Annotated[BatchedService, Depends(_batched)]
TheAccount = Annotated[AccountId, Security(Caller())]
TheInvoice = Annotated[InvoiceId, Depends(_invoice)]
TheVersion = Annotated[int | None, Depends(_version)]
TheKey = Annotated[str | None, Depends(_key)]


def unwrapped(result: Result[A, R]) -> A:
    """What was answered. Raises Problem where it was refused."""
    if isinstance(result, Failure):
        raise refused(result.failure())
    return result.unwrap()


async def decided(batched: BatchedService, command: Command[A, R]) -> A:
    """The answer of the desk to a command. Raises Problem where it refused."""
    return unwrapped(await batched.execute(command))
