"""The response to a request, and how it is sent over ASGI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import to_json

from billhook_adapters.http.core.asgi import Send


class Response(NamedTuple):
    """A status and the bytes of a body: JSON, unless `media_type` says otherwise."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    media_type: bytes = b"application/json"


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """The response with this JSON body.

    >>> json_response({"success": True}).body
    b'{"success":true}'
    """
    named = ((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Response(status, to_json(value), tuple(named))


def list_response(head: str, items: Iterable[object], tail: str) -> Response:
    """The response with a JSON list between the two ends of its object.

    Each item is serialised by itself. In a thread this lets other threads go on in between: the
    encoder takes a large value in one step, during which nothing else of the process runs.

    >>> list_response('{"count":1,"items":', [{"id": "inv_1"}], "}").body
    b'{"count":1,"items":[{"id":"inv_1"}]}'
    """
    shown = b",".join(map(to_json, items))
    return Response(200, b"%b[%b]%b" % (head.encode(), shown, tail.encode()))


def problem_response(status: int, code: str, title: str, detail: str) -> Response:
    """An RFC 9457 problem, for a request that belongs to no API.

    >>> problem_response(404, "no_such_route", "No such route", "Nothing is here.").status
    404
    """
    problem = {
        "type": f"urn:billhook:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return json_response(problem, status)._replace(media_type=b"application/problem+json")


async def send_response(
    send: Send, response: Response, *, head: bool = False, close: bool = False
) -> None:
    """Send a response; its body is left out where the request was a HEAD.

    With `close` it is the last one of its connection.
    """
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [
                (b"content-type", response.media_type),
                (b"content-length", str(len(response.body)).encode()),
                *response.headers,
                *([(b"connection", b"close")] if close else ()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else response.body})
