"""The errors are part of each signature: both type checkers know them, and miss none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOUND = [HERE / "operations.py", HERE / "commands.py", HERE / "errors.py"]

FORGOTTEN = ('        case TooSoon():\n            return f"wait until {error.until}"\n', "")
"""An error that `notify` may return, and a `match` that forgets it."""
NARROW = (" | AddressSuppressed | TooSoon", "")
"""Two errors that `Notify` and `Send` may return, left out of both assertions."""


def broken(path: Path, source: str, change: tuple[str, str]) -> Path:
    """A copy of a sound file with one thing wrong."""
    text = (HERE / source).read_text(encoding="utf-8")
    assert change[0] in text, f"{source} no longer holds {change[0]!r}"
    path.write_text(text.replace(*change), encoding="utf-8")
    return path


def output(*command: str) -> str:
    """What a checker prints under the repository's own configuration."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


def mypy(files: list[Path]) -> list[tuple[str, str]]:
    """Each complaint's file and rule."""
    # Its own cache: these runs hold files that come and go.
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'typing_tests'}"
    found = output("mypy", cache, "--output=json", *map(str, files)).splitlines()
    errors = [json.loads(line) for line in found if line.startswith("{")]
    return sorted((Path(e["file"]).name, e["code"]) for e in errors if e["severity"] == "error")


def pyright(files: list[Path]) -> list[tuple[str, str]]:
    """Each complaint's file and rule."""
    errors = json.loads(output("pyright", "--outputjson", *map(str, files)))["generalDiagnostics"]
    rules = sorted((Path(error["file"]).name, error["rule"]) for error in errors)
    return [(name, rule) for name, rule in rules if rule != "reportUnusedImport"]


def test_each_signature_names_its_errors_and_a_forgotten_one_is_reported(tmp_path: Path) -> None:
    api = broken(tmp_path / "wrong_match.py", "errors.py", FORGOTTEN)
    service = broken(tmp_path / "wrong_assertions.py", "commands.py", NARROW)
    assert mypy([*SOUND, api, service]) == [
        (service.name, "assert-type"),
        (service.name, "assert-type"),
        (api.name, "arg-type"),
    ]
    assert pyright([*SOUND, api, service]) == [
        (service.name, "reportAssertTypeFailure"),
        (service.name, "reportAssertTypeFailure"),
        (api.name, "reportArgumentType"),
    ]
