"""A database is opened by the scheme of its URL, and offers the same whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from returns.result import Failure

from billhook.application.commands import Draft
from billhook.application.service import InvoiceService
from billhook.model.invoice import InvoiceId
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.engines import delivery
from billhook_adapters.composition.settings import EngineName, SettingError
from billhook_adapters.memory import InMemoryBackend, RandomIds, SettableClock
from billhook_adapters.sql.backend import SqlBackend
from billhook_adapters.system.api_keys import KeyTaken, new_key
from billhook_adapters.system.backend import Backend, BackendError
from billhook_adapters.testing import NOON, a_document, a_webhook_endpoint, an_account


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    match request.param:
        case "memory":
            url = "memory://"
        case "sqlite":
            url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
        case _:
            url = request.getfixturevalue("postgresql_url")
    backend = open_backend(url)
    yield backend
    backend.dispose()


def test_its_store_keyring_and_accounts_are_of_one_database(backend: Backend) -> None:
    account, other, key = an_account(), an_account(id="acc_2"), new_key()
    endpoint = a_webhook_endpoint(account=account.id)
    backend.accounts.open(account, [key], endpoint, NOON).unwrap()
    backend.accounts.open(other, [], None, NOON).unwrap()
    found = backend.keyring.find(key.id)
    assert found is not None
    assert found.account == account.id
    first, second = backend.accounts.listed()
    assert (first.account, list(first.webhook_endpoints)) == (account, [endpoint])
    assert [one.id for one in first.keys] == [key.id]
    assert (second.account, *second.keys, *second.webhook_endpoints) == (other,)


def test_an_account_is_not_added_when_an_id_of_its_keys_is_taken(backend: Backend) -> None:
    key = new_key()
    backend.accounts.open(an_account(), [key], None, NOON).unwrap()
    again = backend.accounts.open(an_account(id="acc_2"), [new_key(), key], None, NOON)
    assert isinstance(again, Failure)
    assert isinstance(again.failure(), KeyTaken)
    assert [one.account.id for one in backend.accounts.listed()] == ["acc_1"]


def test_the_holders_of_an_invoice_are_the_accounts_that_have_it(backend: Backend) -> None:
    account = an_account()
    backend.accounts.open(account, [], None, NOON).unwrap()
    service = InvoiceService(backend.store, SettableClock(NOON), RandomIds())
    invoice = service.execute(Draft(account=account.id, document=a_document())).unwrap()
    assert list(backend.accounts.holders(invoice.id)) == [account.id]
    assert list(backend.accounts.holders(InvoiceId("inv_unknown"))) == []


def test_it_is_healthy_and_explains_no_error_that_is_not_its_own(backend: Backend) -> None:
    backend.check(NOON)
    assert backend.explain(ValueError("of something else")) is None


def test_a_queue_is_set_up_where_the_database_can_hold_one(backend: Backend) -> None:
    clock = SettableClock(NOON)
    if isinstance(backend, SqlBackend) and backend.database.dialect.name == "postgresql":
        store, _ = delivery(backend, EngineName.PROCRASTINATE, clock)
        assert store is not backend.store
    else:
        with pytest.raises(SettingError, match="procrastinate needs a BILLHOOK_DATABASE such as"):
            delivery(backend, EngineName.PROCRASTINATE, clock)
    assert delivery(backend, EngineName.EMBEDDED, clock)[0] is backend.store


def test_memory_alone_is_lost_when_the_process_ends(backend: Backend) -> None:
    assert backend.is_durable is not isinstance(backend, InMemoryBackend)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("hush", "not a URL; give one such as sqlite:///"),
        ("mysql://u:hush@h/db", "unknown backend 'mysql'; installed: memory, postgresql, sqlite"),
        ("sqlite://", "give a URL such as sqlite:///billhook.sqlite3"),
        ("sqlite:///:memory:", "it would be lost when the process ends; name a file"),
        ("postgresql://u:hush@h", "give a URL such as postgresql://user@host:5432/billhook"),
        ("postgresql+psycopg://u:hush@h:x/db", "give a URL such as postgresql://"),
    ],
)
def test_a_wrong_url_is_an_error_with_the_remedy_and_no_secret(url: str, reason: str) -> None:
    with pytest.raises(BackendError) as error:
        open_backend(url)
    assert str(error.value).startswith(reason)
    assert "hush" not in str(error.value)


def test_a_database_is_created_only_where_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "billhook.sqlite3"
    with pytest.raises(BackendError, match="there is no file"):
        open_backend(f"sqlite:///{path}", create=False)
    assert not path.exists()
    open_backend(f"sqlite:///{path}").dispose()
    assert path.exists()
