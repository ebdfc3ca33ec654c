"""What one decision costs: `python tests/benchmarks/decisions.py [--report-only]`.

Everything is measured in one run, each row interleaved with what it is compared to, in process
time. The microseconds are this machine's; the ratios are the result. Exits 1 where a target is
missed.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from math import inf
from statistics import median
from typing import Any, NamedTuple

import first_use
import floors
from returns.result import Failure, Success

from billhook.lifecycle.apply import changed
from billhook.lifecycle.events import PaymentRecorded
from billhook.lifecycle.notify import notify
from billhook.lifecycle.pay import pay
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.payment import Reference
from billhook_adapters.testing import NOON, a_customer, a_payment, an_invoice

ROUNDS, CALLS = 31, 1000
VERSIONS = 20_000
LATER = NOON + timedelta(hours=1)

ISSUED = an_invoice(
    customer=a_customer(billing_address={"line1": "12 MG Road", "country": "IN"}),
    expire_by=NOON + timedelta(days=7),
)
PAID = an_invoice(Status.PAID, expire_by=NOON + timedelta(days=7))
FLAT_ISSUED, FLAT_PAID = floors.flattened(ISSUED), floors.flattened(PAID)
WHOLE, PART = a_payment(ISSUED.due), a_payment(100)


class Row(NamedTuple):
    """A figure of ours, what it is compared to, their ratio and the most that it may be.

    A ratio without a limit is only printed.
    """

    name: str
    ours: float
    against: str
    other: float
    unit: str
    ratio: float
    most: float

    @property
    def met(self) -> bool:
        """The ratio is within its target."""
        return self.ratio <= self.most


Call = Callable[[], object]

CASES: dict[str, Call] = {
    "pay in full": lambda: pay(ISSUED, WHOLE, now=LATER),
    "floor pay": lambda: floors.change(FLAT_ISSUED, WHOLE, now=LATER),
    "pay a part": lambda: pay(ISSUED, PART, now=LATER),
    "floor part": lambda: floors.change(FLAT_ISSUED, PART, now=LATER, trigger="part"),
    "notify": lambda: notify(ISSUED, Medium.EMAIL, now=LATER),
    "refuse": lambda: notify(PAID, Medium.EMAIL, now=LATER),
    "floor refuse": lambda: floors.refusal(FLAT_PAID, Medium.EMAIL, now=LATER),
}
SLOW: dict[str, Call] = {
    "transitions notify": lambda: floors.transitions_machine("notify"),
    "transitions pay": lambda: floors.transitions_machine("pay_rest"),
    "statemachine notify": lambda: floors.statemachine_machine("notify"),
    "statemachine pay": lambda: floors.statemachine_machine("pay_rest"),
}
"""A machine per invoice, as the two libraries' first pages show it; neither says what to send,
takes money, makes an event or leaves the old invoice as it was."""


def check_what_is_measured() -> None:
    """Fails where a case does not do what its name says."""
    answers = {name: call() for name, call in {**CASES, **SLOW}.items()}
    kinds = {name: type(answer) for name, answer in answers.items()}
    expected = {
        **dict.fromkeys(("pay in full", "pay a part", "notify"), Success),
        **dict.fromkeys(("floor pay", "floor part"), floors.Flat),
        **dict.fromkeys(SLOW, str),
        "refuse": Failure,
        "floor refuse": floors.No,
    }
    if kinds != expected:
        raise SystemExit(f"a case does not do what it says: {kinds}")


def timed(call: Call, calls: int) -> float:
    """Microseconds of process time a call."""
    repeated = range(calls)
    started = time.process_time_ns()
    for _ in repeated:
        call()
    return (time.process_time_ns() - started) / calls / 1000


def decisions() -> list[tuple[str, float, float]]:
    """Name, least and median microseconds of every case, the cases interleaved."""
    taken: dict[str, list[float]] = {name: [] for name in {**CASES, **SLOW}}
    for _ in range(ROUNDS):
        for name, call in CASES.items():
            taken[name].append(timed(call, CALLS))
        for name, call in SLOW.items():
            taken[name].append(timed(call, CALLS // 50))
    return [(name, min(times), median(times)) for name, times in taken.items()]


def memory(make: Call) -> float:
    """Bytes that each further version takes."""
    tracemalloc.start()
    kept: list[Any] = [None] * VERSIONS
    before = tracemalloc.get_traced_memory()[0]
    for number in range(VERSIONS):
        kept[number] = make()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / len(kept)


def rows(least: dict[str, float], imports: dict[str, list[float]]) -> list[Row]:
    """Every figure that has a target."""

    def call(ours: str, other: str, most: float) -> Row:
        ratio = least[ours] / least[other]
        return Row(ours, least[ours], other, least[other], "us", ratio, most)

    def child(ours: str, other: str, most: float) -> Row:
        # A machine's mood lasts longer than a round: only children of one round are compared.
        rounds = zip(imports[ours], imports[other], strict=True)
        ratio = median(one / another for one, another in rounds)
        return Row(ours, median(imports[ours]), other, median(imports[other]), "ms", ratio, most)

    taken = PaymentRecorded(LATER, Reference("pay_1"), 100)
    ours = memory(lambda: changed(ISSUED, taken).invoice)
    flat = memory(lambda: floors.change(FLAT_ISSUED, PART, now=LATER, trigger="part"))
    return [
        call("pay in full", "floor pay", 1.5),
        call("pay a part", "floor part", 1.5),
        call("notify", "floor pay", 1.0),
        call("refuse", "floor refuse", 2.0),
        call("notify", "transitions notify", 0.01),
        call("notify", "statemachine notify", 0.01),
        call("pay in full", "transitions pay", 0.025),
        call("pay in full", "statemachine pay", 0.025),
        Row("a further version", ours, "floor version", flat, "B", ours / flat, 2.5),
        child("import billhook", "three dependencies", 0.05),
        child("first use", "and one model", 1.35),
        child("first use", "three dependencies", inf),  # one model alone is at 1.4 to 1.6
    ]


def main(arguments: list[str]) -> int:
    """Measure, print, and say whether every target is met."""
    floors.check_that_the_floor_is_whole()
    check_what_is_measured()
    times = decisions()
    print(f"{'process time a call, us':28} {'least':>8} {'median':>8}")
    for name, least, middle in times:
        print(f"  {name:26} {least:8.3f} {middle:8.3f}")
    found = rows({name: least for name, least, _ in times}, first_use.measured(rounds=21))
    print(f"\n{'':18} {'':11} {'against':20} {'':11} {'ratio':>8} {'at most':>8}")
    for row in found:
        print(
            f"{row.name:18} {row.ours:8.2f} {row.unit:2} {row.against:20} {row.other:8.2f} "
            f"{row.unit:2} {row.ratio:8.4f} {row.most:8.3f}{'' if row.met else '  MISSED'}"
        )
    missed = [row for row in found if not row.met]
    for row in missed:
        print(f"missed: {row.name} is {row.ratio:.4f} of {row.against}, at most {row.most}")
    return 1 if missed and "--report-only" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
