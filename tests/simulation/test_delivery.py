"""Delivery, simulated: from a seed, every kind of failure happens, and no promise is broken.

One seed is one small scenario (`scenario.py`): accounts, a few invoices, concurrent callers who
repeat what was not answered, one to three workers, a provider and webhook endpoints that honour
ids. The service, the background jobs and the engine are the real ones. Each runs until it calls a
port; there the scheduler (`scheduler.py`) lets others run, lets time pass, makes the call fail,
makes it succeed and reports a failure, or kills the process; what is killed is started again or is
not. At the end nothing fails any more, what is left is finished, and an audit (`audit.py`) compares
what callers were promised, what receivers got and what is stored.

A seed that fails prints its story and how to run it again. `BILLHOOK_SIMULATION_SEEDS=100000 make
slow` runs more of them. `broken.py` holds three wrong designs that must be caught, so that neither
the audit nor the scheduler can become weaker.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from simulation.broken import AckBeforeSend, DualWrite, NoProviderKey
from simulation.findings import findings
from simulation.scenario import Build, Scenario

ONE = os.environ.get("BILLHOOK_SIMULATION_SEED")
SEEDS = int(os.environ.get("BILLHOOK_SIMULATION_SEEDS", "4000"))
QUICK, PARTS = 300, 20


def _hold(seeds: range) -> None:
    for seed in seeds:
        found = findings(seed)
        if found:
            pytest.fail(found.report(), pytrace=False)


def test_nothing_is_lost_and_nothing_is_seen_twice() -> None:
    _hold(range(QUICK) if ONE is None else range(int(ONE), int(ONE) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_and_nothing_is_seen_twice_in_thousands_of_scenarios(part: int) -> None:
    _hold(range(part * SEEDS // PARTS, (part + 1) * SEEDS // PARTS))


@pytest.mark.parametrize(
    ("build", "symptom"),
    [
        (DualWrite(), "which is lost"),
        (AckBeforeSend(), "counts as sent, and is lost"),
        (NoProviderKey(), "messages, and sees"),
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


def test_every_kind_of_failure_and_every_final_status_comes_up() -> None:
    met: set[str] = set()
    for seed in range(50):
        scenario = Scenario(seed)
        scenario.run()
        met |= {what for what, times in vars(scenario.scheduler.tally).items() if times}
        met |= {one.status.value for one in scenario.rows._rows.messages.values()}
        met |= {one.status.value for one in scenario.rows._rows.invoices.values()}
    ends = {"sent", "failed", "suppressed"}
    statuses = {"issued", "partially_paid", "paid", "expired", "cancelled"}
    assert met == {"killed", "failed", "denied", "leaps"} | ends | statuses
