"""What importing costs: the whole CPU of a child process, over that of a bare Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from statistics import median

BARE = "pass"
DEPENDENCIES = (
    "import pydantic; from pydantic import BaseModel; import transitions; import returns.result"
)
IMPORT = "import billhook"
FIRST_USE = """
from datetime import UTC, datetime
from billhook import Customer, Document, Line, Medium, draft, issue, notify
noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
document = Document(
    currency="INR",
    customer=Customer(name="Ravi", email="ravi@example.com"),
    lines=(Line(name="Book", unit_amount=49900, currency="INR", quantity=2),),
)
made = draft(document, account="acc_1", id="inv_1", now=noon).unwrap().invoice
sent = issue(made, now=noon, short_url="https://bill.example/i/x").unwrap().invoice
assert notify(sent, Medium.EMAIL, now=noon).unwrap().address == "ravi@example.com"
"""
CASES = {"bare": BARE, "dependencies": DEPENDENCIES, "import": IMPORT, "first use": FIRST_USE}


def child_cpu(source: str) -> float:
    """User and system seconds of a Python that runs this."""
    started = os.posix_spawn(
        sys.executable, [sys.executable, "-c", source], dict(os.environ) | {"PYTHONPATH": DOMAIN}
    )
    _, status, used = os.wait4(started, 0)
    if status != 0:
        raise SystemExit(f"the child that should measure failed:\n{source}")
    return used.ru_utime + used.ru_stime


DOMAIN = str(Path(__file__).parents[2] / "domain")


def measured(rounds: int) -> dict[str, float]:
    """Median CPU milliseconds of each case over bare Python's, the cases interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds + 1):
        for name, source in CASES.items():
            taken[name].append(child_cpu(source))
    # The first round only warms the disk's cache and writes byte code.
    medians = {name: median(seconds[1:]) * 1000 for name, seconds in taken.items()}
    return {name: medians[name] - medians["bare"] for name in CASES}
