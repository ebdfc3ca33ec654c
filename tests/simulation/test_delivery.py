"""Delivery, simulated: from a seed, all that may go wrong goes wrong, and nothing comes of it.

One seed is one small world (`world.py`): accounts, a few invoices, callers who ask at once and ask
again when they hear nothing, one to three workers, a provider and subscribers who honour ids. The
desk, the handlers and the engine are the real ones. Each runs until it calls out through a port;
there the scheduler (`scheduler.py`) lets others go on, lets time pass, makes the call fail, makes
it happen and says that it did not, or kills the process; what is killed comes back or does not. At
the end all is well again, what is left gets done, and an audit (`audit.py`) looks at what callers
were promised, what readers saw and what is on record.

A seed that fails prints its story and how to run it again. `BILLHOOK_SIMULATION_SEEDS=100000 make
slow` runs more of them. `broken.py` holds three wrong designs that must be caught; whoever makes
the audit or the scheduler weaker hears of it there.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from simulation.broken import AckBeforeSend, DualWrite, NoProviderKey
from simulation.findings import findings
from simulation.scenario import Build, World

ONE = os.environ.get("BILLHOOK_SIMULATION_SEED")
SEEDS = int(os.environ.get("BILLHOOK_SIMULATION_SEEDS", "10000"))
QUICK, PARTS = 300, 20


def _hold(seeds: range) -> None:
    for seed in seeds:
        report = findings(seed)
        if report:
            pytest.fail(report.told(), pytrace=False)


def test_nothing_is_lost_and_nobody_hears_twice() -> None:
    _hold(range(QUICK) if ONE is None else range(int(ONE), int(ONE) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_and_nobody_hears_twice_in_thousands_of_worlds(part: int) -> None:
    _hold(range(part * SEEDS // PARTS, (part + 1) * SEEDS // PARTS))


@pytest.mark.parametrize(
    ("build", "symptom"),
    [
        (DualWrite(), "which is lost"),
        (AckBeforeSend(), "counts as sent, and is lost"),
        (NoProviderKey(), "and hears"),
    ],
    ids=["dual write", "acknowledged before it is sent", "no key for the provider"],
)
def test_a_wrong_design_is_caught_within_twenty_seeds(build: Build, symptom: str) -> None:
    wrongs = [wrong for seed in range(20) for wrong in findings(seed, build).wrongs]
    assert any(symptom in wrong for wrong in wrongs), wrongs


def test_the_same_seed_is_the_same_run_in_every_process() -> None:
    def story(hash_seed: str) -> str:
        script = "from simulation.findings import findings; print(findings(7).story())"
        return subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": hash_seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert story("1") == story("2")


def test_every_kind_of_mishap_comes_up_and_every_kind_of_end() -> None:
    met: set[str] = set()
    for seed in range(50):
        world = World(seed)
        world.run()
        met |= {what for what, times in vars(world.scheduler.tally).items() if times}
        met |= {one.status.value for one in world.rows._rows.messages.values()}
        met |= {one.status.value for one in world.rows._rows.invoices.values()}
    ends = {"sent", "failed", "suppressed"}
    statuses = {"issued", "partially_paid", "paid", "expired", "cancelled"}
    assert met == {"killed", "failed", "denied", "leaps"} | ends | statuses
