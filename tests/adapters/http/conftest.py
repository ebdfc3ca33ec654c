"""Packages with an API of their own, really built and installed, each into a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.installing import EXAMPLE_API, build_and_install


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the example package."""
    return build_and_install(EXAMPLE_API, tmp_path_factory.mktemp("example"))


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[[str, str], Path]:
    """Installs a package `plugin` with this source, as the API of this name."""

    def make(name: str, source: str) -> Path:
        (tmp_path / "plugin.py").write_text(source)
        metadata = tmp_path / "plugin-2.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 2.0\n")
        (metadata / "entry_points.txt").write_text(f"[billhook.apis]\n{name} = plugin:API\n")
        return tmp_path

    return make
