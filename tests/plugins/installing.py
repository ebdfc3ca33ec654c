"""Installs a small distribution as pip would: built from its source, with its entry points.

from plugins.installing import InstallPlugin, install_plugin  # the fixture

def test_a_plugin_is_found(install_plugin: InstallPlugin) -> None:
    install_plugin("example_backend")  # a folder beside this file, with a pyproject.toml
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parent

InstallPlugin = Callable[[str], Path]
"""Installs the distribution in the folder of this name; the folder that it is installed in, for
the PYTHONPATH of other processes."""


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugin]:
    """Installs distributions for one test: importable, and visible to importlib.metadata."""
    target = tmp_path / "site-packages"
    before = set(sys.modules)

    def install(name: str) -> Path:
        build_and_install(PLUGINS / name, target)
        monkeypatch.syspath_prepend(str(target))
        return target

    yield install
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(target)):
            del sys.modules[name]


def build_and_install(source: Path, target: Path) -> None:
    """Build the wheel of a distribution and install it below `target`. Needs no network."""
    command = [
        sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-cache",
        "--python", sys.executable, "--no-build-isolation", "--no-deps",
        "--target", str(target), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
