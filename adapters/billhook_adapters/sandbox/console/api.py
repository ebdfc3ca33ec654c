"""The paths of the console, and which requests may press its buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.accounts import accounts_page
from billhook_adapters.sandbox.console.actions import act
from billhook_adapters.sandbox.console.clock import clock_page, move
from billhook_adapters.sandbox.console.faults import change, faults_page
from billhook_adapters.sandbox.console.fields import Fields, form, parsed
from billhook_adapters.sandbox.console.home import home_page
from billhook_adapters.sandbox.console.invoice import invoice_page
from billhook_adapters.sandbox.console.invoices import invoices_page
from billhook_adapters.sandbox.console.outbox import message_html, message_page, outbox_page
from billhook_adapters.sandbox.console.rendering import Pages, static
from billhook_adapters.sandbox.console.requests import request_page, requests_page
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.webhooks import send_again, webhook_page, webhooks_page
from billhook_adapters.sandbox.cross_site import is_cross_site
from billhook_adapters.sandbox.moves import MoveStoppedError

_LISTS: Mapping[str, Callable[[Sources, Pages, Fields], Awaitable[Response]]] = MappingProxyType(
    {
        "accounts": accounts_page,
        "clock": clock_page,
        "faults": faults_page,
        "invoices": invoices_page,
        "outbox": outbox_page,
        "requests": requests_page,
        "webhooks": webhooks_page,
    }
)


class ConsoleApi(HttpApi):
    """Serves the first page at the root, and all others below `/console`.

    Without credentials: nothing in a sandbox is private. Pages of other sites can press no button.
    """

    routes = frozenset(
        {
            "/",
            "/console",
            "/console/invoices",
            "/console/invoices/*/*",
            "/console/outbox",
            "/console/outbox/*",
            "/console/outbox/*/html",
            "/console/webhooks",
            "/console/webhooks/*",
            "/console/requests",
            "/console/requests/*",
            "/console/faults",
            "/console/clock",
            "/console/accounts",
            "/console/console.css",
            "/console/console.js",
        }
    )

    def __init__(self, sources: Sources) -> None:
        self._sources, self._pages = sources, Pages(sources)

    async def serve(self, request: Request) -> Response:
        """The page of a path, or what a button of it does."""
        try:
            return await self._served(request)
        except MoveStoppedError:
            refusal = "The sandbox was restored or closed while its clock was moved."
            return self._pages.problem(409, "Stopped", refusal)

    async def _served(self, request: Request) -> Response:
        path = request.path[1:] if request.path[:1] == ("console",) else request.path
        if path[-1:] == ("",):  # a slash at the end
            path = path[:-1]
        is_console = request.path[:1] == ("console",)
        if not is_console and path:
            return self._pages.not_found()
        if request.method in ("GET", "HEAD"):
            return await self._shown(request, path, parsed(request.query))
        if request.method != "POST":
            return self._pages.problem(405, "Not possible", "Pages are read, and buttons pressed.")
        if is_cross_site(request):
            refusal = "The request came from a page of another site; open the sandbox itself."
            return self._pages.problem(403, "Refused", refusal)
        return await self._pressed(path, await form(request))

    def failed(self, failure: RequestFailure) -> Response:
        """A page with the failure."""
        return self._pages.problem(failure.status, "Not possible", failure.detail)

    async def _shown(self, request: Request, path: tuple[str, ...], fields: Fields) -> Response:
        sources, pages = self._sources, self._pages
        match path:
            case ():
                return await home_page(sources, pages, request, fields)
            case (name,) if name in _LISTS:
                return await _LISTS[name](sources, pages, fields)
            case ("invoices", account, invoice):
                return await invoice_page(sources, pages, account, invoice, fields)
            case ("outbox", message):
                return await message_page(sources, pages, message, fields)
            case ("outbox", message, "html"):
                return message_html(sources, pages, message)
            case ("webhooks", number):
                return webhook_page(sources, pages, _number(number), fields)
            case ("requests", number):
                return request_page(sources, pages, request, _number(number), fields)
            case (name,):
                return static(name) or pages.not_found()
            case _:
                return pages.not_found()

    async def _pressed(self, path: tuple[str, ...], fields: Fields) -> Response:
        sources, pages = self._sources, self._pages
        match path:
            case ("invoices", account, invoice):
                return await act(sources, pages, account, invoice, fields)
            case ("webhooks", number):
                return await send_again(sources, pages, _number(number))
            case ("clock",):
                return await move(sources, pages, fields)
            case ("faults",):
                return change(sources, pages, fields)
            case _:
                return pages.not_found()


def _number(text: str) -> int:
    """The number of a path; 0, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
