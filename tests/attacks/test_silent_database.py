"""A database that is silent, slow, gone or full: requests end with an answer, probes always answer.

What goes wrong between a service and PostgreSQL is made by a proxy (`tcp_proxy.py`). Reports of the
same from other projects: a pooled connection whose peer is gone blocks its next user for minutes;
keepalives see no proxy that acknowledges everything and passes nothing on; a pool hands out
connections that the server closed.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError

from adapters.observability.canaries import basic, request_async
from attacks.tcp_proxy import TcpProxy, proxied
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.service import build_application
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.health.api import HealthApi
from billhook_adapters.memory import RandomIds
from billhook_adapters.observability import Metrics
from billhook_adapters.sql.backend import SqlBackend
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.error_texts import explain
from billhook_adapters.sql.postgresql import (
    AnswerTimeoutError,
    BoundedConnection,
    postgresql,
    unbounded,
)
from billhook_adapters.sql.sqlite import DatabaseMovedError
from billhook_adapters.system.api_keys import NewKey
from billhook_adapters.system.backend import Backend, BackendError
from billhook_adapters.system.error_kinds import is_unavailable
from billhook_adapters.testing import NOON, an_account


@pytest.fixture
def proxy(postgresql_engine: Engine) -> Iterator[TcpProxy]:
    """A proxy in front of the server of the tests."""
    url = postgresql_engine.url
    folder = url.query.get("host")
    port = url.port or 5432
    server = f"{unquote(str(folder))}/.s.PGSQL.{port}" if folder else (str(url.host), port)
    with proxied(server) as made:
        yield made


@pytest.fixture
def through(proxy: TcpProxy, postgresql_engine: Engine) -> Iterator[Engine]:
    """The database through the proxy."""
    url = postgresql_engine.url.set(host="127.0.0.1", port=proxy.port, query={})
    engine = postgresql(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


def at_once(engine: Engine) -> None:
    """Let all connections that were opened give up as soon as psycopg looks at the time."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, BoundedConnection)
        driver.answer_seconds = 0.0


def test_a_connection_that_goes_silent_is_given_up_and_replaced(
    through: Engine, proxy: TcpProxy
) -> None:
    at_once(through)
    proxy.swallow()
    with pytest.raises(OperationalError) as silent, through.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert isinstance(silent.value.orig, AnswerTimeoutError)
    assert is_unavailable(silent.value)
    assert proxy.swallowed.is_set()
    proxy.swallow(swallows=False)
    with through.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    assert proxy.accepted == 2


def test_a_transaction_that_goes_silent_is_given_up(through: Engine, proxy: TcpProxy) -> None:
    at_once(through)
    with through.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, BoundedConnection)
        driver.answer_seconds = None
        connection.exec_driver_sql("BEGIN")
        driver.answer_seconds = 0.0
        proxy.swallow()
        with pytest.raises(OperationalError) as silent:
            connection.exec_driver_sql("SELECT 1")
    assert isinstance(silent.value.orig, AnswerTimeoutError)


def test_a_connection_that_is_reset_within_a_transaction_is_replaced(
    through: Engine, proxy: TcpProxy
) -> None:
    with through.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        proxy.reset()
        with pytest.raises(OperationalError) as gone:
            connection.exec_driver_sql("SELECT 1")
    assert is_unavailable(gone.value)
    with through.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_an_answer_that_is_late_is_waited_for(through: Engine, proxy: TcpProxy) -> None:
    with through.connect() as connection, ThreadPoolExecutor(1) as threads:
        proxy.delay()
        answer = threads.submit(lambda: connection.exec_driver_sql("SELECT 1").scalar())
        assert not answer.done()
        proxy.delay(delays=False)
        assert answer.result(timeout=60) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
    ],
)
def test_a_limit_of_the_connection_has_a_default_and_the_url_wins(name: str, expected: str) -> None:
    assert postgresql("postgresql://db/billhook").url.query[name] == expected
    assert postgresql(f"postgresql://db/billhook?{name}=7").url.query[name] == "7"


