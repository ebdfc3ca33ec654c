"""A contract says something of an adapter that passes it only if a wrong adapter does not."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

WRONG = Path(__file__).with_name("wrong_adapters.py")
WHAT_IS_WRONG = (
    "TestLosesAWrite",
    "TestShowsOthersRows",
    "TestLetsTwoWritersWin",
    "TestNeverRollsBack",
    "TestNeverWaits",
    "TestRunsAJobTwice",
    "TestForgetsAJob",
    "TestMixesUpUnknownAndPermanent",
    "TestRaises",
    "TestAcceptsBeforeItHandsOver",
    "TestSendsCopies",
    "TestChangesAWebhook",
    "TestNaiveClock",
    "TestRepeatsIds",
    "TestNeverRevokesAKey",
)


class Outcomes:
    """The rules that each wrong adapter broke and kept, and the rule that it is said to break."""

    def __init__(self) -> None:
        self.broken: defaultdict[str, set[str]] = defaultdict(set)
        self.kept: defaultdict[str, set[str]] = defaultdict(set)
        self.said: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if isinstance(item, pytest.Function) and item.cls is not None:
                self.said[item.cls.__name__] = item.cls.__doc__ or ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        _, adapter, rule = report.nodeid.split("::")
        if report.when == "call":
            outcomes = self.kept if report.passed else self.broken
            outcomes[adapter].add(rule.partition("[")[0])


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """Of one run of pytest in this process, by its own plugins alone."""
    seen = Outcomes()
    off = [f"-pno:{name}" for name in ("randomly", "xdist", "cacheprovider", "terminal")]
    pytest.main([str(WRONG), "--noconftest", "-oaddopts=--import-mode=importlib", *off], [seen])
    return seen


@pytest.mark.parametrize("adapter", WHAT_IS_WRONG)
def test_a_wrong_adapter_breaks_the_rule_that_it_does_not_keep(
    outcomes: Outcomes, adapter: str
) -> None:
    assert outcomes.said[adapter] in outcomes.broken[adapter]


@pytest.mark.parametrize("adapter", WHAT_IS_WRONG)
def test_a_wrong_adapter_keeps_other_rules(outcomes: Outcomes, adapter: str) -> None:
    assert outcomes.kept[adapter]


def test_no_wrong_adapter_was_forgotten(outcomes: Outcomes) -> None:
    assert {*outcomes.said} == {*WHAT_IS_WRONG}
