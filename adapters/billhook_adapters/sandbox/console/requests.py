"""The requests to the APIs and what was answered, and one of them with both bodies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import NamedTuple

from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields, part, query
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import Moment, moment, pretty, words
from billhook_adapters.sandbox.request_log import LONGEST_BODY, LoggedRequest

_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_STATUSES = ("2xx", "3xx", "4xx", "5xx", "none")


class RequestRow(NamedTuple):
    """A request as a line of a list."""

    number: int
    method: str
    target: str
    status: str
    failed: bool
    at: Moment
    milliseconds: str
    key: str | None
    fault: str | None


def rows_of(logged: Sequence[LoggedRequest]) -> Sequence[RequestRow]:
    """The lines of these requests."""
    return [_row(one) for one in logged]


async def requests_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of the requests that the fields choose, the newest first."""
    chosen = {name: fields.get(name, "") for name in ("method", "path", "status")}
    wanted = _wanted(chosen)
    shown = part([one for one in sources.log if wanted(one)], fields.get("page"))
    return pages.page(
        "requests.html",
        fields,
        section="requests",
        rows=rows_of(shown.rows),
        methods=[(one, one == chosen["method"]) for one in _METHODS],
        statuses=[(one, one == chosen["status"]) for one in _STATUSES],
        path=chosen["path"],
        filtered=any(chosen.values()),
        older=shown.older and query(**chosen, page=str(shown.older)),
        newer=shown.newer and query(**chosen, page=str(shown.newer)),
    )


def request_page(
    sources: Sources, pages: Pages, request: Request, number: int, fields: Fields
) -> Response:
    """The page of one request."""
    one = sources.log.find(number)
    if one is None:
        return pages.not_found()
    return pages.page(
        "request.html",
        fields,
        section="requests",
        row=_row(one),
        headers=one.headers,
        body=pretty(one.body),
        answer_headers=one.answer_headers,
        answer=pretty(one.answer),
        is_cut=LONGEST_BODY in (len(one.body), len(one.answer)),
        curl=one.curl(sources.url(request.header(b"host"))),
    )


def _wanted(chosen: Fields) -> Callable[[LoggedRequest], bool]:
    method, path, status = chosen["method"], chosen["path"].lower(), chosen["status"]

    def is_wanted(one: LoggedRequest) -> bool:
        return (
            method in ("", one.method)
            and path in one.target.lower()
            and status in ("", _class(one), "none" if one.status is None else str(one.status))
        )

    return is_wanted


def _class(one: LoggedRequest) -> str:
    return "none" if one.status is None else f"{one.status // 100}xx"


def _row(one: LoggedRequest) -> RequestRow:
    return RequestRow(
        number=one.number,
        method=one.method,
        target=one.target,
        status="no answer" if one.status is None else str(one.status),
        failed=one.status is None or one.status >= 400,
        at=moment(one.at, UTC),
        milliseconds=f"{one.milliseconds:.1f} ms",
        key=one.idempotency_key,
        fault=None if one.fault is None else words(one.fault),
    )
