"""HighLevel's API against the vendor's own OpenAPI document, as schemathesis reads it.

The document lists neither 403, 404 nor 429, and its schemas of responses contradict its examples:
`test_highlevel_*` hold responses to the corrected schemas. Here every request that the document
can make, and many that it forbids, gets an answer that is no failure of the service.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from attacks.in_process import LOCATION, TOKEN, InProcess

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[1] / "acceptance" / "contract" / "highlevel.openapi.json"
EXAMPLES = 10


def results(service: InProcess) -> tuple[Counter[tuple[str, int]], list[str]]:
    """Statuses by operation, and what failed."""
    settings = {
        "generation": {"max-examples": EXAMPLES},
        "seed": 1,
        "workers": 1,
        "phases": {"stateful": {"enabled": False}},
        "checks": {"enabled": False, "not_a_server_error": {"enabled": True}},
        "headers": {"Authorization": f"Bearer {TOKEN}", "Version": "2021-07-28"},
    }
    schema = schemathesis.openapi.from_dict(
        _of_our_location(json.loads(DOCUMENT.read_text())),
        config=schemathesis.Config.from_dict(settings),
    )
    schema.app = service.application.app

    seen: Counter[tuple[str, int]] = Counter()
    failed: list[str] = []
    for event in schemathesis.engine.from_schema(schema).execute():
        if isinstance(event, (FatalError, NonFatalError)):
            failed.append(str(event))
        if isinstance(event, ScenarioFinished):
            for case_id, interaction in event.recorder.interactions.items():
                if interaction.response is not None:
                    label = event.recorder.cases[case_id].value.operation.label
                    seen[label, interaction.response.status_code] += 1
    return seen, failed


def _of_our_location(part: Any) -> Any:
    """A part of the document with our location's id, or no request would pass its check."""
    if isinstance(part, list):
        return [_of_our_location(one) for one in part]
    if not isinstance(part, dict):
        return part
    ours = {"type": "string", "enum": [LOCATION]}
    if part.get("name") == "altId":
        return {**part, "schema": ours}
    return {name: ours if name == "altId" else _of_our_location(one) for name, one in part.items()}


def test_every_operation_of_the_vendors_document_is_answered_without_a_failure(
    service: InProcess,
) -> None:
    seen, failed = results(service)
    for (operation, status), count in sorted(seen.items()):
        print(count, status, operation)
    assert failed == []
    assert [which for which in seen if which[1] >= 500] == []
    assert len({operation for operation, _ in seen}) == 13
