"""The one place where the parts are put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine as Database

from billhook.desk.desk import Desk
from billhook.desk.handlers import Handlers
from billhook.party import Medium
from billhook.ports import Clock, Ids, Sender
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.http.app import build_app
from billhook_adapters.http.exchange import App
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.keys import SqlKeyring
from billhook_adapters.sql.store import SqlStore


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that serves one database."""

    database: Database
    keys: SqlKeyring
    desk: Desk
    engine: EmbeddedEngine
    app: App


def build_service(url: str, *, clock: Clock, ids: Ids, senders: Mapping[Medium, Sender]) -> Service:
    """The service over the database at this URL; the caller runs its `engine` and its `app`."""
    database = open_database(url)
    store, keys = SqlStore(database), SqlKeyring(database)
    desk = Desk(store, clock, ids)
    engine = EmbeddedEngine(Handlers(store, clock, ids, senders))
    return Service(database, keys, desk, engine, build_app(desk, keys))
