"""Bodies: one JSON text in UTF-8, within limits; all that no store could keep stays outside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from starlette.requests import Request

from billhook.value import storable
from billhook_adapters.http.native.problems import FieldError, Problem, invalid

LARGEST = 1024 * 1024
"""Bytes of a body."""
DEEPEST = 32
"""Levels of a JSON text."""
MOST_DIGITS = 4300
"""Digits of an integer; reading one costs the square of them."""


async def json_body(request: Request) -> tuple[bytes, Any]:
    """The bytes of a request's body and what they say; nothing at all says an empty object.

    Raises Problem where they are too many, of another kind, or not JSON within the limits.
    """
    raw = await _bytes(request)
    if raw:
        _check_kind(request.headers.get("content-type", ""))
    try:
        value = json.loads(raw.decode() or "{}", parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError):
        raise _malformed("The body must be one JSON text in UTF-8.") from None
    if any(level > DEEPEST for level, _ in _walk(value)):
        raise _malformed(f"The body must have at most {DEEPEST} levels.")
    for _, text in _walk(value):
        if text is not None:
            _check_text(text)
    return raw, value


async def _bytes(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and len(declared) < 20 and int(declared) > LARGEST:
        raise _too_large()
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST:
            raise _too_large()
    return bytes(raw)


def _check_kind(content_type: str) -> None:
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Problem(415, "unsupported_media_type", "The body must be application/json in UTF-8.")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    # The interpreter has this limit too, but its host may have lifted it.
    if len(digits) > MOST_DIGITS:
        raise ValueError("an integer has too many digits")
    return int(digits)


def _walk(value: Any) -> Iterator[tuple[int, str | None]]:
    """Every level there is, and every text; without recursion, since depth is not yet known."""
    waiting: list[tuple[int, Any]] = [(0, value)]
    while waiting:
        level, one = waiting.pop()
        if isinstance(one, str):
            yield level, one
        elif isinstance(one, dict | list):
            yield level + 1, None
            if isinstance(one, dict):
                held = cast("dict[str, Any]", one)
                waiting.extend((level + 1, name) for name in held)
                waiting.extend((level + 1, each) for each in held.values())
            else:
                waiting.extend((level + 1, each) for each in cast("Sequence[Any]", one))


def _check_text(text: str) -> None:
    try:
        storable(text)
    except ValueError as wrong:
        raise invalid([FieldError(place="body", field="", detail=str(wrong))]) from None


def _too_large() -> Problem:
    return Problem(413, "too_large", f"The body may have {LARGEST} bytes at most.")


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed", detail)
