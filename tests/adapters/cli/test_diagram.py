"""`billhook diagram`: the lifecycles as diagrams."""

from __future__ import annotations

import pytest

from adapters.cli.conftest import Billhook
from billhook.lifecycle.transitions import LIFECYCLE
from billhook_adapters.diagrams.lifecycles import Subject, svg_of


def test_the_lifecycle_of_an_invoice_is_printed_in_mermaid(billhook: Billhook) -> None:
    ran = billhook("diagram")
    assert (ran.status, ran.out, ran.err) == (0, LIFECYCLE.mermaid() + "\n", "")
    assert ran.out.startswith("stateDiagram-v2\n    draft --> issued: issue\n")


@pytest.mark.parametrize("subject", Subject)
def test_a_lifecycle_is_printed_as_svg(billhook: Billhook, subject: str) -> None:
    ran = billhook("diagram", subject, "--format", "svg")
    assert (ran.status, ran.out, ran.err) == (0, svg_of(Subject(subject)), "")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("quote",), "must be one of invoice, message"),
        (("--format", "png"), "argument --format: must be one of mermaid, svg"),
    ],
)
def test_another_subject_or_format_is_refused(
    billhook: Billhook, arguments: tuple[str, ...], reason: str
) -> None:
    ran = billhook("diagram", *arguments)
    assert ran.status == 2
    assert reason in ran.err
