"""Every engine keeps the contract, on every database it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.ports import Engine as EnginePort
from billhook.application.records import PendingWrites
from billhook.model.customer import Medium
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.engine.procrastinate import ProcrastinateEngine, WakeUps, prepare
from billhook_adapters.engine.procrastinate.wake_ups import TASK
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.tables import metadata
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import EngineContract, EngineSetup
from billhook_adapters.testing.contracts.store_suite import broken_off
from postgresql import Databases


def embedded(
    background_jobs: BackgroundJobs, concurrency: int, pause: Callable[[timedelta], None]
) -> EnginePort:
    return EmbeddedEngine(background_jobs, concurrency=concurrency, pause=pause, poll_seconds=0.001)


class TestEmbeddedInMemory(EngineContract):
    @pytest.fixture
    def setup(self) -> EngineSetup:
        return EngineSetup(InMemoryStore(), SettableClock(NOON), embedded)


class TestEmbeddedOnSqlite(EngineContract):
    @pytest.fixture
    def setup(self, tmp_path: Path) -> Iterator[EngineSetup]:
        database = open_database(f"sqlite:///{tmp_path / 'billhook.sqlite3'}")
        yield EngineSetup(SqlStore(database), SettableClock(NOON), embedded)
        database.dispose()


class TestEmbeddedOnPostgresql(EngineContract):
    @pytest.fixture
    def setup(self, postgresql_engine: Engine) -> EngineSetup:
        return EngineSetup(SqlStore(postgresql_engine), SettableClock(NOON), embedded)


@pytest.fixture(scope="module")
def with_jobs(postgresql_databases: Databases) -> Iterator[Engine]:
    """A database of its own: no one else uses the tables of the queue."""
    with postgresql_databases.migrated() as engine:
        prepare(engine)
        yield engine


class TestProcrastinateOnPostgresql(EngineContract):
    @pytest.fixture
    def database(self, with_jobs: Engine) -> Engine:
        with writing(with_jobs) as connection:
            connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        return with_jobs

    @pytest.fixture
    def setup(self, database: Engine) -> EngineSetup:
        def procrastinate(
            background_jobs: BackgroundJobs, concurrency: int, pause: Callable[[timedelta], None]
        ) -> EnginePort:
            return ProcrastinateEngine(
                background_jobs, database, concurrency=concurrency, pause=pause
            )

        def lose_wake_ups() -> None:
            with writing(database) as connection:
                connection.exec_driver_sql("DELETE FROM procrastinate_jobs")

        clock = SettableClock(NOON)
        store = SqlStore(database, queued=WakeUps(clock).named)
        return EngineSetup(store, clock, procrastinate, lose_wake_ups)

    @pytest.mark.parametrize("task", ["billhook.of_tomorrow", TASK])
    def test_a_job_of_another_version_fails_and_its_message_is_delivered(
        self, setup: EngineSetup, database: Engine, task: str
    ) -> None:
        (message,) = setup.queued()
        with writing(database) as connection:
            changed = 'UPDATE procrastinate_jobs SET task_name = %s, args = \'{"keys": {"v": 9}}\''
            connection.exec_driver_sql(changed, (task,))
        setup.engine().drain()
        setup.clock.advance(timedelta(minutes=1))
        setup.engine().drain()
        assert setup.receiver.raw == [message.id]

    def test_what_is_queued_and_its_wake_up_are_one_transaction(
        self, setup: EngineSetup, database: Engine
    ) -> None:
        (message,) = setup.queued()
        with broken_off(setup.store) as transaction:
            again = message.model_copy(update={"id": "msg_given_back"})
            transaction.save(PendingWrites(messages={again.key: again}))
        with reading(database) as connection:
            jobs = (
                connection.exec_driver_sql("SELECT args FROM procrastinate_jobs ORDER BY id")
                .scalars()
                .all()
            )
        assert jobs == [{"keys": [["acc_1", message.id]]}]

    def test_many_messages_are_one_job(self, setup: EngineSetup, database: Engine) -> None:
        setup.queued(150)
        with reading(database) as connection:
            jobs = (
                connection.exec_driver_sql("SELECT args FROM procrastinate_jobs ORDER BY id")
                .scalars()
                .all()
            )
        assert [len(job["keys"]) for job in jobs] == [100, 50]

    def test_repairs_are_counted_once(self, setup: EngineSetup, database: Engine) -> None:
        setup.queued(3)
        setup.lose_wake_ups()
        setup.clock.advance(timedelta(minutes=5))
        repaired: list[int] = []
        senders = {Medium.SMS: setup.receiver}
        background_jobs = BackgroundJobs(setup.store, setup.clock, RandomIds(), senders)
        engine = ProcrastinateEngine(background_jobs, database, repaired=repaired.append)
        engine._repair()  # as it runs every ten seconds, whatever was sent meanwhile
        assert engine.drain() == 3
        engine.drain()
        assert repaired == [3]
        setup.queued(1)
        setup.lose_wake_ups()
        setup.clock.advance(timedelta(minutes=5))
        assert engine.drain() == 1
        assert repaired == [3, 1]
