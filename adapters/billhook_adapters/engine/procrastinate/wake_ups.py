"""Wake-ups as jobs: put in by the very transaction that writes the rows they name.

A job carries ids and nothing else. Lost, doubled or late, it does no harm: the rows decide, and a
sweep puts in again what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, cast

from procrastinate import App, SyncPsycopgConnector
from procrastinate.types import JSONDict, JSONValue
from sqlalchemy import Connection

from billhook.application.ports import Clock
from billhook.application.records import OutboxMessage
from billhook.messaging.delivery import DeliveryStatus, MessageId, MessageKey
from billhook.model.base import AccountId

TASK, QUEUE = "billhook.deliver", "billhook"

NAMED_AT_ONCE = 100
"""How many messages one job names: a job costs milliseconds, whatever it carries."""

STEP = timedelta(milliseconds=500)
"""Messages that fall due within the same step are named together."""

SOON = timedelta(minutes=1)
"""What falls due later than this gets no job now; the sweep finds it when it is due."""


class WakeUps:
    """Queues jobs for messages that are saved. Give `named` to a `SqlStore`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._app = App(connector=SyncPsycopgConnector())  # only ever lent connections

    def named(self, connection: Connection, queued: Iterable[OutboxMessage]) -> None:
        """Name the messages that are due soon, on the transaction's own connection."""
        now = self._clock.now()
        ahead: dict[timedelta, list[MessageKey]] = {}
        for one in queued:
            if (
                one.status is not DeliveryStatus.QUEUED
                or one.due_at is None
                or one.due_at > now + SOON
            ):
                continue
            steps = max(-((now - one.due_at) // STEP), 0)  # rounded up
            ahead.setdefault(steps * STEP, []).append(one.key)
        for wait, keys in ahead.items():
            self.put_in(connection, keys, wait)

    def put_in(
        self, connection: Connection, keys: Sequence[MessageKey], wait: timedelta = timedelta(0)
    ) -> None:
        """Name messages, as few jobs as hold them; nothing of it stays if the transaction fails."""
        schedule: dict[str, Any] = {}
        if wait:
            schedule["schedule_in"] = {"microseconds": wait // timedelta.resolution}
        task = self._app.configure_task(
            TASK, queue=QUEUE, connection=connection.connection.driver_connection, **schedule
        )
        pairs: list[JSONValue] = [list(key) for key in keys]
        parts = range(0, len(pairs), NAMED_AT_ONCE)
        jobs: list[JSONDict] = [{"keys": pairs[first : first + NAMED_AT_ONCE]} for first in parts]
        task.batch_defer(*jobs)


def keys_of(named: object) -> list[MessageKey]:
    """The messages that a job names. Raises ValueError where it is of no shape known here.

    >>> keys_of([["acc_1", "msg_1"]])
    [MessageKey(account='acc_1', message='msg_1')]
    """
    if not isinstance(named, list):
        raise ValueError(_UNKNOWN)
    keys: list[MessageKey] = []
    for pair in cast("list[object]", named):
        match pair:
            case [str(account), str(message)]:
                keys.append(MessageKey(AccountId(account), MessageId(message)))
            case _:
                raise ValueError(_UNKNOWN)
    return keys


_UNKNOWN = "a job of another version, perhaps: the sweep will name its messages again"
