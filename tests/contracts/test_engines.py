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
from billhook_adapters.testing.contracts import EngineContract, EngineOffice
from billhook_adapters.testing.contracts.store_suite import broken_off
from postgresql import Databases


def embedded(
    background_jobs: BackgroundJobs, hands: int, pause: Callable[[timedelta], None]
) -> EnginePort:
    return EmbeddedEngine(background_jobs, hands=hands, pause=pause, poll_seconds=0.001)


class TestEmbeddedInMemory(EngineContract):
    @pytest.fixture
    def office(self) -> EngineOffice:
        return EngineOffice(InMemoryStore(), SettableClock(NOON), embedded)


class TestEmbeddedOnSqlite(EngineContract):
    @pytest.fixture
    def office(self, tmp_path: Path) -> Iterator[EngineOffice]:
        database = open_database(f"sqlite:///{tmp_path / 'billhook.sqlite3'}")
        yield EngineOffice(SqlStore(database), SettableClock(NOON), embedded)
        database.dispose()


class TestEmbeddedOnPostgresql(EngineContract):
    @pytest.fixture
    def office(self, postgresql_engine: Engine) -> EngineOffice:
        return EngineOffice(SqlStore(postgresql_engine), SettableClock(NOON), embedded)


@pytest.fixture(scope="module")
def with_jobs(postgresql_databases: Databases) -> Iterator[Engine]:
    """A database of its own: the queue's tables are nobody else's business."""
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
    def office(self, database: Engine) -> EngineOffice:
        def procrastinate(
            background_jobs: BackgroundJobs, hands: int, pause: Callable[[timedelta], None]
        ) -> EnginePort:
            return ProcrastinateEngine(background_jobs, database, hands=hands, pause=pause)

        def lose_wake_ups() -> None:
            with writing(database) as connection:
                connection.exec_driver_sql("DELETE FROM procrastinate_jobs")

        clock = SettableClock(NOON)
        store = SqlStore(database, queued=WakeUps(clock).named)
        return EngineOffice(store, clock, procrastinate, lose_wake_ups)

    @pytest.mark.parametrize("task", ["billhook.of_tomorrow", TASK])
    def test_a_job_of_another_version_fails_and_its_message_is_delivered(
        self, office: EngineOffice, database: Engine, task: str
    ) -> None:
        (message,) = office.queued()
        with writing(database) as connection:
            changed = 'UPDATE procrastinate_jobs SET task_name = %s, args = \'{"keys": {"v": 9}}\''
            connection.exec_driver_sql(changed, (task,))
        office.engine().drain()
        office.clock.advance(timedelta(minutes=1))
        office.engine().drain()
        assert office.receiver.raw == [message.id]

    def test_what_is_queued_and_its_wake_up_are_one_transaction(
        self, office: EngineOffice, database: Engine
    ) -> None:
        (message,) = office.queued()
        with broken_off(office.store) as transaction:
            again = message.model_copy(update={"id": "msg_given_back"})
            transaction.save(PendingWrites(messages={again.key: again}))
        with reading(database) as connection:
            jobs = (
                connection.exec_driver_sql("SELECT args FROM procrastinate_jobs ORDER BY id")
                .scalars()
                .all()
            )
        assert jobs == [{"keys": [["acc_1", message.id]]}]

    def test_many_messages_are_one_job(self, office: EngineOffice, database: Engine) -> None:
        office.queued(150)
        with reading(database) as connection:
            jobs = (
                connection.exec_driver_sql("SELECT args FROM procrastinate_jobs ORDER BY id")
                .scalars()
                .all()
            )
        assert [len(job["keys"]) for job in jobs] == [100, 50]

    def test_repairs_are_counted(self, office: EngineOffice, database: Engine) -> None:
        office.queued(3)
        office.lose_wake_ups()
        office.clock.advance(timedelta(minutes=5))
        repaired: list[int] = []
        senders = {Medium.SMS: office.receiver}
        background_jobs = BackgroundJobs(office.store, office.clock, RandomIds(), senders)
        engine = ProcrastinateEngine(background_jobs, database, repaired=repaired.append)
        assert engine.drain() == 3
        engine.drain()
        assert repaired == [3]
