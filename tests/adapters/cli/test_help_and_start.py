"""Every command explains itself with an example, and starts without what it does not need."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from billhook_adapters.cli.commands import COMMANDS, parser_for

EXPLAINED = [
    ("account",),
    ("account", "create"),
    ("account", "list"),
    ("account", "rotate"),
    ("account", "revoke"),
    ("pay",),
    ("demo",),
]


@pytest.mark.parametrize("command", EXPLAINED, ids=" ".join)
def test_help_has_an_example_that_the_command_understands(
    billhook: Any, command: tuple[str, ...]
) -> None:
    ran = billhook(*command, "--help")
    assert (ran.status, ran.err) == (0, "")
    example = ran.out.rpartition("example:\n")[2].strip()
    program, *arguments = shlex.split(example)
    assert program == "billhook"
    assert tuple(arguments[: len(command)]) == command
    assert callable(parser_for(arguments).parse(arguments).run)


def test_the_first_help_names_every_command(billhook: Any) -> None:
    shown = billhook("--help").out
    missing = [one.name for one in COMMANDS if not re.search(rf"\n  {one.name}\s", shown)]
    assert missing == []


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.name)
def test_every_command_has_help_with_an_example(billhook: Any, one: Any) -> None:
    ran = billhook(one.name, "--help")
    assert ran.status == 0
    assert f"\n  billhook {one.name}" in ran.out


def loaded_by(arguments: Sequence[str], modules: set[str]) -> set[str]:
    """Which of these modules a command loads."""
    program = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from billhook_adapters.cli.main import main\n"
        f"try: main({[*arguments]!r})\n"
        f"finally: print(*{modules!r} & set(sys.modules), file=sys.stderr)"
    )
    # -S: what is installed beside billhook may load more at the start of every Python.
    seen = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    )
    return set(seen.stderr.split())


@pytest.mark.parametrize(
    "arguments", [("--help",), *[(*one, "--help") for one in EXPLAINED]], ids=" ".join
)
def test_help_loads_none_of_the_dependencies(arguments: tuple[str, ...]) -> None:
    heavy = {"pydantic", "returns", "transitions", "sqlalchemy", "alembic", "starlette", "uvicorn"}
    assert loaded_by(arguments, heavy) == set()


def test_the_list_of_commands_is_printed_by_little_more_than_argparse() -> None:
    slow = {"difflib", "email", "importlib.metadata", "json", "urllib.parse"}
    assert loaded_by(["--help"], slow) == set()


def test_the_version_is_answered_before_anything_else_is_loaded(billhook: Any) -> None:
    slow = {"argparse", "collections", "importlib.metadata", "json", "pydantic", "re", "typing"}
    assert loaded_by(["--version"], slow) == set()
    late = billhook("--unknown", "--version")
    assert (late.status, late.out) == (0, billhook("--version").out)


def test_the_status_of_a_file_is_counted_by_its_driver_alone(billhook: Any, url: str) -> None:
    slow = {"alembic", "jinja2", "phonenumbers", "prometheus_client", "pydantic", "returns"}
    slow |= {"asyncio", "dataclasses", "sqlalchemy", "starlette", "transitions", "uvicorn"}
    assert billhook("account", "create", "--name", "A", "--database", url).status == 0
    assert loaded_by(["status", "--database", url], slow) == set()


def test_a_missing_extra_is_named_with_its_remedy(url: str) -> None:
    arguments = ["account", "create", "--name", "A", "--database", url]
    program = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        f"from billhook_adapters.cli.main import main; sys.exit(main({arguments!r}))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    expected = "billhook account create: sqlalchemy is missing: pip install 'billhook[sql]'\n"
    assert (seen.returncode, seen.stdout, seen.stderr) == (2, "", expected)


def test_a_variable_stands_in_for_the_database(
    billhook: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "required: --database" in billhook("account", "list").err
    monkeypatch.setenv("BILLHOOK_DATABASE", url)
    assert billhook("account", "create", "--name", "A").status == 0
    assert billhook("account", "list").out.count("acc_") == 1


def test_accounts_need_no_more_than_the_database(url: str) -> None:
    others = ("starlette", "fastapi", "uvicorn", "httpcore", "cryptography")
    command = ["account", "create", "--name", "A", "--database", url]
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({others!r}))\n"
        f"from billhook_adapters.cli.main import main; sys.exit(main({command!r}))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (seen.returncode, seen.stderr) == (0, "")
