"""A small disk that can be filled."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from chaos.budget import DEADLINE


class Disk(NamedTuple):
    """What is mounted, and how it is filled."""

    folder: Path

    def fill(self, leave: int) -> None:
        """Leave no more than so many bytes."""
        with (self.folder / "ballast").open("wb") as ballast:
            size = shutil.disk_usage(self.folder).free - leave
            os.posix_fallocate(ballast.fileno(), 0, size)

    def free(self) -> None:
        """Take away what filled it."""
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(mebibytes: int) -> Generator[Disk]:
    """A disk of its own, in memory, for as long as the block lasts."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk to fill: run this test as root")
    folder = tempfile.mkdtemp(prefix="billhook-disk-")
    options = f"size={mebibytes}m,mode=0777"
    mount = ["mount", "-t", "tmpfs", "-o", options, "billhook", folder]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    try:
        if mounted.returncode:
            pytest.skip(f"no small disk to fill could be mounted here: {mounted.stderr}")
        yield Disk(Path(folder))
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", folder], check=True, timeout=DEADLINE)
        Path(folder).rmdir()
