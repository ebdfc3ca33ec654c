"""Builds and installs a package offline, as a tool of the user's would, into a folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

EXAMPLE_API = Path(__file__).parent / "example_api"

_BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


def installed(source: Path, target: Path) -> Path:
    """Build the wheel of a package and unpack it, metadata included, into a folder."""
    target.mkdir(exist_ok=True)
    built = subprocess.run(
        [sys.executable, "-c", _BUILD, str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
    )
    wheel = target / built.stdout.split()[-1]
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    wheel.unlink()
    return target
