"""One HTTP request to a provider, within a deadline, with the true result."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Permanent, SendError, Transient
from billhook_adapters.system.optional_dependencies import needs

with needs("sms"):
    import httpcore

    from billhook_adapters.system.bounded_http import BoundedBackend, Deadline

SECONDS = 20.0
"""How long a provider may take for its whole answer."""

UNANSWERED = Permanent("the provider got it and never answered: it is unknown whether it was sent")
"""None of these providers knows our key, so that a retry might reach the payer twice. The
message becomes a dead letter; a later delivery report corrects that."""

NETWORK_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


class Reply(NamedTuple):
    """What a provider answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def fields(self) -> Mapping[str, Any]:
        """Its JSON object; an empty one where it is something else."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {}
        return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    seconds: float = SECONDS,
) -> Result[Reply, SendError]:
    """Send one request; no redirect is followed."""
    backend = BoundedBackend(Deadline(seconds, time.monotonic))
    try:
        with httpcore.ConnectionPool(network_backend=backend) as pool:
            answer = pool.request(method, url, headers=list(headers.items()), content=body)
    except NETWORK_ERRORS:
        return Failure(
            UNANSWERED if backend.sent else Transient("the provider could not be reached")
        )
    named = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers
    }
    return Success(Reply(answer.status, answer.content, named))


def form(fields: Mapping[str, str]) -> bytes:
    """Fields as an HTML form sends them.

    >>> form({"To": "+91", "Body": "a b"})
    b'To=%2B91&Body=a+b'
    """
    return urlencode(fields).encode()


def refused(status: int, reason: str) -> SendError:
    """What a refusal by its status means: what an operator can mend is tried again."""
    if status in (401, 403, 404, 408, 429) or status >= 500:
        return Transient(reason)
    return Permanent(reason)
