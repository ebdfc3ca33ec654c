"""A sender of another distribution is found by the scheme of its URL, once it is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.service import InvoiceService
from billhook.model.customer import Medium
from billhook_adapters.composition.senders import senders
from billhook_adapters.composition.settings import SettingError, settings
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document, an_account
from billhook_adapters.testing.builders import open_account
from plugins.installing import InstallPlugin


@pytest.fixture(autouse=True)
def installed(install_plugin: InstallPlugin) -> None:
    install_plugin("example_sender")


def environ(url: str) -> dict[str, str]:
    return {"BILLHOOK_DATABASE": "memory://", "BILLHOOK_SMS_URL": url}


def test_it_sends_what_the_service_queues(tmp_path: Path) -> None:
    out = tmp_path / "sent"
    store, clock, ids = InMemoryStore(), SettableClock(NOON), RandomIds()
    service = InvoiceService(store, clock, ids)
    open_account(service, an_account())
    command = DraftAndSend(account=an_account().id, document=a_document(), media=(Medium.SMS,))
    invoice = service.execute(command).unwrap().invoice
    by_medium = senders(settings(environ(f"example://{out}")))
    EmbeddedEngine(BackgroundJobs(store, clock, ids, by_medium)).drain()
    (sent,) = [json.loads(line) for line in out.read_text().splitlines()]
    customer = invoice.document.customer
    assert customer is not None
    assert sent["to"] == customer.contact
    assert invoice.short_url in sent["text"]


def test_a_wrong_url_is_an_error_that_shows_its_shape() -> None:
    with pytest.raises(SettingError) as error:
        senders(settings(environ("example://hush")))
    assert str(error.value) == "BILLHOOK_SMS_URL must have the shape example:///path/of/a/file"


def test_an_unknown_scheme_is_an_error_that_lists_it_among_the_installed_ones() -> None:
    with pytest.raises(SettingError, match="BILLHOOK_SMS_URL must begin with one of example://, "):
        senders(settings(environ("pigeon://hush")))
