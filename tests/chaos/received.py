"""What payers received, compared with what was billed."""

from __future__ import annotations

from typing import NamedTuple, Self

from billhook.messaging.delivery import DeliveryStatus
from chaos.billing import Billing
from chaos.mailbox import Mails


class Received(NamedTuple):
    """What payers received of all that was billed."""

    lost: int
    """Invoices about which nothing came."""
    seen_twice: int
    """Invoices about which a reader sees two mails, where each Message-ID is shown once."""
    came_again: int
    """Mails of a Message-ID that had come before."""

    @classmethod
    def of(cls, billing: Billing, mails: Mails) -> Self:
        """Count; every message was sent, and nothing came that was not requested."""
        assert billing.states() == {DeliveryStatus.SENT: len(billing.billed)}
        sent = {f"<{name}@bill.example>" for name in billing.billed.values()}
        came, shown = mails.ids(), mails.shown()
        assert came.keys() <= sent
        assert shown.keys() <= billing.billed.keys()
        return cls(
            lost=len(billing.billed.keys() - shown.keys()),
            seen_twice=sum(count > 1 for count in shown.values()),
            came_again=sum(count - 1 for count in came.values()),
        )
