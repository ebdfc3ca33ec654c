"""The PDF, judged by a checker that had no part in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from billhook_adapters.cli.main import main
from billhook_adapters.cli.preview import SAMPLES
from billhook_adapters.documents.language import phrases
from e2e.conftest import program

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("language", "sample"),
    [*((language, "part-paid") for language in phrases()), *(("en", one) for one in SAMPLES)],
)
def test_its_structure_is_sound(tmp_path: Path, language: str, sample: str) -> None:
    checker, pdf = program("qpdf", "qpdf"), tmp_path / "invoice.pdf"
    chosen = ["--language", language, "--sample", sample, "--out", str(pdf)]
    assert main(["preview", "pdf", *chosen]) == 0
    ran = subprocess.run(
        [checker, "--check", "--no-warn", pdf], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "No syntax or stream encoding errors found" in ran.stdout) == (0, True)
