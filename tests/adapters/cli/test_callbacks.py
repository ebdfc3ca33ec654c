"""`billhook delivery_reports`: the URL that a provider's own settings need."""

from __future__ import annotations

import pytest

from adapters.cli.conftest import Billhook
from billhook_adapters.sms.callbacks import Callbacks


def test_the_url_is_printed(billhook: Billhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("BILLHOOK_BASE_URL", "https://bill.example/i/")
    expected = Callbacks("https://bill.example/delivery-callbacks/", "k" * 32).url_of_all("msg91")
    assert billhook("callbacks", "msg91").out == f"{expected}\n"
    monkeypatch.setenv("BILLHOOK_CALLBACKS_URL", "https://in.example/callbacks")
    elsewhere = billhook("callbacks", "msg91", "--json").json["url"]
    assert elsewhere.startswith("https://in.example/callbacks/msg91/")


def test_without_a_secret_key_there_is_none(
    billhook: Billhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BILLHOOK_SECRET_KEY", raising=False)
    ran = billhook("callbacks", "msg91")
    assert (ran.status, "BILLHOOK_SECRET_KEY is not set" in ran.err) == (2, True)
    monkeypatch.setenv("BILLHOOK_CALLBACKS_URL", "https://in.example/callbacks")
    assert "BILLHOOK_CALLBACKS_URL needs BILLHOOK_SECRET_KEY" in billhook("callbacks", "msg91").err
