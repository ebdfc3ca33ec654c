"""A backend of another distribution is found by the scheme of its URL, once it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from billhook.application.commands import Draft
from billhook.application.ports import Store
from billhook.model.invoice import InvoiceKey
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.service import build_application
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.system.backend import BackendError
from billhook_adapters.testing import NOON, a_document, an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.contracts.invoices import InvoicesSuite
from plugins.installing import InstallPlugin


@pytest.fixture(autouse=True)
def installed(install_plugin: InstallPlugin) -> None:
    install_plugin("example_backend")


class TestExampleStore(InvoicesSuite):
    @pytest.fixture
    def store(self, installed: None, tmp_path: Path) -> Iterator[Store]:
        backend = open_backend(f"example://{tmp_path.name}")
        yield backend.store
        backend.dispose()


def test_a_service_over_it_keeps_an_invoice() -> None:
    clock, ids = SettableClock(NOON), RandomIds()
    application = build_application("example://service", clock=clock, ids=ids, senders={})
    account = an_account()
    open_account(application.service, account)
    drafted = application.service.execute(Draft(account=account.id, document=a_document())).unwrap()
    again = open_backend("example://service", create=False)
    with again.store.snapshot() as snapshot:
        key = InvoiceKey(account.id, drafted.id)
        assert snapshot.invoices((key,)) == {key: drafted}
    assert [one.account for one in again.accounts.listed()] == [account]


def test_its_own_errors_reach_the_user() -> None:
    with pytest.raises(BackendError, match="there is no database nowhere; create it first"):
        open_backend("example://nowhere", create=False)


def test_an_unknown_scheme_is_an_error_that_lists_it_among_the_installed_ones() -> None:
    with pytest.raises(BackendError) as error:
        open_backend("mysql://user:hush@host/db")
    assert str(error.value) == (
        "unknown backend 'mysql'; installed: example, memory, postgresql, sqlite; give a URL such "
        "as sqlite:///billhook.sqlite3 or postgresql://user@host/billhook"
    )