def test_statements_and_locks_have_limits_and_the_url_wins(postgresql_engine: Engine) -> None:
    def limits(engine: Engine) -> list[str]:
        with engine.connect() as connection:
            names = ("statement_timeout", "lock_timeout")
            return [connection.exec_driver_sql(f"SHOW {one}").scalar_one() for one in names]

    assert limits(postgresql_engine) == ["20s", "10s"]
    url = postgresql_engine.url.update_query_dict({"statement_timeout": "3", "lock_timeout": "2"})
    engine = postgresql(url.render_as_string(hide_password=False))
    assert limits(engine) == ["3s", "2s"]
    engine.dispose()


@pytest.mark.parametrize("limit", ["-1", "1.5", "5s", "999999"])
def test_a_limit_that_is_no_number_of_seconds_is_refused_by_name(limit: str) -> None:
    with pytest.raises(BackendError, match="lock_timeout in the URL must be a whole number"):
        postgresql(f"postgresql://db/billhook?lock_timeout={limit}")


def test_migrations_have_no_limits(postgresql_engine: Engine) -> None:
    with writing(postgresql_engine) as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, BoundedConnection)
        with unbounded(connection):
            assert driver.answer_seconds is None
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
        assert driver.answer_seconds == 25


def test_a_statement_that_takes_too_long_is_named_in_its_own_words(
    postgresql_engine: Engine,
) -> None:
    with postgresql_engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '1ms'")
        with pytest.raises(DBAPIError) as ended:
            connection.exec_driver_sql("SELECT pg_sleep(60)")
    assert "statement_timeout" in (explain(ended.value) or "")
    assert is_unavailable(ended.value)


def test_a_pool_without_a_free_connection_is_unavailable() -> None:
    full = NoFreeConnectionError("QueuePool limit of size 8 overflow 8 reached", code="3o7r")
    assert is_unavailable(full)
    assert "connections" in (explain(full) or "")


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        ("/v1/invoices/inv_1", basic("secret")),
        ("/api/invoices/inv_1", basic("secret")),
        ("/invoices/inv_1", "Bearer secret"),
        ("/i/abc", ""),
    ],
)
def test_a_database_without_a_free_connection_is_a_503_with_retry_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, authorization: str
) -> None:
    application = build_application(
        f"sqlite:///{tmp_path / 'billhook.sqlite3'}",
        ids=RandomIds("https://bill.example/i/"),
        senders={},
        base_url="https://bill.example/i/",
    )

    def full(*_: object) -> Any:
        raise NoFreeConnectionError("QueuePool limit of size 8 overflow 8 reached", code="3o7r")

    backend = application.backend
    assert isinstance(backend, SqlBackend)
    monkeypatch.setattr(backend.database.pool, "connect", full)
    given = {"authorization": authorization, "version": "2021-07-28"}
    status, headers, _ = asyncio.run(request_async(application.app, "GET", path, **given))
    monkeypatch.undo()
    backend.dispose()
    assert status == 503
    assert headers[b"retry-after"].isdigit()


def probes(check: Any = lambda: None, metrics: Metrics | None = None) -> App:
    """The probes of a service."""
    return HealthApi(metrics or Metrics(), check, lambda: True)


def test_while_a_database_hangs_the_other_probes_answer_and_one_thread_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("billhook_adapters.http.health.api.READY_SECONDS", 0.01)
    answer, checks = Event(), list[int]()

    def hang() -> None:
        checks.append(1)
        answer.wait()

    app = probes(hang)

    async def ask() -> list[tuple[int, bytes]]:
        paths = ["/readyz", "/readyz", "/healthz", "/metrics"]
        found = [await request_async(app, "GET", path) for path in paths]
        return [(status, body) for status, _, body in found]

    first, second, alive, metrics = asyncio.run(ask())
    answer.set()
    assert first == second
    assert first == (
        503,
        b'{"status":"not ready","reasons":["the database cannot be used: TimeoutError"]}',
    )
    assert (alive[0], metrics[0]) == (200, 200)
    assert len(checks) == 1


def test_metrics_leave_the_outbox_out_while_it_cannot_be_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("billhook_adapters.http.health.api.METRICS_SECONDS", 0.01)
    answer = Event()

    class Hanging:
        def collect(self) -> list[Any]:
            answer.wait()
            return []

    metrics = Metrics()
    metrics.handled("nothing")
    metrics.watch(Hanging())
    status, _, body = asyncio.run(request_async(probes(metrics=metrics), "GET", "/metrics"))
    answer.set()
    assert status == 200
    assert b"billhook_messages_handled" in body


