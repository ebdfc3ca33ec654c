"""Reminders at the desk: every change of an invoice moves its next one, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from billhook.application.ports import Work
from billhook.application.records import Outcome
from billhook.application.row_cache import Rows
from billhook.lifecycle.notify import Standing
from billhook.lifecycle.remind import Reminded, follow, remind, zone_of
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Key
from billhook.model.reminder_schedule import Progress, Reminders

Standings = Callable[[Invoice], dict[tuple[Medium, str], Standing]]


class Reminding:
    """How far the reminders of a batch's invoices have come, and what the batch makes of it."""

    def __init__(
        self,
        work: Work,
        zones: Callable[[str | None], tzinfo],
        accounts: Rows[AccountId, Account],
        invoices: Rows[Key, Invoice],
    ) -> None:
        self._zones, self._accounts, self._invoices = zones, accounts, invoices
        self._rows: Rows[Key, Progress] = Rows(work.reminders)
        self._read_ahead = False

    def follow(
        self, before: Invoice | None, after: Invoice, now: datetime, outcome: Outcome
    ) -> None:
        """Let the next reminder follow a change. Accounts without a schedule cost nothing."""
        schedule = self._schedule(after)
        if schedule is None:
            return
        # Only what was issued before can have a row: making an invoice reads none.
        new = before is None or before.issued_at is None
        known = None if new else self._progress(after.key)
        zone = self._zone(after, schedule)
        self._put(after.key, known, follow(known, before, after, schedule, zone, now=now), outcome)

    def remind(self, invoice: Invoice, now: datetime, standings: Standings) -> Reminded:
        """What a wake-up for an invoice comes to; nothing is kept of it yet."""
        progress = self._progress(invoice.key)
        if progress is None:
            return Reminded((), None)
        schedule = self._schedule(invoice)
        zone = self._zone(invoice, schedule)
        return remind(invoice, schedule, zone, progress, now=now, standings=standings(invoice))

    def settle(self, key: Key, progress: Progress | None, outcome: Outcome) -> None:
        """Keep what a wake-up came to."""
        self._put(key, self._progress(key), progress, outcome)

    def end(self, key: Key, outcome: Outcome) -> None:
        """End the reminders of an invoice that is not read whole."""
        account = self._accounts.get(key.account)
        if account is not None and account.policy.reminders is not None:
            outcome.reminders[key] = None

    def _put(
        self, key: Key, known: Progress | None, progress: Progress | None, outcome: Outcome
    ) -> None:
        if progress != known:
            self._rows.put(key, progress)
            outcome.reminders[key] = progress

    def _progress(self, key: Key) -> Progress | None:
        if not self._read_ahead:  # one that needs its row is seldom alone in its batch
            self._read_ahead = True
            self._rows.fetch(
                [
                    invoice.key
                    for invoice in self._invoices.present()
                    if invoice.issued_at is not None
                ]
            )
        return self._rows.get(key)

    def _schedule(self, invoice: Invoice) -> Reminders | None:
        account = self._accounts.get(invoice.account)
        return None if account is None else account.policy.reminders

    def _zone(self, invoice: Invoice, schedule: Reminders | None) -> tzinfo:
        return self._zones(None if schedule is None else zone_of(invoice, schedule))
