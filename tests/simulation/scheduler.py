"""Which actor runs, what the time is, and what fails: all drawn from one seed.

Every actor is a greenlet. It runs until it calls a port (see `Point`); there the scheduler may
switch to another, let time pass, make the call fail, or kill the process. Nothing else is
concurrent, so the same seed is the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random

from greenlet import greenlet

from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import NOON
from billhook_adapters.testing.faults import Point
from simulation.probabilities import Probabilities

TICK = timedelta(microseconds=1)
NOTHING = timedelta(0)
LEAPS = (1, 20, 31, 121, 121, 700)
"""By how many seconds time leaps: past a poll, a retry, a lease, an expiry."""


class Killed(BaseException):
    """The process is gone: not even an `except Exception` catches it."""


@dataclass(eq=False)
class Process:
    """Actors that are killed together."""

    name: str
    dead: bool = False
    again: Callable[[], None] | None = None


@dataclass(eq=False)
class Actor:
    """One thread of execution."""

    name: str
    process: Process
    body: greenlet
    wakes_at: datetime
    waits: Callable[[], bool] | None = None
    """Whether it cannot go on yet, whatever the time."""


@dataclass
class Tally:
    """How often each failure happened."""

    killed: int = 0
    failed: int = 0
    """Calls of the store that raised."""
    denied: int = 0
    """Messages that a receiver took, and answered that it did not."""
    leaps: int = 0


@dataclass(eq=False)
class Scheduler:
    """The plan of every port, and the clock of every actor."""

    random: Random
    probabilities: Probabilities
    time: datetime = NOON
    tally: Tally = field(default_factory=Tally)
    story: list[tuple[datetime, str, object, str]] = field(default_factory=list)
    running: Actor | None = None
    over: bool = False
    actors: list[Actor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._hub = greenlet.getcurrent()

    def now(self) -> datetime:
        """The time; no two calls get the same."""
        self.time += TICK
        return self.time

    def zone(self, name: str | None) -> tzinfo:
        """All accounts use UTC."""
        return UTC

    def spawn(self, name: str, process: Process, act: Callable[[], None]) -> Actor:
        """An actor that runs from now on."""

        def body() -> None:
            try:
                act()
            except Killed:
                pass
            finally:
                self.actors.remove(actor)

        actor = Actor(name, process, greenlet(body, self._hub), self.time)
        self.actors.append(actor)
        return actor

    def run(self, until: Callable[[], bool]) -> None:
        """Run all actors; those that are not done by then are killed, wherever they are."""
        pick = self.random.random
        while self.actors and not until():
            time = self.time
            ready = [
                one
                for one in self.actors
                if one.wakes_at <= time and (one.waits is None or not one.waits())
            ]
            if ready:
                self._resume(ready[int(pick() * len(ready))])
            else:
                self.time = min(
                    one.wakes_at for one in self.actors if one.waits is None or not one.waits()
                )
        self.over = True
        for process in {actor.process: None for actor in self.actors if not actor.process.dead}:
            process.again = None
            self.kill(process)
        while self.actors:
            self._resume(self.actors[0], Killed)

    def _resume(self, actor: Actor, end: type[Killed] | None = None) -> None:
        self.running = actor
        if end is None:
            actor.body.switch()
        elif actor.body:
            actor.body.throw(end)
        else:  # it has not even begun
            self.actors.remove(actor)
        self.running = None

    def others(self, actor: Actor) -> None:
        """Let other actors run; this one continues later."""
        self._hub.switch()
        if actor.process.dead:
            raise Killed

    def sleep(self, span: timedelta) -> None:
        """Let time pass for the caller."""
        actor = self.running
        if actor is None:
            self.time += span
            return
        if actor.process.dead:
            raise Killed
        actor.wakes_at = self.time + span
        self.others(actor)

    def wait(self, blocked: Callable[[], bool]) -> None:
        """Let others run for as long as this one is blocked."""
        actor = self.running
        if actor is None:
            assert not blocked(), "no other actor could end it"
            return
        while blocked():
            actor.waits = blocked
            try:
                self.others(actor)
            finally:
                actor.waits = None

    def kill(self, process: Process) -> None:
        """End a process and all its actors; it may be started again."""
        process.dead = True
        self.tally.killed += 1
        self.record(process.name, "is killed")
        if process.again is not None:
            process.again()

    def record(self, who: str, what: object, how: str = "") -> None:
        """Add a step to the story of the run."""
        self.story.append((self.time, who, what, how))

    def before(self, point: Point) -> None:
        """A call is about to be made."""
        actor = self.running
        if actor is None:
            return
        if point is Point.TIME:  # it may leap; all else comes up at the calls around it
            self._leap(actor)
            return
        self._pass(actor, point, "before")
        if self.random.random() < self.probabilities.prevented(point):
            self._prevent(actor, point)

    def after(self, point: Point) -> None:
        """A call was made."""
        actor = self.running
        if actor is None or point is Point.TIME:
            return
        self._pass(actor, point, "after")
        if self.random.random() < self.probabilities.denied(point):
            self._deny(actor, point)

    def _pass(self, actor: Actor, point: Point, when: str) -> None:
        if actor.process.dead:
            raise Killed
        self.story.append((self.time, actor.name, point, when))
        random = self.random.random
        self._leap(actor)
        if random() < self.probabilities.switch:
            self.others(actor)
        if random() < self.probabilities.killed:
            self.kill(actor.process)
            raise Killed

    def _leap(self, actor: Actor) -> None:
        random = self.random.random
        if random() < self.probabilities.leap:
            leap = LEAPS[int(random() * len(LEAPS))]
            self.time += timedelta(seconds=leap)
            self.tally.leaps += 1
            self.record(actor.name, f"is stopped for {leap} seconds")

    def _prevent(self, actor: Actor, point: Point) -> None:
        if point in (Point.SEND, Point.WEBHOOK):
            self.record(actor.name, "is answered that it cannot be taken now")
            raise (ConnectionError if self.random.random() < 0.5 else TimeoutError)("busy")
        if point in (Point.BEGIN, Point.READ, Point.COMMIT):
            self._failed(actor, "cannot reach the store")

    def _deny(self, actor: Actor, point: Point) -> None:
        if point in (Point.SEND, Point.WEBHOOK):
            self.tally.denied += 1
            self.record(actor.name, "is answered that it was not taken, which it was")
            kinds = (ConnectionError, TimeoutError, TimeoutError, ZeroDivisionError)
            raise kinds[int(self.random.random() * 4)]("lost")
        if point is Point.COMMIT:
            self._failed(actor, "gets an error, although it was stored")

    def _failed(self, actor: Actor, what: str) -> None:
        self.tally.failed += 1
        self.record(actor.name, what)
        raise ConnectionError("away")


class ExclusiveStore(InMemoryStore):
    """The store in memory, for greenlets: one transaction at a time, others wait."""

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._held = False

    @contextmanager
    def transaction(self):  # type: ignore[no-untyped-def]  # as it is inherited
        self._scheduler.wait(lambda: self._held)
        self._held = True
        try:
            with super().transaction() as transaction:
                yield transaction
        finally:
            self._held = False
