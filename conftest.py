"""Runs the Python of README.md and docs/ as tests, each page in a folder of its own."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def _enter(namespace: dict[str, Any]) -> None:
    namespace["_folder"] = tempfile.TemporaryDirectory()
    namespace["_back"] = os.getcwd()  # noqa: PTH109  # a plain string to go back to
    os.chdir(namespace["_folder"].name)


def _leave(namespace: dict[str, Any]) -> None:
    if "application" in namespace:
        namespace["application"].backend.dispose()
    os.chdir(namespace["_back"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["*.md", "**/*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()
