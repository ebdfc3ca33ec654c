"""Principle 1: the domain is pure. Each check is also broken on purpose, to see that it works."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "domain" / "billhook"

ALLOWED = {
    "billhook", "pydantic", "returns", "transitions",
    "__future__", "abc", "collections", "dataclasses", "datetime", "decimal", "enum", "functools",
    "hashlib", "itertools", "json", "operator", "re", "types", "typing",
}  # fmt: skip
# contextlib types the ports' context managers, fractions are exact numbers, html escapes texts,
# inspect describes a constructor, pydantic_core is pydantic's own part, unicodedata is a table of
# characters; none of them does anything.
ALLOWED_IN = {
    "application/ports.py": {"contextlib"},
    "model/pricing.py": {"fractions"},
    "model/addresses.py": {"unicodedata"},
    "model/base.py": {"pydantic_core"},
    "model/frozen.py": {"inspect"},
    "model/invoice.py": {"html"},
    "model/object_schema.py": {"pydantic_core"},
    "model/search_text.py": {"unicodedata"},
}


OUTWARD = {"__import__", "eval", "exec", "input", "open", "print"}


def _of_ours(call: ast.Call) -> bool:
    """The lazy namespace loads its own submodules by name, and only those."""
    match call.args:
        case [ast.JoinedStr(values=[ast.Constant(value="billhook."), *_]), *_]:
            return True
        case _:
            return False


def imported(source: str) -> set[str]:
    """The top-level names of everything a source file imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=module, level=0):
                found.add((module or "").partition(".")[0])
            case ast.ImportFrom():
                found.add("a relative import")
            case ast.Call(func=ast.Name(id=name)) if name in OUTWARD and not _of_ours(node):
                found.add(name)
            case _:
                pass
    return found


def strangers(folder: Path) -> dict[str, set[str]]:
    """What each file below a folder imports that the hexagon may not."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        extra = imported(path.read_text()) - ALLOWED - ALLOWED_IN.get(name, set())
        if extra:
            found[name] = extra
    return found


def test_the_hexagon_imports_only_what_the_allow_list_names() -> None:
    assert strangers(DOMAIN) == {}


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "import logging",
        "from random import random",
        "def f():\n    import socket",
        "__import__('os')",
        "open('x')",
        "from . import money",
        "import importlib",
    ],
)
def test_the_allow_list_bites(tmp_path: Path, line: str) -> None:
    (tmp_path / "bad.py").write_text(line)
    assert "bad.py" in strangers(tmp_path)


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "line",
    [
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime, UTC\nx = datetime.now(UTC)",
        "from datetime import datetime\nx = datetime.utcnow()",
        "from datetime import date\nx = date.today()",
        "import time\nx = time.time()",
    ],
)
def test_ruff_refuses_a_clock_in_the_hexagon(line: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise"]
    seen = subprocess.run(
        [*ruff, "--stdin-filename", "domain/billhook/bad.py", "-"],
        cwd=ROOT,
        input=line,
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.returncode == 1
    assert "TID251" in seen.stdout


LINTER = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    paths = f"import sys; sys.path[:0] = ['{root}/domain', '{root}/adapters']; "
    return run(sys.executable, "-P", "-c", paths + LINTER, cwd=root)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("domain", "adapters"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


D, A = "domain/billhook", "adapters/billhook_adapters"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (f"{D}/model/money.py", "from billhook_adapters import memory"),
        (f"{D}/model/money.py", "from billhook.lifecycle import errors"),
        (f"{D}/lifecycle/pay.py", "from billhook.messaging import message"),
        (f"{D}/messaging/message.py", "from billhook.application import service"),
        (f"{D}/lifecycle/errors.py", "from billhook.application import ports"),
        (f"{D}/model/money.py", "from billhook.model import invoice"),
        (f"{A}/http/razorpay/ids.py", "from billhook_adapters.http.native import errors"),
        (f"{A}/http/health/api.py", "from billhook_adapters.http.highlevel import errors"),
        (f"{A}/http/core/ids.py", "from billhook_adapters.http.razorpay import ids"),
        (f"{A}/webhooks/sender.py", "from billhook_adapters.http.core import request"),
        (f"{A}/sms/segments.py", "from billhook_adapters.http.core import request"),
        (f"{A}/email/mail.py", "from billhook_adapters.http.core import request"),
        (f"{A}/cli/output.py", "from billhook_adapters.http.razorpay import ids"),
    ],
)
def test_import_linter_keeps_the_layers(copy: Path, place: str, line: str) -> None:
    assert lint(copy).returncode == 0
    with (copy / place).open("a") as file:
        file.write(f"\n{line}\n")
    seen = lint(copy)
    assert seen.returncode == 1, seen.stdout + seen.stderr
    assert "BROKEN" in seen.stdout
