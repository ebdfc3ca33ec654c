"""Plugins are found by the entry points of installed distributions; a name belongs to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook_adapters.composition.plugins import BACKENDS, PluginError, load
from plugins.installing import InstallPlugin


def test_a_name_that_two_distributions_offer_is_an_error(
    install_plugin: InstallPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("example_backend")
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[billhook.backends]\nexample = json:loads\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PluginError) as error:
        load(BACKENDS, "example")
    assert str(error.value) == (
        "'example' is offered by billhook-example-backend, other; uninstall all but one"
    )


def test_an_unknown_name_is_an_error_that_lists_the_installed_ones() -> None:
    with pytest.raises(PluginError) as error:
        load(BACKENDS, "example")
    assert str(error.value) == "unknown backend 'example'; installed: memory, postgresql, sqlite"
