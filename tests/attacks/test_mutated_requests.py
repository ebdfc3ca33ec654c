"""No request gets a 5xx, whatever it holds; `make mutated` sends as many as wanted."""

from __future__ import annotations

import asyncio

import pytest

from attacks.in_process import InProcess
from attacks.mutated import sent


@pytest.mark.slow
def test_no_mutated_request_is_a_failure_of_the_service(service: InProcess) -> None:
    outcome = asyncio.run(sent(service, 3000, seed=1))
    assert outcome.failed == []
    # Some pass, or only the first check of each would be tested.
    accepted = sum(count for status, count in outcome.statuses.items() if status < 300)
    assert accepted > 300
