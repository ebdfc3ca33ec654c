"""The errors are part of each signature, and so is what the documentation teaches: both type
checkers, strict and without a plugin, know them and miss none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from documentation.pages import ROOT, module_of, modules

HERE = Path(__file__).parent
SOUND = [HERE / "operations.py", HERE / "commands.py", HERE / "errors.py"]
IDIOM = ROOT / "docs" / "how-to" / "type-checkers.md"

FORGOTTEN = ('        case TooSoon():\n            return f"wait until {error.until}"\n', "")
"""An error that `notify` may return, and a `match` that forgets it."""
NARROW = (" | AddressSuppressed | TooSoon", "")
"""Two errors that `Notify` and `Send` may return, left out of both assertions."""
LEFT_OUT = (
    "        case BelowMinimum(minimum=minimum):\n"
    '            return f"Please pay {minimum} or more."\n',
    "",
)
"""An error case of the idiom that the documentation teaches, left out."""
MISSPELT = ("case CurrencyMismatch(expected=expected)", "case CurrencyMismatch(expekted=expected)")
"""A detail of an error, misspelt in the idiom."""
MISSPELT_VALUE = ("result.unwrap().invoice.due", "result.unwrap().invoice.dew")
"""A field of the value, misspelt in the idiom."""


class Report(NamedTuple):
    """An error that a checker reports."""

    file: str
    rule: str
    line: int
    message: str


class Reports(NamedTuple):
    """What each checker reports."""

    mypy: list[Report]
    pyright: list[Report]

    def about(self, *files: Path) -> list[Report]:
        """The reports of both about these files."""
        names = {file.name for file in files}
        return [one for one in (*self.mypy, *self.pyright) if one.file in names]

    def rules(self, file: Path) -> tuple[list[str], list[str]]:
        """The rules that a file breaks, by each checker."""
        return (
            sorted(one.rule for one in self.mypy if one.file == file.name),
            sorted(one.rule for one in self.pyright if one.file == file.name),
        )


def changed(folder: Path, name: str, source: Path, change: tuple[str, str]) -> Path:
    """A copy of a sound file with one thing wrong."""
    text = source.read_text(encoding="utf-8")
    assert change[0] in text, f"{source} no longer holds {change[0]!r}"
    path = folder / name
    path.write_text(text.replace(*change), encoding="utf-8")
    return path


def output(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr
    return done.stdout


def mypy(files: list[Path]) -> list[Report]:
    # Its own cache: these runs hold files that come and go.
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'typing_tests'}"
    config = f"--config-file={HERE / 'mypy.ini'}"
    found = output("mypy", config, cache, "--output=json", *map(str, files)).splitlines()
    errors = [json.loads(line) for line in found if line.startswith("{")]
    return [
        Report(Path(one["file"]).name, one["code"], one["line"], one["message"])
        for one in errors
        if one["severity"] == "error"
    ]


def pyright(files: list[Path]) -> list[Report]:
    errors = json.loads(output("pyright", "--outputjson", *map(str, files)))["generalDiagnostics"]
    return [
        Report(
            Path(one["file"]).name,
            one["rule"],
            one["range"]["start"]["line"] + 1,
            one["message"],
        )
        for one in errors
        if one["rule"] != "reportUnusedImport"  # an error that is left out stays imported
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typing")


@pytest.fixture(scope="module")
def taught(folder: Path) -> list[Path]:
    return modules(folder)


@pytest.fixture(scope="module")
def wrong(folder: Path) -> dict[str, Path]:
    """Sound files with one thing wrong, by what is wrong."""
    idiom = module_of(IDIOM, folder)
    assert idiom is not None
    return {
        "match": changed(folder, "wrong_match.py", HERE / "errors.py", FORGOTTEN),
        "assertions": changed(folder, "wrong_assertions.py", HERE / "commands.py", NARROW),
        "left out": changed(folder, "idiom_left_out.py", idiom, LEFT_OUT),
        "misspelt": changed(folder, "idiom_misspelt.py", idiom, MISSPELT),
        "misspelt value": changed(folder, "idiom_misspelt_value.py", idiom, MISSPELT_VALUE),
    }


@pytest.fixture(scope="module")
def reports(taught: list[Path], wrong: dict[str, Path]) -> Reports:
    """Of one run of each checker over all files: to start one takes longer than to read them."""
    files = [*SOUND, *taught, *wrong.values()]
    return Reports(mypy(files), pyright(files))


def test_each_signature_names_its_errors(reports: Reports) -> None:
    assert reports.about(*SOUND) == []


def test_an_error_that_a_match_forgets_is_reported(
    reports: Reports, wrong: dict[str, Path]
) -> None:
    assert reports.rules(wrong["match"]) == (["arg-type"], ["reportArgumentType"])


def test_an_error_that_a_caller_does_not_know_is_reported(
    reports: Reports, wrong: dict[str, Path]
) -> None:
    expected = ["assert-type"] * 2, ["reportAssertTypeFailure"] * 2
    assert reports.rules(wrong["assertions"]) == expected


def test_every_block_of_the_documentation_type_checks(reports: Reports, taught: list[Path]) -> None:
    assert len(taught) > 5
    assert reports.about(*taught) == []


def test_what_is_wrong_in_the_taught_idiom_is_reported(
    reports: Reports, wrong: dict[str, Path]
) -> None:
    expected = ["arg-type"], ["reportArgumentType"]
    assert reports.rules(wrong["left out"]) == expected
    # To pyright the case takes no error any more: its detail is unknown, and the error is left.
    expected = ["misc"], ["reportArgumentType", "reportUnknownVariableType"]
    assert reports.rules(wrong["misspelt"]) == expected
    expected = ["attr-defined"], ["reportAttributeAccessIssue", "reportUnknownMemberType"]
    assert reports.rules(wrong["misspelt value"]) == expected
