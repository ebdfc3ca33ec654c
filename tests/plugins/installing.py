"""Installs a small distribution as pip would: built from its source, with its entry points.

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
EXAMPLE_API = PLUGINS / "example_api"

InstallPlugin = Callable[[str], Path]
"""Installs the distribution in the folder of this name; the folder that it is installed in, for
the PYTHONPATH of other processes."""


@pytest.fixture(scope="session")
def installed_plugins(tmp_path_factory: pytest.TempPathFactory) -> InstallPlugin:
    """Builds each distribution once a session, and installs it in a folder of its own."""
    folder = tmp_path_factory.mktemp("plugins")

    def installed(name: str) -> Path:
        target = folder / name
        if not target.exists():
            build_and_install(PLUGINS / name, target)
        return target

    return installed


@pytest.fixture
def install_plugin(
    installed_plugins: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InstallPlugin]:
    """Installs distributions for one test: importable, and visible to importlib.metadata."""
    before = set(sys.modules)
    targets: list[str] = []

    def install(name: str) -> Path:
        target = installed_plugins(name)
        targets.append(str(target))
        monkeypatch.syspath_prepend(str(target))
        return target

    yield install
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(tuple(targets)):
            del sys.modules[name]


def build_and_install(source: Path, target: Path) -> Path:
    """Build the wheel of a distribution and install it below `target`, which is returned.

    Needs no network.
    """
    command = [
        sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-cache",
        "--python", sys.executable, "--no-build-isolation", "--no-deps",
        "--target", str(target), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target
