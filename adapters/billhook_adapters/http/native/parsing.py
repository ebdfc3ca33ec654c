"""Bodies: one JSON text in UTF-8, within limits; all that no store could keep stays outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from starlette.requests import Request

from billhook.model.base import storable
from billhook_adapters.http.core.exchange import LARGEST_BODY, LOST, lost
from billhook_adapters.http.core.parsing import DEEPEST, from_json
from billhook_adapters.http.native.errors import FieldError, ProblemError, invalid


async def json_body(request: Request) -> tuple[bytes, Any]:
    """The bytes of a request's body and what they say; nothing at all says an empty object.

    Raises Problem where they are too many, of another kind, or not JSON within the limits.
    """
    raw = await _bytes(request)
    if raw:
        _check_kind(request.headers.get("content-type", ""))
    try:
        value = from_json(raw or b"{}")
    except ValueError:
        wanted = f"The body must be one JSON text in UTF-8, of at most {DEEPEST} levels."
        raise ProblemError(400, "malformed", wanted) from None
    for text in _texts(value):
        _check_text(text)
    return raw, value


async def _bytes(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and len(declared) < 20 and int(declared) > LARGEST_BODY:
        raise _too_large()
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise _too_large()
    if not raw and lost(dict(request.scope["headers"])):
        raise ProblemError(400, "malformed", LOST)
    return bytes(raw)


def _check_kind(content_type: str) -> None:
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise ProblemError(
            415, "unsupported_media_type", "The body must be application/json in UTF-8."
        )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in cast("dict[str, Any]", value).items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _texts(each)


def _check_text(text: str) -> None:
    try:
        storable(text)
    except ValueError as wrong:
        raise invalid([FieldError(place="body", field="", detail=str(wrong))]) from None


def _too_large() -> ProblemError:
    return ProblemError(413, "too_large", f"The body may have {LARGEST_BODY} bytes at most.")
