"""The command line: what a person sees who types something else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from billhook_adapters.cli.main import main


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out


def test_a_missing_extra_is_named_with_its_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "razorpay", None)
    monkeypatch.delitem(sys.modules, "billhook_adapters.demo.main", raising=False)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == (
        "billhook demo: razorpay is missing: pip install 'billhook[demo]'\n"
    )


def test_a_command_loads_neither_migrations_nor_a_web_server(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/billhook.sqlite3"
    assert main(["account", "create", "--database", url, "--name", "Acme"]) == 0
    heavy = {"alembic", "fastapi", "starlette", "uvicorn", "jinja2", "phonenumbers"}
    program = (
        "import sys; from billhook_adapters.cli.main import main; "
        f"main(['account', 'list', '--database', {url!r}]); "
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
