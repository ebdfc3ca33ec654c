"""Lists of the largest invoices: answers of a few MiB, which let others be served.

Reports of the same from other projects: a list endpoint serialises 100 MB on its event loop, and
every other client times out; one large export kills the process.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from attacks.in_process import BASIC, BEARER, LOCATION, InProcess
from billhook.application.commands import Draft
from billhook.model.document import LARGEST_DOCUMENT
from billhook_adapters.http.native.pages import LARGEST_PAGE
from billhook_adapters.testing import a_customer, a_document, a_line, an_account

MANY = 25
"""A quarter of what a vendor's page holds at most."""

LARGEST_ANSWER = 12 * 1024 * 1024
LARGEST_STEP = 512 * 1024
"""Characters that are serialised in one step, which holds every thread up."""
A_LOG_LINE = 1024
"""Characters of the longest text that the event loop's own thread may serialise."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """The service, with as many invoices as a page holds, each almost as large as may be."""
    made = InProcess(tmp_path_factory.mktemp("large"))
    line = a_line(1, 1).model_copy(update={"name": "क" * 256, "description": "x" * 350})
    document = a_document(
        customer=a_customer(name="ग" * 256), lines=[line] * 200, comment='"' * 999
    )
    assert 0.9 < document.size / LARGEST_DOCUMENT <= 1
    draft = Draft(account=an_account().id, document=document)
    for result in made.application.service.execute_all([draft] * MANY):
        result.unwrap()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("target", "credentials", "largest", "name"),
    [
        (f"/v1/invoices?count={MANY}", BASIC, LARGEST_ANSWER, "items"),
        (
            f"/invoices/?altId={LOCATION}&altType=location&limit={MANY}&offset=0",
            BEARER,
            LARGEST_ANSWER,
            "invoices",
        ),
        ("/api/invoices?limit=500", BASIC, LARGEST_PAGE + LARGEST_DOCUMENT * 2, "invoices"),
    ],
    ids=["razorpay", "highlevel", "native"],
)
def test_a_list_of_the_largest_invoices_is_a_few_mib(
    service: InProcess,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    credentials: list[tuple[bytes, bytes]],
    largest: int,
    name: str,
) -> None:
    steps: list[tuple[threading.Thread, int]] = []
    encode = json.JSONEncoder.encode

    def recorded(encoder: json.JSONEncoder, value: object) -> str:
        text = encode(encoder, value)
        steps.append((threading.current_thread(), len(text)))
        return text

    monkeypatch.setattr(json.JSONEncoder, "encode", recorded)
    answered = service.ask("GET", target, credentials)
    assert answered.status == 200, answered.body[:500]
    assert 1024 * 1024 < len(answered.body) <= largest
    shown = json.loads(answered.body)
    if name == "invoices" and "next_cursor" in shown:
        assert 5 < len(shown[name]) < MANY
        assert shown["next_cursor"] is not None
    else:
        assert len(shown[name]) == MANY
    assert max(length for _, length in steps) <= LARGEST_STEP
    on_the_loop = [length for thread, length in steps if thread is threading.main_thread()]
    assert max(on_the_loop, default=0) <= A_LOG_LINE
