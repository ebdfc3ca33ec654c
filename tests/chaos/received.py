"""What payers heard, held against what was billed."""

from __future__ import annotations

from typing import NamedTuple, Self

from billhook.messaging.delivery import DeliveryStatus
from chaos.billing import Office
from chaos.mailbox import Mails


class Heard(NamedTuple):
    """What became of all that was billed."""

    lost: int
    """Invoices about which nothing came."""
    seen_twice: int
    """Invoices about which a reader sees two mails, where each Message-ID is shown once."""
    came_again: int
    """Mails of a Message-ID that had come before."""

    @classmethod
    def of(cls, office: Office, mails: Mails) -> Self:
        """Count; every message has come to its end, and nothing came that was not asked for."""
        assert office.states() == {DeliveryStatus.SENT: len(office.billed)}
        sent = {f"<{name}@bill.example>" for name in office.billed.values()}
        came, shown = mails.ids(), mails.shown()
        assert came.keys() <= sent
        assert shown.keys() <= office.billed.keys()
        return cls(
            lost=len(office.billed.keys() - shown.keys()),
            seen_twice=sum(count > 1 for count in shown.values()),
            came_again=sum(count - 1 for count in came.values()),
        )
