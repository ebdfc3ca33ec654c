"""The one place where the parts are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Engine as Database

from billhook.desk.desk import Desk
from billhook.desk.handlers import Handlers
from billhook.desk.inline import InlineDesk
from billhook.party import Medium
from billhook.ports import Announcer, Clock, Ids, Sender
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.engine.thread import EngineThread
from billhook_adapters.http.app import NONE, build_app
from billhook_adapters.http.exchange import App
from billhook_adapters.http.lane import Lane
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.keys import SqlKeyring
from billhook_adapters.sql.store import SqlStore

INLINE_HEAD_START = timedelta(minutes=1)
"""How long the engine leaves a fresh message to a desk that delivers inline."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that serves one database."""

    database: Database
    keys: SqlKeyring
    desk: Desk
    handlers: Handlers
    engine: EmbeddedEngine
    delivering: EngineThread
    app: App


def build_service(
    url: str,
    *,
    clock: Clock,
    ids: Ids,
    senders: Mapping[Medium, Sender],
    announcer: Announcer | None = None,
    inline: bool = False,
    faces: Callable[[Lane, Handlers], Mapping[str, App]] = lambda _lane, _handlers: NONE,
) -> Service:
    """The service over the database at this URL.

    A server that has a lifespan runs `delivering` while it serves `app`; whoever has none calls
    `engine` itself. With `inline` messages are handed over before they are answered for. `faces`
    makes what is served beside the vendors' dialects, by prefix.
    """
    database = open_database(url)
    store, keys = SqlStore(database), SqlKeyring(database)
    handlers = Handlers(store, clock, ids, senders, announcer)
    desk = InlineDesk(handlers) if inline else Desk(store, clock, ids)
    engine = EmbeddedEngine(replace(handlers, head_start=INLINE_HEAD_START) if inline else handlers)
    delivering = EngineThread(engine)
    app = build_app(
        desk,
        keys,
        faces=lambda lane: faces(lane, handlers),
        started=delivering.start,
        stopped=delivering.stop,
    )
    return Service(database, keys, desk, handlers, engine, delivering, app)
