"""CPU time of the command line, against a Python that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.service.servers import BILLHOOK


def cpu_milliseconds(database: str, rounds: int) -> dict[str, float]:
    """The least of several rounds for `--version`, `status` and bare Python, taken in turns."""
    cases = {
        "bare Python": [sys.executable, "-c", "pass"],
        "--version": [BILLHOOK, "--version"],
        "status": [BILLHOOK, "status", "--database", database],
    }
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, words in cases.items():
            taken[name].append(_cpu(words))
    return {name: min(times) for name, times in taken.items()}


def _cpu(words: list[str]) -> float:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # it was waited for: nothing is left
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} failed")
    return (usage.ru_utime + usage.ru_stime) * 1000