def test_a_service_answers_probes_while_another_program_locks_its_file(tmp_path: Path) -> None:
    file = tmp_path / "billhook.sqlite3"
    application = build_application(f"sqlite:///{file}", ids=RandomIds(), senders={})
    backend = application.backend
    backend.accounts.open(an_account(), [NewKey("key_1", "secret")], None, NOON)
    headers = {"authorization": basic("secret"), "content_type": "application/json"}

    async def ask() -> tuple[int, bool, int]:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            path = "/invoices/inv_1/notify_by/sms"
            write = asyncio.create_task(
                request_async(application.app, "POST", "/v1" + path, **headers)
            )
            for _ in range(100):
                await asyncio.sleep(0)
            alive, _, _ = await request_async(application.app, "GET", "/healthz")
            was_done = write.done()
            other.execute("ROLLBACK")
        return alive, was_done, (await write)[0]

    alive, was_done, written = asyncio.run(ask())
    backend.dispose()
    assert (alive, was_done) == (200, False)
    assert 400 <= written < 500  # there is no such invoice


def readiness(backend: Backend) -> Any:
    """What `/readyz` responds."""
    status, _, body = asyncio.run(
        request_async(probes(lambda: backend.check(NOON)), "GET", "/readyz")
    )
    return status, json.loads(body)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "billhook.sqlite3"


@pytest.fixture
def backend(file: Path) -> Iterator[Backend]:
    opened = open_backend(f"sqlite:///{file}")
    assert readiness(opened)[0] == 200
    yield opened
    opened.dispose()


def delete(file: Path) -> None:
    file.unlink()


def move(file: Path) -> None:
    file.rename(file.with_suffix(".moved"))


def replace(file: Path) -> None:
    shutil.copy(file, file.with_suffix(".copy"))
    file.with_suffix(".copy").replace(file)


@pytest.mark.parametrize("change", [delete, move, replace])
def test_a_file_that_is_gone_takes_no_request_and_is_not_ready(
    file: Path, backend: Backend, change: Callable[[Path], None]
) -> None:
    change(file)
    with pytest.raises(DatabaseMovedError) as moved, backend.store.transaction():
        pass
    assert is_unavailable(moved.value)
    assert "restart" in (backend.explain(moved.value) or "")
    status, report = readiness(backend)
    assert status == 503
    assert report["reasons"] == ["the database cannot be used: DatabaseMovedError"]
    assert file.exists() == (change is replace)


@pytest.mark.parametrize("damage", ["all of it", "its first page", "its end"])
def test_a_file_that_is_damaged_is_not_ready(file: Path, backend: Backend, damage: str) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with file.open("r+b") as opened:
        if damage == "its end":
            opened.truncate(size // 4096 // 2 * 4096)
        else:
            opened.write(b"damaged!" * ((size if damage == "all of it" else 4096) // 8))
    status, report = readiness(backend)
    assert status == 503
    assert "SQLITE_" in report["reasons"][0]


def test_damage_that_a_request_meets_is_reported_for_a_while(file: Path) -> None:
    opened = open_backend(f"sqlite:///{file}")
    assert isinstance(opened, SqlBackend)
    with opened.database.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE damaged (a TEXT)")
        connection.exec_driver_sql("INSERT INTO damaged VALUES ('x')")
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET rootpage = 1000000 WHERE name = 'damaged'"
        )
        connection.exec_driver_sql("PRAGMA writable_schema = RESET")
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("SELECT * FROM damaged")
    status, report = readiness(opened)
    assert status == 503
    assert "SQLITE_CORRUPT" in report["reasons"][0]
    opened.dispose()


def test_a_file_that_another_program_locks_is_not_ready(
    file: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billhook_adapters.sql.sqlite.PROBE_SECONDS", 0.0)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, report = readiness(backend)
        other.execute("ROLLBACK")
    assert status == 503
    assert "SQLITE_BUSY" in report["reasons"][0]
    assert readiness(backend)[0] == 200
