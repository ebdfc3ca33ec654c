"""How a sandbox starts, and starts again with each reset: clock, ids, seller and invoices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from billhook.application.ports import Clock
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.start_file import NO_START_FILE, StartFile
from billhook_adapters.system.clock import SettableClock, SystemClock
from billhook_adapters.system.ids import RandomIds, SeededIds

SEEDED_NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""Where the clock of a sandbox with a seed stands, unless it is given."""


class Start(NamedTuple):
    """How a sandbox starts; without anything, empty and at the present time."""

    now: datetime | None = None
    """Where the clock starts; None for the time of the file, else the present."""
    seed: int | None = None
    """Determines ids and short URLs; the clock then moves only when it is moved."""
    seller: str | None = None
    """The name of the seller of every account; None for that of the file, else of the key."""
    file: StartFile = NO_START_FILE

    @property
    def is_at_present(self) -> bool:
        """Whether it starts at the present time, also when it starts again."""
        return self._now is None and self.seed is None and not self.file.invoices

    def of_one_account(self, key_id: str) -> Start:
        """The same for a single account: with the invoices of the account of this key alone."""
        own = [one for one in self.file.invoices if one.account in (None, key_id)]
        invoices = tuple(one.model_copy(update={"account": None}) for one in own)
        return self._replace(file=self.file.model_copy(update={"invoices": invoices}))

    def clock(self) -> MovableClock:
        """A new clock, at the start."""
        if self.seed is not None:
            return MovableClock(SettableClock(self._now or SEEDED_NOW))
        clock = MovableClock(SystemClock())
        if self._now is not None:
            clock.set(self._now)
        return clock

    def ids(self, clock: Clock, base_url: str) -> RandomIds:
        """What mints ids: from the seed if there is one."""
        return RandomIds(base_url) if self.seed is None else SeededIds(self.seed, clock, base_url)

    def name_of(self, key: str) -> str:
        """The name of the account of a key or a location."""
        return self.seller or self.file.seller.name or f"Sandbox {key}"

    @property
    def profile(self) -> SellerProfile:
        """The seller's profile in every account."""
        return self.file.seller.profile

    @property
    def _now(self) -> datetime | None:
        return self.now or self.file.now


PRESENT = Start()
