"""The base of every HTTP API: one request in, one response out, and a response to each failure."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import ClassVar

from billhook_adapters.http.core.asgi import Receive, Scope, Send
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.core.bodies import ClientDisconnectedError
from billhook_adapters.http.core.failures import (
    RETRY_AFTER,
    RequestFailedError,
    RequestFailure,
)
from billhook_adapters.http.core.request import Request, read_request
from billhook_adapters.http.core.response import Response, send_response
from billhook_adapters.system.error_kinds import is_unavailable, kind

__all__ = ["HttpApi", "RequestFailure", "failure_of"]

_log = logging.getLogger(__name__)


def failure_of(error: Exception) -> RequestFailure:
    """The failure that an exception stands for; one that no API expects is logged as a bug."""
    if isinstance(error, RequestFailedError):
        return error.failure
    if isinstance(error, OverloadedError):
        return RequestFailure.OVERLOADED
    # The kind alone: the text of an error may quote a row or a header.
    _log.error("a request failed: %s", kind(error))
    unavailable = is_unavailable(error)
    return RequestFailure.UNAVAILABLE if unavailable else RequestFailure.SERVER_ERROR


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
            if response.status in (429, 503) and b"retry-after" not in named:
                response = response._replace(headers=(*response.headers, RETRY_AFTER))
        await send_response(send, response, head=request.method == "HEAD")

    @abstractmethod
    async def serve(self, request: Request) -> Response:
        """The response to a request."""

    @abstractmethod
    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure, in the error format of this API."""
