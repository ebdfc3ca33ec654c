"""A sandbox without a server, and a browser's requests to its pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from billhook.application.commands import DraftAndSend
from billhook.messaging.delivery import MessageId
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.sandbox.running import Credentials, Key, Location, Sandbox
from billhook_adapters.sandbox.service import Shared, account_of, build_sandbox
from billhook_adapters.testing import a_document

HOST = "sandbox.example:8080"
KEYS = (Key("key_1", "secret"), Key("key_2", "s3cret"))
LOCATIONS = (Location("token_1", "loc_1"),)
FIRST, SECOND = map(account_of, KEYS)
HOSTILE = "<img src=//evil.example/x onerror=alert(1)> \"' &amp; </title><script>x()</script>"
NO_HEADERS: Mapping[str, str] = {}


class Page(HTMLParser):
    """The texts, links and forms of a page."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())

    @property
    def text(self) -> str:
        """All of its texts on one line."""
        return " ".join(" ".join(self.texts).split())

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]

    def buttons(self) -> list[str | None]:
        """What its buttons send, by their names and values."""
        return [attrs.get("value") for tag, attrs in self.tags if tag == "button"]


class Console:
    """The console of a sandbox with two accounts, of which the first has a location as well."""

    def __init__(self, shared: Shared, root: str = "") -> None:
        self.sandbox: Sandbox = build_sandbox(
            InMemoryBackend(),
            base_url=f"http://127.0.0.1:8080{root}/i/",
            credentials=Credentials(KEYS, LOCATIONS),
            shared=shared,
            root=root,
        )
        self.application = self.sandbox.application

    def request(
        self, method: str, path: str, headers: Mapping[str, str] = NO_HEADERS, **more: Any
    ) -> httpx.Response:
        """The response to a request."""
        return asyncio.run(self._request(method, path, headers, more))

    async def _request(
        self, method: str, path: str, headers: Mapping[str, str], more: Mapping[str, Any]
    ) -> httpx.Response:
        transport: Any = httpx.ASGITransport(app=self.sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, path, headers={"host": HOST, **headers}, **more)

    def page(self, path: str) -> Page:
        """The page at a path."""
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        return Page(answer)

    def press(self, path: str, /, **fields: str) -> Page:
        """The page that a browser shows after it sent a form."""
        answer = self.request("POST", path, {"origin": f"http://{HOST}"}, data=fields)
        assert answer.status_code == 303, answer.text
        return self.page(answer.headers["location"])

    def sent(self, account: AccountId = FIRST, **document: Any) -> Invoice:
        """An invoice that was issued and sent by SMS and e-mail, or by the document's media."""
        given = {"media": ("sms", "email"), **document}
        command = DraftAndSend(account=account, document=a_document(**given))
        return self.application.service.execute(command).unwrap().invoice

    def invoice(self, invoice: Invoice) -> Page:
        """The page of an invoice."""
        return self.page(path_of(invoice))

    def now(self, invoice: Invoice) -> Invoice:
        """The invoice as it is now."""
        return self.application.service.get(invoice.account, InvoiceId(invoice.id)).unwrap()

    def message(self, invoice: Invoice, medium: str) -> MessageId:
        """The id of the last message about an invoice."""
        found = self.application.service.messages(invoice.account, invoice.id)
        return [one.id for one in found if one.medium.value == medium][-1]

    def deliver(self) -> None:
        """Deliver the webhooks that are due."""
        EmbeddedEngine(self.application.background_jobs).drain()


def path_of(invoice: Invoice) -> str:
    """The path of an invoice's page."""
    return f"/console/invoices/{invoice.account}/{invoice.id}"


def rows(page: Page) -> list[str]:
    """The texts of the rows of the tables of a page, without the heads."""
    found = re.findall(r"<tr>(.*?)</tr>", page.answer.text, re.DOTALL)
    cells = [re.sub(r"<[^>]*>", " ", one) for one in found if "<td" in one]
    return [" ".join(one.split()) for one in cells]


@pytest.fixture(scope="session")
def shared() -> Shared:
    return Shared.made()


@pytest.fixture
def console(shared: Shared) -> Iterator[Console]:
    made = Console(shared)
    yield made
    made.application.backend.dispose()
