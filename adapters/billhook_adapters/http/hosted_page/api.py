"""The pages of invoices below the path of short URLs; the URL itself is the credential."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from billhook.application.account_commands import SuppressAddress
from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.ports import Clock
from billhook.application.records import Contact
from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.message import Message
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.language import SOURCE, Language, language_of, read_by
from billhook_adapters.documents.parties import seller_of
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.einvoice import is_installed
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.hosted_page.e_invoices import FILES, has_e_invoice, printed, xml
from billhook_adapters.http.hosted_page.guessing import WITHIN, Guesses
from billhook_adapters.http.hosted_page.rendering import document, page, sent_to, sentence

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_READING = ("GET", "HEAD")


class HostedPageApi(HttpApi):
    """Serves the pages of invoices whose short URLs begin with `base_url`.

    It is mounted at the path of that URL. `language` is for payers whose language is not known.
    With `pay` a page has a button that pays the invoice: for the sandbox alone. It returns where
    the payer is sent, or None where it stays on the page.
    """

    routes = frozenset(
        {"/*", "/*/invoice.pdf", *(f"/*/{name}" for name in FILES), "/*/pay", "/*/stop/*"}
    )

    def __init__(
        self,
        batched: BatchedService,
        base_url: str,
        clock: Clock,
        *,
        language: str = SOURCE,
        printer: Printer | None = None,
        pay: Callable[[HostedInvoice], Awaitable[str | None]] | None = None,
    ) -> None:
        self._batched, self._base_url, self._clock = batched, base_url, clock
        self._language = language_of(language)
        self._default, self._pay = language, pay
        self._printer = printer or Printer(default=language)
        self._guesses = Guesses()

    async def serve(self, request: Request) -> Response:
        """The invoice's page, or that there is none."""
        now = self._clock.now()
        if self._guesses.is_blocked(request.peer, now):
            wait = (b"retry-after", str(int(WITHIN.total_seconds())).encode())
            return self._sentence(429)._replace(headers=(*self._sentence(429).headers, wait))
        token, *rest = request.path or ("",)
        found = None
        if _TOKEN.fullmatch(token):
            url = self._base_url + token
            found = (await self._batched.read(lambda service: service.by_short_url(url))).value_or(
                None
            )
        if found is None:
            self._guesses.missed(request.peer, now)
            return self._sentence(404)
        await request.body()  # judged before anything is changed
        return await self._served(request.method, token, tuple(rest), found)

    def failed(self, failure: RequestFailure) -> Response:
        """A page that says to try again later, also after a request to correct."""
        return self._sentence(503 if failure.status >= 500 else failure.status)

    async def _served(
        self, method: str, token: str, rest: tuple[str, ...], hosted: HostedInvoice
    ) -> Response:
        language = read_by(hosted.invoice.document, self._default)
        if rest[:1] == ("stop",):  # also after its invoice was cancelled
            return await self._stop(method, rest[1:], hosted, language)
        if hosted.invoice.cancelled_at is not None:
            seller = seller_of(hosted, language)
            return sentence(410, "is_cancelled", "nothing_due", language, seller=seller)
        if hosted.invoice.issued_at is None:
            if method not in _READING or rest:
                return self._sentence(404)
            return sentence(200, "not_issued", "not_issued_text", language)
        match method, rest:
            case "GET" | "HEAD", ():
                return page(
                    sheet(hosted, self._default),
                    token,
                    logo=hosted.logo,
                    accent_color=hosted.profile.accent_color,
                    simulating=self._pay is not None,
                    e_invoice=has_e_invoice(hosted),
                )
            case "GET" | "HEAD", ("invoice.pdf",):
                return document(await asyncio.to_thread(printed, self._printer, hosted))
            case "GET" | "HEAD", (name,) if name in FILES and is_installed():
                return await asyncio.to_thread(xml, hosted, name)
            case "POST", ("pay",) if self._pay is not None:
                # A second click finds nothing to pay.
                url = await self._pay(hosted) if hosted.payable else None
                return sent_to(url or f"../{token}")
            case _:
                return self._sentence(404)

    async def _stop(
        self, method: str, rest: tuple[str, ...], hosted: HostedInvoice, language: Language
    ) -> Response:
        """Withdraw consent: messages to the address of a message are suppressed from now on.

        A click is a POST (RFC 8058); a GET shows a button, because mail scanners follow links.
        """
        invoice = hosted.invoice
        key = MessageKey(invoice.account, MessageId("".join(rest[:1])))
        message = await self._batched.read(lambda service: service.message(key))
        if len(rest) != 1 or not isinstance(message, Message) or message.invoice != invoice.id:
            return self._sentence(404)
        if method in _READING:
            return sentence(200, "stop", "stop_text", language, button="stop_button")
        if method != "POST":
            return self._sentence(404)
        contact = Contact(message.account, message.medium, message.address)
        await self._batched.execute(
            SuppressAddress(
                account=contact.account, contact=contact, reason="opted_out", overwrite=False
            )
        )
        return sentence(200, "stopped", "stopped_text", language)

    def _sentence(self, status: int) -> Response:
        phrases = ("unknown", "check_link") if status == 404 else ("broken", "try_again")
        return sentence(status, *phrases, self._language)
