"""The systemd unit of the documentation: systemd itself reads it, where it is on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from documentation.pages import ROOT

PAGE = ROOT / "docs" / "how-to" / "run-with-docker-and-systemd.md"
SECTION = re.compile(r"\[(Unit|Service|Install)\]")
SETTING = re.compile(r"[A-Z]\w+=.*")


def unit() -> str:
    (text,) = re.findall(r"```ini\n(\[Unit\].*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(text)


def test_every_line_of_it_is_a_section_or_a_setting() -> None:
    lines = [line for line in unit().splitlines() if line]
    assert [one for one in lines if not SECTION.fullmatch(one) and not SETTING.fullmatch(one)] == []


def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    programs = str(Path(sys.executable).parent)
    file = tmp_path / "billhook.service"
    file.write_text(unit().replace("/opt/billhook/bin", programs), encoding="utf-8")
    done = subprocess.run(
        [program, "verify", str(file)], capture_output=True, text=True, check=False
    )
    about_it = [line for line in done.stderr.splitlines() if "billhook" in line]
    assert about_it == []
