"""Entries in a store: what vendor APIs save beside the invoices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from billhook.application.ports import Store
from billhook.application.records import Entry, EntryKey, Listing, PendingWrites
from billhook_adapters.testing.builders import NOON, an_entry
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    broken_off,
    save,
)


class EntriesSuite(StoreSuite):
    """Entries of a store."""

    def test_an_entry_is_read_back_equal(self, opened: Store) -> None:
        entry = an_entry(
            "item.1-:_",
            '{"name":"रवि ✓","quote":"it\'s \\"so\\""}',
            filed_at=NOON + timedelta(microseconds=1),
        )
        _file(opened, entry)
        assert _saved(opened, entry) == {entry.key: entry}

    def test_the_longest_and_the_shortest_entries_are_read_back_equal(self, opened: Store) -> None:
        longest, shortest = an_entry("long", "✓" * 32 * 1024), an_entry("short", "")
        _file(opened, longest, shortest)
        assert _saved(opened, longest, shortest) == {
            longest.key: longest,
            shortest.key: shortest,
        }

    def test_an_entry_saved_again_replaces_itself(self, opened: Store) -> None:
        before, after = an_entry(), an_entry(body="{}", filed_at=NOON + timedelta(hours=1))
        _file(opened, before)
        _file(opened, after)
        assert _saved(opened, before) == {after.key: after}

    def test_many_are_looked_up_at_once_and_unknown_ones_are_absent(self, opened: Store) -> None:
        entries = [an_entry(f"cust_{number}") for number in range(40)]
        _file(opened, *entries)
        assert _saved(opened, *entries, an_entry("cust_none")) == {
            entry.key: entry for entry in entries
        }
        assert _saved(opened) == {}

    def test_one_id_names_an_entry_in_each_account(self, opened: Store) -> None:
        ours, theirs = an_entry(account=ONE.id), an_entry(account=OTHER.id, body="{}")
        _file(opened, theirs)
        assert _saved(opened, ours) == {}
        _file(opened, ours)
        assert _saved(opened, ours, theirs) == {ours.key: ours, theirs.key: theirs}

    def test_a_deleted_entry_is_absent_and_may_be_filed_again(self, opened: Store) -> None:
        entry, other = an_entry("item_1"), an_entry("item_2")
        _file(opened, entry, other)
        save(opened, entries={entry.key: None, an_entry("item_3").key: None})
        assert _saved(opened, entry, other) == {other.key: other}
        assert _listed(opened, "item_") == [other]
        _file(opened, entry)
        assert _saved(opened, entry) == {entry.key: entry}

    def test_a_list_begins_with_the_newest_and_ties_go_by_id(self, opened: Store) -> None:
        first, *rest = (an_entry(f"item_{n}", filed_at=NOON) for n in range(3))
        newest = an_entry("item_0a", filed_at=NOON + timedelta(seconds=1))
        theirs = an_entry("item_4", account=OTHER.id)
        others = an_entry("cust_1"), an_entry("itemx1"), an_entry("ITEM_1")
        _file(opened, *rest, newest, theirs, first, *others)
        found = [newest, *reversed(rest), first]
        assert _listed(opened, "item_") == found
        assert _listed(opened, "item_", limit=2, skip=1) == found[1:3]
        assert _listed(opened, "item_", skip=4) == []
        assert _listed(opened, "plan_") == []

    def test_the_bounds_of_a_list_are_inclusive(self, opened: Store) -> None:
        second = timedelta(seconds=1)
        entries = [an_entry(f"item_{n}", filed_at=NOON + n * second) for n in range(4)]
        _file(opened, *entries)
        within = _listed(opened, "item_", since=NOON + second, until=NOON + 2 * second)
        assert within == [entries[2], entries[1]]
        assert _listed(opened, "item_", since=NOON + 3 * second) == [entries[3]]
        assert _listed(opened, "item_", until=NOON) == [entries[0]]

    def test_a_transaction_that_breaks_off_files_nothing(self, opened: Store) -> None:
        entry = an_entry()
        with broken_off(opened) as transaction:
            transaction.save(PendingWrites(entries={entry.key: entry}))
            assert transaction.entries((entry.key,)) == {entry.key: entry}
        assert _saved(opened, entry) == {}


def _file(store: Store, *entries: Entry) -> None:
    save(store, entries={entry.key: entry for entry in entries})


def _saved(store: Store, *entries: Entry) -> dict[EntryKey, Entry]:
    with store.snapshot() as snapshot:
        return dict(snapshot.entries([entry.key for entry in entries]))


def _listed(store: Store, prefix: str, *, limit: int = 10, **bounds: Any) -> list[Entry]:
    with store.snapshot() as snapshot:
        return list(snapshot.entries_of(ONE.id, prefix, Listing(limit, **bounds)))
