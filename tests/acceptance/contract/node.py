"""The vendors' Node SDKs, installed outside the tree where they are not yet, and their checks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "node"
PACKAGE, LOCK = FOLDER / "package.json", FOLDER / "package-lock.json"


def checks(script: str | Path) -> list[str]:
    """The names of a script's checks as they are written; what is computed is left out."""
    return re.findall(r'^check\("(.+)", ', (FOLDER / script).read_text(), re.MULTILINE)


def run(script: str | Path, url: str) -> dict[str, str | None]:
    """Why each check of a script failed against a sandbox; None where it did not."""
    command = ["node", "--no-warnings", str(FOLDER / script), str(modules()), url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {result["name"]: result["failed"] for result in results}


def modules() -> Path:
    """The folder whose node_modules has the SDK. Skips, and says why, where it cannot be had."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not found: apt-get install nodejs npm")
    lock = LOCK.read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    ready = caches / "billhook" / f"node-{sha256(lock).hexdigest()[:16]}"
    if not ready.exists():
        ready.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ready.parent) as folder:
            made = Path(folder) / "made"
            made.mkdir()
            for file in (PACKAGE, LOCK):
                shutil.copy(file, made)
            _install(made)
            with suppress(OSError):  # another process was first
                made.rename(ready)
    return ready


def _install(folder: Path) -> None:
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm could not install the Node SDK, run npm ci: {done.stderr[-500:]}")
