"""How likely failures are in one run: each seed draws its own, so that runs differ in kind."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from billhook_adapters.testing.faults import Point

RECEIVERS = (Point.SEND, Point.WEBHOOK)


@dataclass(frozen=True)
class Probabilities:
    """How likely each failure is, at each call."""

    switch: float
    """That another actor runs next."""
    killed: float
    away: float
    """That the store cannot be reached."""
    unconfirmed: float
    """That the store's answer is lost."""
    refused: float
    """That a receiver takes nothing now."""
    doubted: float
    """That a receiver takes it, and answers that it did not."""
    leap: float
    retired: float
    """That a killed worker is not replaced."""

    def prevented(self, point: Point) -> float:
        """How likely a call is not made."""
        return self.refused if point in RECEIVERS else self.away

    def denied(self, point: Point) -> float:
        """How likely the answer of a call is lost, or wrong."""
        return self.doubted if point in RECEIVERS else self.unconfirmed


def probabilities(random: Random) -> Probabilities:
    """The probabilities of one run; each kind of failure is missing from many."""

    def one_of(*choices: float) -> float:
        return random.choice(choices)

    return Probabilities(
        switch=one_of(0.1, 0.5, 0.9),
        killed=one_of(0, 0.01, 0.03, 0.06),
        away=one_of(0, 0.02, 0.1),
        unconfirmed=one_of(0, 0.05, 0.2),
        refused=one_of(0, 0, 0.2, 0.5),
        doubted=one_of(0, 0.2, 0.5),
        leap=one_of(0, 0, 0.005, 0.03),
        retired=one_of(0, 0.3, 1.0),
    )
