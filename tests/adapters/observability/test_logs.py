"""Every record is one line of JSON, masked, without the message of an exception."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from typing import Any

import pytest

from adapters.observability.canaries import (
    KEY,
    MAIL,
    NAME,
    PHONE,
    SECRET,
    TOKEN,
    basic,
    canaries_in,
)
from billhook_adapters.observability import configured

_log = logging.getLogger("billing")


def last_record(lines: io.StringIO) -> dict[str, Any]:
    """The last record; nothing that was logged so far holds a canary."""
    assert canaries_in(lines.getvalue()) == []
    record: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return record


def raised() -> ValueError:
    """An exception with a traceback, whose message holds canaries."""
    try:
        raise ValueError(f"{NAME} lost {KEY}")
    except ValueError as error:
        return error


def test_a_record_has_its_time_level_logger_and_message(lines: io.StringIO) -> None:
    _log.warning("%d of %s", 3, "four", extra={"status": 200, "ok": True, "took": 0.5, "of": None})
    record = last_record(lines)
    assert record.pop("at").endswith("+00:00")
    assert record == {
        "level": "warning",
        "logger": "billing",
        "message": "3 of four",
        "status": 200,
        "ok": True,
        "took": 0.5,
        "of": None,
    }


def test_messages_and_their_arguments_are_masked(lines: io.StringIO) -> None:
    _log.warning("mail to %s failed, call %s", MAIL, PHONE)
    _log.warning("sent %s to https://bill.example/i/%s", basic(), TOKEN)
    _log.warning("given %r", {"name": NAME, "idempotency_key": KEY})
    _log.warning("%(customer_name)s has %(amount)d", {"customer_name": NAME, "amount": 5})
    assert last_record(lines)["message"] == "*** has 5"


def test_fields_are_masked_by_name_and_by_value(lines: io.StringIO) -> None:
    _log.warning("x", extra={"email": MAIL, "key_secret": SECRET, "customer": {"x": NAME}})
    _log.warning("x", extra={"Idempotency-Key": KEY, "seen": int(PHONE), "all": [{"name": NAME}]})
    _log.warning("x", extra={"note": f"<{MAIL}>", "took": float("nan")})
    assert (last_record(lines)["note"], last_record(lines)["took"]) == ("<***>", "nan")


def test_an_exception_is_logged_by_its_class_and_place(lines: io.StringIO) -> None:
    try:
        raise raised()
    except ValueError:
        _log.exception("it broke")
    record = last_record(lines)
    assert (record["error"], record["message"]) == ("ValueError", "it broke")
    assert ".raised:" in record["where"]


def test_the_message_of_an_exception_in_the_arguments_is_not_logged(lines: io.StringIO) -> None:
    _log.error(raised())
    assert ".raised:" in last_record(lines)["message"]
    _log.error("failed: %s, %r, %s", raised(), ValueError(NAME), [raised()])
    _log.error("failed", extra={"because": raised(), "all": (raised(),)})
    assert last_record(lines)["because"].startswith("ValueError at ")


def test_the_text_of_an_exception_is_removed_from_the_message(lines: io.StringIO) -> None:
    error = raised()
    _log.error("failed with %s", str(error), exc_info=error)
    assert last_record(lines)["message"] == "failed with ValueError"
    try:
        raise OSError from error
    except OSError:
        _log.exception("failed with %s", str(error))
    assert last_record(lines)["error"] == "OSError"


def test_an_exception_of_a_lost_task_is_logged_without_its_message(
    lines: io.StringIO,
) -> None:
    async def lost() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"never retrieved: {raised()!r}", "exception": raised()}
        )

    asyncio.run(lost())
    assert last_record(lines)["logger"] == "asyncio"


def test_a_record_that_cannot_be_formatted_is_logged_without_its_arguments(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise RuntimeError(NAME)

    _log.warning("one %s, two %s", NAME)
    _log.warning("unprintable %s", Unprintable())
    _log.warning(Unprintable())
    _log.warning("x", extra={"unprintable": Unprintable()})
    assert last_record(lines)["unprintable"] == "RuntimeError"
    assert len(lines.getvalue().splitlines()) == 4
    assert capfd.readouterr() == ("", "")


def test_a_line_that_cannot_be_written_is_not_printed(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    lines.close()
    _log.error("to %s", NAME)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error", "uvicorn.access", "another.library"])
def test_handlers_of_other_libraries_are_replaced(name: str, lines: io.StringIO) -> None:
    own = io.StringIO()
    logger = logging.getLogger(name)
    logger.addHandler(logging.StreamHandler(own))
    logger.propagate = False
    logger.setLevel(logging.NOTSET)  # a server that another test ran may have set it
    configured("INFO", lines)
    logger.info('%s - "%s %s"', "127.0.0.1:1", "GET", f"/?email={MAIL}")
    assert last_record(lines)["logger"] == name
    assert own.getvalue() == ""


def test_warnings_are_logged(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        configured("INFO", lines)
        warnings.warn(f"beware of {MAIL}", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert last_record(lines)["logger"] == "py.warnings"


def test_records_below_the_level_are_not_logged(lines: io.StringIO) -> None:
    configured("WARNING", lines)
    _log.info("no")
    _log.warning("yes")
    assert [json.loads(line)["message"] for line in lines.getvalue().splitlines()] == ["yes"]
    with pytest.raises(ValueError, match="Unknown level"):
        configured("LOUD", lines)


@pytest.mark.parametrize("name", ["alembic.runtime.migration", "procrastinate.worker.worker"])
def test_verbose_loggers_log_warnings_only(name: str, lines: io.StringIO) -> None:
    configured("INFO", lines)
    logging.getLogger(name).info("a job began, with all that it names")
    assert lines.getvalue() == ""


def test_a_random_request_id_is_not_masked(lines: io.StringIO) -> None:
    for given in ("12345678-1234-4234-8234-123456789012", "1234567890123456"):
        _log.info("x", extra={"request_id": given})
        assert last_record(lines)["request_id"] == given
    _log.info("x", extra={"request_id": PHONE[1:]})
    assert last_record(lines)["request_id"] == "***"
