"""The base of every HTTP API: one request in, one response out, and a response to each failure."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import ClassVar

from billhook_adapters.http.core.asgi import Receive, Scope, Send
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.core.request import (
    BodyTooLargeError,
    ClientDisconnectedError,
    IncompleteBodyError,
    Request,
    read_request,
)
from billhook_adapters.http.core.response import Response, send_response
from billhook_adapters.system.error_kinds import is_unavailable, kind

_log = logging.getLogger(__name__)


RETRY_SECONDS = "5"
RETRY_AFTER = (b"retry-after", RETRY_SECONDS.encode())
"""When a request may be repeated that met a database which cannot be used."""


class RequestFailure(Enum):
    """What may go wrong with a request in every API."""

    BODY_TOO_LARGE = "body_too_large"
    INCOMPLETE_BODY = "incomplete_body"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    """The database cannot be used now; what was requested may be repeated."""
    SERVER_ERROR = "server_error"


_FAILURES: Mapping[type[Exception], RequestFailure] = MappingProxyType(
    {
        BodyTooLargeError: RequestFailure.BODY_TOO_LARGE,
        IncompleteBodyError: RequestFailure.INCOMPLETE_BODY,
        OverloadedError: RequestFailure.OVERLOADED,
    }
)


def failure_of(error: Exception) -> RequestFailure:
    """The failure that an exception stands for; one that no API expects is logged as a bug."""
    failure = _FAILURES.get(type(error))
    if failure is None:
        # The kind alone: the text of an error may quote a row or a header.
        _log.error("a request failed: %s", kind(error))
        unavailable = is_unavailable(error)
        return RequestFailure.UNAVAILABLE if unavailable else RequestFailure.SERVER_ERROR
    return failure


class HttpApi(ABC):
    """An API as a plain ASGI application.

    A framework costs more per request than the decision behind it. `routes` are the templates of
    its paths below its mount, each id a `*`; requests are counted and traced by them.
    """

    routes: ClassVar[frozenset[str]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = read_request(scope, receive)
        try:
            response = await self.serve(request)
        except ClientDisconnectedError:
            return
        except Exception as error:  # noqa: BLE001  # whatever it is, the client gets a response
            failure = failure_of(error)
            response = self.failed(failure)
            named = dict(response.headers)
            if failure is RequestFailure.UNAVAILABLE and b"retry-after" not in named:
                response = response._replace(headers=(*response.headers, RETRY_AFTER))
        await send_response(send, response, head=request.method == "HEAD")

    @abstractmethod
    async def serve(self, request: Request) -> Response:
        """The response to a request."""

    @abstractmethod
    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure, in the error format of this API."""
