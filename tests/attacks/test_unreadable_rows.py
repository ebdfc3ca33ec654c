"""A row that cannot be read fails the requests about it alone, and the log says which it is.

Reports of the same from other projects: one message that cannot be decoded stops a consumer and all
that stands behind it; a list endpoint answers 500 for everything because of one old record.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from adapters.native.api_client import DOCUMENT, basic
from billhook.application.commands import Delete, Draft, Send
from billhook.application.ports import UnreadableRowError
from billhook.application.records import Search
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.composition.service import build_application
from billhook_adapters.memory import RandomIds
from billhook_adapters.sql.backend import SqlBackend
from billhook_adapters.system.api_keys import token_key
from billhook_adapters.testing import a_document, an_account
from billhook_adapters.testing.builders import open_account

OWNER, OTHER = AccountId("acc_owner"), AccountId("acc_other")
TOKEN, LOCATION = "pit-owner", "loc_owner"
CONTENT = "ravi@example.com"
NOT_JSON = f"""'{{"customer": "{CONTENT}"'"""
NOT_UTF_8 = "CAST(x'ff' AS TEXT)"
HOST = "http://test"


def request(account: AccountId, method: str, path: str, **sent: Any) -> httpx.Request:
    """A request with the key of an account."""
    headers = {"authorization": basic(f"key_{account}:secret")}
    return httpx.Request(method, HOST + path, headers=headers, **sent)


class Service:
    """The service over a database with an account whose invoices get damaged, and another one."""

    def __init__(self, url: str) -> None:
        self.application = build_application(url, ids=RandomIds(), senders={})
        self.commands = self.application.service
        for account in (OWNER, OTHER):
            open_account(self.commands, an_account(id=account))
            self.application.keys.add(account, f"key_{account}", "secret")
        token = token_key(TOKEN, LOCATION)
        self.application.keys.add(OWNER, token.id, token.secret, location=LOCATION)
        assert isinstance(self.application.backend, SqlBackend)
        self.database = self.application.backend.database

    def drafted(self, count: int) -> list[InvoiceId]:
        """Drafts of the owner, the oldest first."""
        draft = Draft(account=OWNER, document=a_document())
        return [self.commands.execute(draft).unwrap().id for _ in range(count)]

    def damage(self, *ids: InvoiceId, document: str = NOT_JSON) -> None:
        """Make these invoices unreadable."""
        statement = text(f"UPDATE invoices SET document = {document} WHERE id = :id")  # noqa: S608  # constants of this file
        with self.database.connect() as connection:
            for one in ids:
                connection.execute(statement, {"id": one})
            connection.commit()

    def ask(self, *requests: httpx.Request) -> list[httpx.Response]:
        """The responses to requests that arrive together."""

        async def ask_all() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.application.app)
            async with httpx.AsyncClient(transport=transport) as client:
                return await asyncio.gather(*map(client.send, requests))

        return asyncio.run(ask_all())

    def list_of(self, path: str, **headers: str) -> Any:
        """What a list of the owner answers."""
        of_owner = request(OWNER, "GET", path)
        of_owner.headers.update(headers)
        (response,) = self.ask(of_owner)
        assert response.status_code == 200, response.text
        return response.json()

    def metrics(self) -> Sequence[str]:
        """The lines of the metrics."""
        (response,) = self.ask(httpx.Request("GET", f"{HOST}/metrics"))
        return response.text.splitlines()


@pytest.fixture(params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path}/billhook.sqlite3"
    if request.param == "postgresql":
        engine: Engine = request.getfixturevalue("postgresql_engine")
        url = engine.url.render_as_string(hide_password=False)
    service = Service(url)
    yield service
    service.application.backend.dispose()


def create() -> httpx.Request:
    """The other account makes an invoice."""
    return request(OTHER, "POST", "/api/invoices", json=DOCUMENT)


def statuses(responses: Sequence[httpx.Response]) -> list[int]:
    return [one.status_code for one in responses]


def test_an_unreadable_invoice_fails_no_neighbour_in_its_batch(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, whole = service.drafted(2)
    service.damage(damaged)
    caplog.clear()
    cancel = [request(OWNER, "POST", f"/api/invoices/{one}/issue") for one in (damaged, whole)]
    responses = service.ask(create(), create(), *cancel, create(), create(), create())
    assert statuses(responses) == [201, 201, 500, 200, 201, 201, 201]
    assert len(service.commands.search(OTHER, Search())) == 5
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert f"invoices: {damaged} of {OWNER} cannot be read" in errors[0]
    assert CONTENT not in caplog.text


def test_a_bug_in_one_command_fails_no_neighbour_and_stores_nothing_of_its_own(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = Draft.decide

    def buggy(self: Draft, context: Any) -> Any:
        decided = decide(self, context)
        if self.account == OWNER:
            raise ZeroDivisionError
        return decided

    monkeypatch.setattr(Draft, "decide", buggy)
    mine = request(OWNER, "POST", "/api/invoices", json=DOCUMENT)
    assert statuses(service.ask(create(), mine, create())) == [201, 500, 201]
    assert service.commands.search(OWNER, Search()) == []
    assert len(service.commands.search(OTHER, Search())) == 2


def test_requests_with_one_key_are_decided_once_beside_an_unreadable_invoice(
    service: Service,
) -> None:
    damaged, _ = service.drafted(2)
    service.damage(damaged)
    headers = {"idempotency-key": "k1"}
    retried = [create() for _ in range(3)]
    for one in retried:
        one.headers.update(headers)
    cancel = request(OWNER, "POST", f"/api/invoices/{damaged}/cancel")
    assert statuses(service.ask(*retried, cancel)) == [201, 201, 201, 500]
    assert len(service.commands.search(OTHER, Search())) == 1


def test_a_command_that_the_database_refuses_fails_no_neighbour(service: Service) -> None:
    deleted, damaged = service.drafted(2)
    service.commands.execute(Delete(account=OWNER, invoice=deleted)).unwrap()
    service.damage(damaged)
    refused = request(OWNER, "POST", "/api/invoices", json={**DOCUMENT, "id": deleted})
    unreadable = request(OWNER, "POST", f"/api/invoices/{damaged}/cancel")
    responses = service.ask(create(), refused, create(), unreadable, create())
    assert statuses(responses) == [201, 409, 201, 500, 201]
    assert responses[1].json()["code"] == "not_stored"
    assert len(service.commands.search(OTHER, Search())) == 3


def test_the_lists_of_every_api_leave_out_what_cannot_be_read_and_say_so_once(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    ids = service.drafted(4)
    damaged, whole = ids[1], [ids[3], ids[2], ids[0]]
    service.damage(damaged)
    caplog.clear()
    listed = service.list_of("/v1/invoices")
    assert [one["id"] for one in listed["items"]] == whole
    listed = service.list_of("/api/invoices")
    assert [one["id"] for one in listed["invoices"]] == whole
    path = f"/invoices/?altId={LOCATION}&altType=location&limit=10&offset=0"
    listed = service.list_of(path, authorization=f"Bearer {TOKEN}", version="2021-07-28")
    assert [one["_id"] for one in listed["invoices"]] == whole
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert f"invoices: {damaged} of {OWNER} cannot be read" in errors[0]
    assert 'billhook_rows_left_out_total{table="invoices"} 3.0' in service.metrics()
    assert CONTENT not in caplog.text


def test_pages_by_cursor_go_on_behind_what_cannot_be_read(service: Service) -> None:
    ids = service.drafted(9)
    service.damage(*ids[2:7])
    found, cursor = [], ""
    while True:
        page = service.list_of(f"/api/invoices?limit=2{cursor}")
        found += [one["id"] for one in page["invoices"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [ids[8], ids[7], ids[1], ids[0]]


def test_pages_by_number_show_no_invoice_twice(service: Service) -> None:
    ids = service.drafted(6)
    service.damage(ids[4])
    pages = [service.list_of(f"/v1/invoices?count=2&skip={skip}") for skip in (0, 2, 4)]
    found = [[one["id"] for one in page["items"]] for page in pages]
    assert found == [[ids[5]], [ids[3], ids[2]], [ids[1], ids[0]]]


def test_one_read_of_what_cannot_be_read_fails_and_is_named(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    (damaged,) = service.drafted(1)
    service.damage(damaged)
    caplog.clear()
    for path in ("/v1/invoices/", "/api/invoices/"):
        assert statuses(service.ask(request(OWNER, "GET", path + damaged))) == [500]
        assert statuses(service.ask(request(OTHER, "GET", path + damaged))) != [500]
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(errors) == 2
    assert all(f"invoices: {damaged} of {OWNER} cannot be read" in one for one in errors)


def test_a_list_shows_an_invoice_with_an_unreadable_message_and_one_read_fails(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    ids = service.drafted(2)
    send = Send(account=OWNER, invoice=ids[0], media=(Medium.EMAIL,))
    (message,) = service.commands.execute(send).unwrap().messages
    with service.database.connect() as connection:
        connection.exec_driver_sql("UPDATE messages SET attempts = -1")
        connection.commit()
    caplog.clear()
    listed = service.list_of("/v1/invoices")
    assert [one["id"] for one in listed["items"]] == [ids[1], ids[0]]
    named = f"messages: {message.id} of {OWNER} cannot be read"
    assert named in caplog.text
    with pytest.raises(UnreadableRowError, match=named):
        service.commands.messages(OWNER, ids[0])


@pytest.mark.parametrize(
    "damage",
    [
        f"document = {NOT_UTF_8}",
        f"receipt = {NOT_UTF_8}",
        "created_at = 'yesterday'",
        "created_at = 1e300",
        "version = 'first'",
        "document = x'ff'",
    ],
)
def test_a_column_of_another_type_is_as_any_unreadable_row(tmp_path: Path, damage: str) -> None:
    service = Service(f"sqlite:///{tmp_path}/billhook.sqlite3")
    damaged, whole = service.drafted(2)
    with service.database.connect() as connection:
        connection.exec_driver_sql(f"UPDATE invoices SET {damage} WHERE id = ?", (damaged,))  # noqa: S608  # constants of this file
    cancel = request(OWNER, "POST", f"/api/invoices/{damaged}/cancel")
    assert statuses(service.ask(create(), cancel, create())) == [201, 500, 201]
    assert [one["id"] for one in service.list_of("/v1/invoices")["items"]] == [whole]
    service.application.backend.dispose()
