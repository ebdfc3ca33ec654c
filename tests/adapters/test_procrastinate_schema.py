"""The tables of the job queue: made once, and brought up to date step by step."""

from __future__ import annotations

from billhook_adapters.engine.procrastinate import prepare
from billhook_adapters.engine.procrastinate.schema import steps_after
from billhook_adapters.sql import open_database
from billhook_adapters.sql.connections import reading
from billhook_adapters.testing.contracts.concurrency import at_once


def test_the_tables_are_created_once_when_several_processes_start(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    at_once(*[lambda: prepare(database)] * 4)
    prepare(database)
    with reading(database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM billhook_queue").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs").scalar() == 0
    database.dispose()


def test_an_upgrade_takes_the_steps_since_the_version_that_made_the_tables() -> None:
    since = [step.name.split("_")[0] for step in steps_after("3.2.0")]
    assert since[0] == "03.03.00"
    assert since == sorted(since)
    assert steps_after("999.0.0") == []
    # The first half of a version's steps suits old workers as well, and comes first.
    halves = [step.name for step in steps_after("3.0.0") if step.name.startswith("03.01.00")]
    assert ["_pre_" in name for name in halves] == [True, False]
