"""Skips are loud, and where they are forbidden (as in .ci/run) they fail."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from postgresql import (  # noqa: F401  # fixtures, for all folders
    _postgresql_engine,
    postgresql_databases,
    postgresql_engine,
    postgresql_server,
    postgresql_url,
)

settings.register_profile("billhook", deadline=None, derandomize=True, database=None)
settings.load_profile("billhook")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):  # type: ignore[no-untyped-def]  # pytest's own shape
    report = yield
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("BILLHOOK_TEST_FORBID_SKIPS")
    ):
        report.outcome = "failed"
        report.longrepr = f"skips are forbidden here: {report.longrepr}"
    return report


SLOW_FILES = (
    "test_how_to", "test_random_driver", "test_every_reachable_state", "test_plugin",
    "test_lifecycle_machine", "test_concurrency_and_kills", "test_serving", "test_demo_needs",
    "test_razorpay_bad_requests", "test_highlevel_bad_requests",
)  # fmt: skip
"""Files that take a worker half a minute or more."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run slow files first, so that no worker ends with one while the others have nothing to do."""
    items.sort(key=lambda item: item.path.stem not in SLOW_FILES)
