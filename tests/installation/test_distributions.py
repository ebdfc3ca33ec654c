"""What `make dist` builds is complete, and reads well where there is no checkout around it."""

from __future__ import annotations

import email
import re
import subprocess
import tarfile
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from billhook_adapters.cli.main import main as command_line
from installation.lock import ROOT
from installation.release import (
    BUILT,
    NAME,
    VERSION,
    build,
    different,
    sums,
    unreleased_version,
)
from installation.try_wheel import blocks, notify_twice, run_page

WHEEL, SOURCE = BUILT
EPOCH = "1700000000"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built")
    build(ROOT, target, EPOCH)
    return target


def test_the_description_has_no_link_into_the_checkout(built: Path) -> None:
    with ZipFile(built / WHEEL) as wheel:
        metadata = email.message_from_bytes(wheel.read(f"{NAME}.dist-info/METADATA"))
    description = str(metadata.get_payload())
    assert description.startswith("# billhook")
    assert re.findall(r"\]\((?!https?://)[^)]*\)", description) == []
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_a_wheel_built_from_the_source_distribution_is_the_same(
    built: Path, tmp_path: Path
) -> None:
    with tarfile.open(built / SOURCE) as archive:
        archive.extractall(tmp_path, filter="data")
    build(tmp_path / NAME, tmp_path / "again", EPOCH)
    assert different(built, tmp_path / "again") == []


def test_every_file_of_the_source_distribution_has_the_time_of_the_release(built: Path) -> None:
    with tarfile.open(built / SOURCE) as archive:
        assert {member.mtime for member in archive.getmembers() if member.isfile()} == {int(EPOCH)}


def test_a_build_that_differs_is_found_out(tmp_path: Path) -> None:
    for folder, source in (("one", b"1"), ("other", b"2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / WHEEL).write_bytes(b"the same")
        (tmp_path / folder / SOURCE).write_bytes(source)
    assert different(tmp_path / "one", tmp_path / "other") == [SOURCE]


def test_the_sums_are_read_by_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"abc")
    assert sums(tmp_path, ("b", "a")) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
    )


def test_the_version_is_said_in_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert version("billhook") == VERSION, "the environment is older than the version: make setup"
    with pytest.raises(SystemExit):
        command_line(["--version"])
    assert capsys.readouterr().out == f"{VERSION}\n"
    command = ["git", "grep", "-lF", VERSION, "--", "*.py", "*.toml", "*.md", "Makefile", ".ci"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    others = {"CHANGELOG.md", "docs/reference/changelog.md"}
    naming = {name for name in found.split() if _names(ROOT / name)}
    assert naming - others == {"domain/billhook/version.py"}


def _names(path: Path) -> bool:
    """Whether a file says the version itself, and not a longer number or text with it."""
    return re.search(rf"(?<![\w.]){re.escape(VERSION)}(?![\w.]*\d)", path.read_text()) is not None


def test_the_changelog_has_the_version_that_is_released() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert unreleased_version(changelog, VERSION) is None
    assert "has no heading" in (unreleased_version(changelog, "99.0.0") or "")
    assert "does not begin" in (unreleased_version(f"## {VERSION} - 2026-01-02", VERSION) or "")


def test_the_python_of_a_page_is_found_at_its_lines() -> None:
    page = "# One\n\n```python\nx = 1\n```\n\n```\nno Python\n```\n\n```python\ny = x\n```\n"
    assert blocks(page) == ["\n\n\nx = 1\n", "\n" * 11 + "y = x\n"]


def test_the_readme_runs_without_the_tests_of_this_repository() -> None:
    assert run_page(ROOT / "README.md") >= 2
    notify_twice()
