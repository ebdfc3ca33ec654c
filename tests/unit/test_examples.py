"""The examples of the documentation, reached as a newcomer reaches them."""

from __future__ import annotations

import pytest

import billhook
from billhook import Medium, examples
from billhook.model.invoice import Status
from billhook_adapters.testing import an_invoice


def test_the_examples_are_the_builders_invoices() -> None:
    assert examples.drafted() == an_invoice(Status.DRAFT)
    url = "https://bill.example/i/x"
    assert examples.issued() == an_invoice().model_copy(update={"short_url": url})


def test_a_public_name_is_found_at_first_use() -> None:
    vars(billhook).pop("Medium", None)
    assert billhook.Medium is Medium
    assert "Medium" in dir(billhook)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Fax'"):
        billhook.Fax  # noqa: B018  # asking is the test
