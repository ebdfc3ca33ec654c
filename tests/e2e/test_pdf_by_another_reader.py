"""The PDF, judged by a checker that had no part in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from billhook_adapters.cli.main import main
from e2e.conftest import program

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["en", "hi", "ar"])
def test_its_structure_is_sound(tmp_path: Path, language: str) -> None:
    checker, pdf = program("qpdf", "qpdf"), tmp_path / "invoice.pdf"
    assert main(["preview", "pdf", "--language", language, "--out", str(pdf)]) == 0
    ran = subprocess.run(
        [checker, "--check", "--no-warn", pdf], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "No syntax or stream encoding errors found" in ran.stdout) == (0, True)
