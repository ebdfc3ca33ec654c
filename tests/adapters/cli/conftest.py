"""The command line in process: what it answers, what it complains of, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from billhook_adapters.cli.main import main


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON value that it answered."""
        return json.loads(self.out)


Billhook = Callable[..., Ran]


@pytest.fixture
def billhook(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Billhook:
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str) -> Ran:
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        return Ran(status, *capsys.readouterr())

    return run


@pytest.fixture
def acme(billhook: Billhook, url: str) -> dict[str, Any]:
    """An account that was opened with all defaults."""
    created: dict[str, Any] = billhook(
        "account", "create", "--name", "Acme", "--database", url, "--json"
    ).json
    return created
