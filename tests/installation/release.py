"""Builds what is published, and proves that it installs and runs: `make release`.

python -m installation.release [VERSION PYTHON ...]: the Pythons to try the wheel with
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from billhook.version import VERSION
from installation.lock import PROJECT, ROOT
from supply_chain.sbom import write_sbom

NAME = f"{PROJECT['project']['name']}-{VERSION}"
DIST = ROOT / "dist"
BUILT = f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"
SUMS = "SHA256SUMS"


class ReleaseError(Exception):
    """It cannot be released; one line that says why."""


def commit_time() -> str:
    """The time that every file in what is built has: that of the last commit, in Unix seconds."""
    command = ["git", "log", "-1", "--format=%ct"]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def build(source: Path, target: Path, time: str) -> None:
    """Build the wheel and the source distribution from a folder."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(target)],
        cwd=source,
        env={**os.environ, "SOURCE_DATE_EPOCH": time},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def different(one: Path, other: Path) -> list[str]:
    """The names of what was built and is not the same in both folders."""
    return [name for name in BUILT if (one / name).read_bytes() != (other / name).read_bytes()]


def unreleased_version(changelog: str, version: str) -> str | None:
    """What the changelog lacks to release a version; None if it is complete.

    >>> unreleased_version("## Unreleased" + chr(10) + "## 1.0.0 - 2026-01-02", "1.0.0")
    >>> unreleased_version("## Unreleased", "1.0.0")
    'CHANGELOG.md has no heading "## 1.0.0 - YEAR-MONTH-DAY"'
    """
    headings = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    if headings[:1] != ["Unreleased"]:
        return 'CHANGELOG.md does not begin with "## Unreleased"'
    if not any(re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", one) for one in headings):
        return f'CHANGELOG.md has no heading "## {version} - YEAR-MONTH-DAY"'
    return None


def check(folder: Path) -> None:
    """Check the form of what was built, as an index would, and what a wheel should not hold."""
    built = [str(folder / name) for name in BUILT]
    for command in (["twine", "check", "--strict", *built], ["check-wheel-contents", built[0]]):
        program = Path(sys.executable).with_name(command[0])
        subprocess.run([str(program), *command[1:]], check=True)


def try_wheel(version: str, python: str) -> None:
    """Use the wheel in a new environment of this Python, with the locked packages alone."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "environment")
        make = ["make", "--no-print-directory", "installed-wheel", f"PYTHON={python}"]
        subprocess.run([*make, f"VENV={place}", f"WHEEL={DIST / BUILT[0]}"], cwd=ROOT, check=True)
        tried = ROOT / "tests/installation/try_wheel.py"
        command = [str(place / "bin/python"), "-I", str(tried), VERSION, str(ROOT / "README.md")]
        subprocess.run(command, cwd=folder, check=True)
    print(f"Python {version}: the wheel installs, and README.md and the demo run", flush=True)


def sums(folder: Path, names: Iterable[str]) -> str:
    """The lines that `sha256sum --check` reads."""
    return "".join(
        f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names)
    )


def main(arguments: Sequence[str]) -> None:
    """All of it. Raises ReleaseError or CalledProcessError."""
    lacking = unreleased_version((ROOT / "CHANGELOG.md").read_text(), VERSION)
    if lacking is not None:
        raise ReleaseError(lacking)
    shutil.rmtree(DIST, ignore_errors=True)
    time = commit_time()
    build(ROOT, DIST, time)
    with tempfile.TemporaryDirectory() as again:
        build(ROOT, Path(again), time)
        if changed := different(DIST, Path(again)):
            raise ReleaseError(f"a second build differs: {', '.join(changed)}")
    check(DIST)
    for version, python in zip(arguments[::2], arguments[1::2], strict=True):
        if python == "missing":
            print(f"SKIPPED: Python {version} is not on this machine", flush=True)
        else:
            try_wheel(version, python)
    write_sbom(DIST / "sbom.cdx.json")
    (DIST / SUMS).write_text(sums(DIST, (*BUILT, "sbom.cdx.json")))
    print(f"{NAME} is in dist/. Nothing was published: CONTRIBUTING.md says how to.")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ReleaseError as error:
        sys.exit(f"not released: {error}")
    except subprocess.CalledProcessError as failed:  # which has said why
        sys.exit(f"not released: {Path(failed.cmd[0]).name} failed")
