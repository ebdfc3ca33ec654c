"""What importing costs: the whole CPU of a child process, over that of a bare Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

DEPENDENCIES = """
import pydantic
from pydantic import BaseModel
import transitions
import returns.result
"""
ONE_MODEL = (
    DEPENDENCIES
    + """
class Model(BaseModel):
    field: int
"""
)
"""What no library that has one pydantic model of one field can do without: pydantic loads
its types with the first field, and looks for plugins among all that is installed."""

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
CASES = {
    "bare Python": "pass",
    "three dependencies": DEPENDENCIES,
    "and one model": ONE_MODEL,
    "import billhook": "import billhook",
    "first use": FIRST_USE,
}
DOMAIN = str(Path(__file__).parents[2] / "domain")


def child_cpu(source: str, byte_code: str) -> float:
    """User and system seconds of a Python that runs this, with its byte code kept there."""
    environment = {"PYTHONPATH": DOMAIN, "PYTHONPYCACHEPREFIX": byte_code}
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", source], environment)
    _, status, used = os.wait4(child, 0)
    if status != 0:
        raise SystemExit(f"the child that should be measured failed:\n{source}")
    return used.ru_utime + used.ru_stime


def measured(rounds: int) -> dict[str, list[float]]:
    """CPU milliseconds of each case over bare Python's, round by round, the cases interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in CASES}
    with TemporaryDirectory() as byte_code:
        for _ in range(rounds + 1):
            for name, source in CASES.items():
                taken[name].append(child_cpu(source, byte_code))
    # The first round compiles, which happens once.
    bare = taken["bare Python"][1:]
    return {
        name: [(one - none) * 1000 for one, none in zip(seconds[1:], bare, strict=True)]
        for name, seconds in taken.items()
    }
