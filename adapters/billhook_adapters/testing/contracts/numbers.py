"""Numbers of a series: consecutive from one, without gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import NumberKey, PendingWrites
from billhook.model.account import NumberSeries
from billhook.model.invoice import Invoice
from billhook_adapters.testing.builders import an_invoice
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, broken_off

SERIES, NEXT_YEAR = NumberSeries(ONE.id, "INV-"), NumberSeries(ONE.id, "INV-2027-")


class NumbersSuite(StoreSuite):
    """Number series of a store."""

    def test_a_series_starts_at_one_and_goes_on(self, opened: Store) -> None:
        assert drawn(opened, {SERIES: 1}) == {SERIES: range(1, 2)}
        assert drawn(opened, {SERIES: 3}) == {SERIES: range(2, 5)}

    def test_every_series_counts_for_itself(self, opened: Store) -> None:
        drawn(opened, {SERIES: 5})
        both = drawn(opened, {NEXT_YEAR: 2, SERIES: 1})
        assert both == {NEXT_YEAR: range(1, 3), SERIES: range(6, 7)}

    def test_one_transaction_may_draw_more_than_once(self, opened: Store) -> None:
        with opened.transaction() as transaction:
            first, second = (
                transaction.next_numbers({SERIES: 1}),
                transaction.next_numbers({SERIES: 1}),
            )
        assert (first, second) == ({SERIES: range(1, 2)}, {SERIES: range(2, 3)})

    def test_the_upcoming_position_is_shown_and_not_drawn(self, opened: Store) -> None:
        assert next_position(opened, SERIES) == next_position(opened, SERIES) == 1
        drawn(opened, {SERIES: 3})
        assert next_position(opened, SERIES) == 4
        assert next_position(opened, NEXT_YEAR) == 1

    def test_numbers_are_given_back_when_nothing_commits(self, opened: Store) -> None:
        with broken_off(opened) as transaction:
            transaction.next_numbers({SERIES: 7})
        assert drawn(opened, {SERIES: 1}) == {SERIES: range(1, 2)}

    def test_numbers_are_given_back_when_the_store_refuses(self, opened: Store) -> None:
        stray = an_invoice(account="acc_3")

        def number_and_save() -> None:
            with opened.transaction() as transaction:
                transaction.next_numbers({SERIES: 1})
                transaction.save(PendingWrites(invoices={stray.key: (None, stray)}))

        with pytest.raises(StoreConflictError):
            number_and_save()
        assert drawn(opened, {SERIES: 1}) == {SERIES: range(1, 2)}

    def test_an_invoice_is_found_by_its_number_once_a_series_has_numbered_it(
        self, opened: Store
    ) -> None:
        numbered = _numbered("inv_1", "INV-0001")
        named = _numbered("inv_2", "R-1", receipt="R-1")
        unnumbered = an_invoice(id="inv_3", receipt="R-2")
        with opened.transaction() as transaction:
            transaction.save(
                PendingWrites(
                    invoices={one.key: (None, one) for one in (numbered, named, unnumbered)}
                )
            )
        keys = [NumberKey(ONE.id, one) for one in ("INV-0001", "R-1", "R-2", "R-3")]
        theirs = NumberKey(OTHER.id, "R-1")
        with opened.snapshot() as snapshot:
            found = snapshot.invoices_by_number([*keys, theirs])
        assert found == {keys[0]: numbered.key, keys[1]: named.key}

    def test_a_number_names_one_invoice_of_its_account(self, opened: Store) -> None:
        first, second = _numbered("inv_1", "R-1", receipt="R-1"), _numbered("inv_2", "R-1")
        with opened.transaction() as transaction:
            transaction.save(PendingWrites(invoices={first.key: (None, first)}))

        def save_the_second() -> None:
            with opened.transaction() as transaction:
                transaction.save(PendingWrites(invoices={second.key: (None, second)}))

        with pytest.raises(StoreConflictError):
            save_the_second()


def _numbered(id: str, number: str, **document: Any) -> Invoice:
    return an_invoice(id=id, **document).model_copy(update={"number": number})


def drawn(store: Store, series: Mapping[NumberSeries, int]) -> dict[NumberSeries, range]:
    """The next numbers, drawn in a transaction of its own."""
    with store.transaction() as transaction:
        return dict(transaction.next_numbers(series))


def next_position(store: Store, series: NumberSeries) -> int:
    """The position that would be drawn next."""
    with store.snapshot() as snapshot:
        return snapshot.next_position(series)
