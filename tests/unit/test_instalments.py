"""Instalments: together they are always the whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from billhook.model.instalments import PaymentSchedule, paid_after
from billhook_adapters.testing import NOON, a_document, a_line
from billhook_adapters.testing.builders import TOMORROW


def schedule(*parts: dict[str, Any]) -> PaymentSchedule:
    """A schedule of these parts, each with an id of its own."""
    return PaymentSchedule.model_validate(
        {"instalments": [{"id": f"i{n}", **part} for n, part in enumerate(parts)]}
    )


def percent(*parts: Any) -> PaymentSchedule:
    """A schedule of percentages."""
    return schedule(*({"percentage": part} for part in parts))


def amounts(*parts: int) -> PaymentSchedule:
    """A schedule of amounts."""
    return schedule(*({"amount": part} for part in parts))


@pytest.mark.parametrize(
    ("given", "total", "expected"),
    [
        (percent(50, 50), 1000, (500, 500)),
        (percent(50, 50), 999, (500, 499)),
        (percent("33.33", "33.33", "33.34"), 100, (33, 33, 34)),
        (amounts(300, 700), 1000, (300, 700)),
        (amounts(300, 700), 1200, (300, 900)),
        (amounts(300, 700), 200, (200, 0)),
        (amounts(300, 300, 300), 500, (300, 200, 0)),
        (percent(100), 7, (7,)),
        (percent(100, 100), 7, (7, 0)),
    ],
)
def test_the_last_instalment_is_what_is_left(
    given: PaymentSchedule, total: int, expected: tuple[int, ...]
) -> None:
    assert given.amounts(total) == expected
    assert sum(given.amounts(total)) == total


@pytest.mark.parametrize(
    ("given", "total", "whole"),
    [
        (percent(50, 50), 999, True),
        (percent("33.33", "33.33", "33.34"), 100, True),
        (percent(50, 49), 100, False),
        (amounts(300, 700), 1000, True),
        (amounts(300, 700), 1001, False),
        (schedule({"amount": 500}, {"percentage": 50}), 1000, True),
        (schedule({"amount": 501}, {"percentage": 50}), 1000, False),
    ],
)
def test_it_adds_up_where_its_parts_are_the_whole(
    given: PaymentSchedule, total: int, *, whole: bool
) -> None:
    assert given.adds_up(total) is whole


@pytest.mark.parametrize(
    ("paid", "amount", "named", "expected"),
    [
        ((), 60, (), (60, 0, 0)),
        ((), 150, (), (100, 50, 0)),
        ((), 300, (), (100, 100, 100)),
        ((0, 60, 0), 100, (), (100, 60, 0)),
        ((100, 60, 0), 50, (), (100, 100, 10)),
        ((), 60, ("i1",), (0, 60, 0)),
        ((), 60, ("i2", "i1"), (0, 60, 0)),
        ((), 160, ("i2", "i1"), (0, 100, 60)),
        ((0, 40, 0), 60, ("i1",), (0, 100, 0)),
    ],
)
def test_a_payment_goes_to_what_it_names_or_to_the_first(
    paid: tuple[int, ...], amount: int, named: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    assert paid_after(amounts(100, 100, 100).states(300, paid), amount, named) == expected


def test_the_oldest_due_is_paid_first_and_one_without_a_date_last() -> None:
    given = schedule(
        {"amount": 100},
        {"amount": 100, "due_by": TOMORROW},
        {"amount": 100, "due_by": NOON},
    )
    instalments = given.states(300)
    assert paid_after(instalments, 50) == (0, 0, 50)
    assert paid_after(instalments, 150) == (0, 50, 100)
    assert paid_after(instalments, 250) == (50, 100, 100)


@pytest.mark.parametrize(
    ("paid", "amount", "named"),
    [((), 301, ()), ((), 101, ("i1",)), ((0, 60, 0), 41, ("i1",)), ((), 1, ("i9",))],
)
def test_no_instalment_takes_more_than_its_amount(
    paid: tuple[int, ...], amount: int, named: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="exceeds what is due of its instalments"):
        paid_after(amounts(100, 100, 100).states(300, paid), amount, named)


def test_an_instalment_shows_what_is_paid_and_due() -> None:
    first, second = amounts(100, 200).states(300, (100, 50))
    assert (first.id, first.amount, first.paid, first.due) == ("i0", 100, 100, 0)
    assert (second.id, second.amount, second.paid, second.due) == ("i1", 200, 50, 150)
    assert [one.paid for one in amounts(100, 200).states(300)] == [0, 0]


@pytest.mark.parametrize(
    "given",
    [
        [],
        [{"id": "a"}],
        [{"id": "a", "amount": 1, "percentage": 1}],
        [{"id": "a", "amount": 1}, {"id": "a", "amount": 1}],
        [{"id": "", "amount": 1}],
        [{"id": "a", "amount": -1}],
        [{"id": f"i{n}", "amount": 1} for n in range(61)],
    ],
)
def test_what_is_no_schedule_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        PaymentSchedule(instalments=given)


def test_a_document_may_be_paid_by_instalments() -> None:
    document = a_document(lines=[a_line(100, 1)], schedule=percent(50, 50))
    assert document.schedule is not None
    assert document.schedule.amounts(document.total) == (50, 50)


def test_an_instalment_without_a_date_is_due_with_the_invoice() -> None:
    given = schedule({"amount": 100}, {"amount": 100, "due_by": TOMORROW})
    assert [one.due_by for one in given.states(200, due_by=NOON)] == [NOON, TOMORROW]
    assert paid_after(given.states(200, due_by=NOON), 50) == (50, 0)
    assert paid_after(given.states(200), 50) == (0, 50)
