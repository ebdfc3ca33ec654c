"""The bodies and headers that the vendor's SDKs send, all their forms."""

from __future__ import annotations

from typing import Any

from billhook_adapters.http.core.exchange import IdempotencyKeyError, Request
from billhook_adapters.http.core.parsing import from_form, from_json
from billhook_adapters.http.razorpay.errors import BAD_KEY
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError


class MediaTypeError(Exception):  # a refusal
    """The body is neither JSON nor a form."""


async def body_of(call: Request) -> Any:
    """The value of a request's body: JSON, a nested form, `null` or nothing at all.

    Raises Refused where it is malformed, MediaTypeError where it is something else.
    """
    raw = await call.body()
    kind = (call.header(b"content-type") or "").partition(";")[0].strip().lower()
    if not raw.strip():
        return {}
    try:
        if kind == "application/x-www-form-urlencoded":
            return from_form(raw)
        if kind not in ("application/json", ""):
            raise MediaTypeError
        value = from_json(raw)
    except (ValueError, UnicodeDecodeError):
        what = "form" if kind.startswith("application/x-www") else "JSON"
        raise InvalidRequestError(f"The request body is not a valid {what} document.") from None
    return {} if value is None else value


def key_of(call: Request) -> str | None:
    """The Idempotency-Key, where there is one. Raises Refused on one of another shape."""
    try:
        return call.key
    except IdempotencyKeyError:
        raise InvalidRequestError(BAD_KEY) from None
