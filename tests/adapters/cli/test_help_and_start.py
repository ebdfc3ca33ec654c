"""Every command explains itself with an example, and starts without what it does not need."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Any

import pytest

from billhook_adapters.cli.main import COMMANDS, _parser

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
    assert callable(_parser(arguments).parse(arguments).run)


def test_the_first_help_names_every_command(billhook: Any) -> None:
    shown = billhook("--help").out
    assert [one.name for one in COMMANDS if f"\n    {one.name} " not in shown] == []


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.name)
def test_every_command_has_help_with_an_example(billhook: Any, one: Any) -> None:
    ran = billhook(one.name, "--help")
    assert ran.status == 0
    assert f"\n  billhook {one.name}" in ran.out


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), *[(*one, "--help") for one in EXPLAINED]]
)
def test_help_loads_none_of_the_dependencies(arguments: tuple[str, ...]) -> None:
    heavy = {"pydantic", "returns", "transitions", "sqlalchemy", "alembic", "starlette", "uvicorn"}
    program = (
        "import sys\nfrom billhook_adapters.cli.main import main\n"
        f"try: main({arguments!r})\n"
        f"finally: print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert seen.stderr == "[]\n"


def test_a_missing_extra_is_named_with_its_remedy(
    billhook: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "alembic.util.exc", None)
    ran = billhook("account", "create", "--name", "A", "--database", url)
    assert ran == (
        2,
        "",
        "billhook account create: alembic is missing: pip install 'billhook[sql]'\n",
    )


def test_accounts_need_no_more_than_the_database(url: str) -> None:
    others = ("starlette", "fastapi", "uvicorn", "httpcore", "cryptography")
    asked = ["account", "create", "--name", "A", "--database", url]
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({others!r}))\n"
        f"from billhook_adapters.cli.main import main; sys.exit(main({asked!r}))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (seen.returncode, seen.stderr) == (0, "")
