"""What `make dist` builds is complete, and reads well where there is no checkout around it."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from installation.lock import PROJECT, ROOT

NAME = f"billhook-{PROJECT['project']['version']}"


def build(source: Path, target: Path) -> ZipFile:
    """Build both kinds from a folder; the wheel."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    return ZipFile(target / f"{NAME}-py3-none-any.whl")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built")
    build(ROOT, target).close()
    return target


def test_the_description_has_no_link_into_the_checkout(built: Path) -> None:
    with ZipFile(built / f"{NAME}-py3-none-any.whl") as wheel:
        metadata = email.message_from_bytes(wheel.read(f"{NAME}.dist-info/METADATA"))
    description = str(metadata.get_payload())
    assert description.startswith("# billhook")
    assert re.findall(r"\]\((?!https?://)[^)]*\)", description) == []
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_a_wheel_built_from_the_source_distribution_is_the_same(
    built: Path, tmp_path: Path
) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    with (
        ZipFile(built / f"{NAME}-py3-none-any.whl") as first,
        build(tmp_path / NAME, tmp_path / "again") as second,
    ):
        assert second.namelist() == first.namelist()
        assert [n for n in first.namelist() if first.read(n) != second.read(n)] == []
