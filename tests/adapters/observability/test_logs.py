"""Whoever logs, and whatever is logged: one line of JSON, masked, and never an error's words."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from typing import Any

import pytest

from adapters.observability.world import (
    KEY,
    MAIL,
    NAME,
    PHONE,
    SECRET,
    TOKEN,
    basic,
    heard,
)
from billhook_adapters.observability import configured

_log = logging.getLogger("anybody")


def last(lines: io.StringIO) -> dict[str, Any]:
    """The last record; nothing that was said so far holds a canary."""
    assert heard(lines.getvalue()) == []
    told: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return told


def caught() -> ValueError:
    """An error as it is caught, full of words."""
    try:
        raise ValueError(f"{NAME} lost {KEY}")
    except ValueError as error:
        return error


def test_a_record_says_when_how_grave_who_and_what(lines: io.StringIO) -> None:
    _log.warning("%d of %s", 3, "four", extra={"status": 200, "ok": True, "took": 0.5, "of": None})
    told = last(lines)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "warning",
        "logger": "anybody",
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
    assert last(lines)["message"] == "*** has 5"


def test_fields_are_masked_by_their_name_and_by_what_they_hold(lines: io.StringIO) -> None:
    _log.warning("x", extra={"email": MAIL, "key_secret": SECRET, "customer": {"x": NAME}})
    _log.warning("x", extra={"Idempotency-Key": KEY, "seen": int(PHONE), "all": [{"name": NAME}]})
    _log.warning("x", extra={"note": f"<{MAIL}>", "took": float("nan")})
    assert (last(lines)["note"], last(lines)["took"]) == ("<***>", "nan")


def test_an_exception_is_told_by_its_kind_and_place(lines: io.StringIO) -> None:
    try:
        raise caught()
    except ValueError:
        _log.exception("it broke")
    told = last(lines)
    assert (told["error"], told["message"]) == ("ValueError", "it broke")
    assert ".caught:" in told["where"]


def test_an_exception_given_as_an_argument_loses_its_words(lines: io.StringIO) -> None:
    _log.error(caught())
    assert ".caught:" in last(lines)["message"]
    _log.error("failed: %s, %r, %s", caught(), ValueError(NAME), [caught()])
    _log.error("failed", extra={"because": caught(), "all": (caught(),)})
    assert last(lines)["because"].startswith("ValueError at ")


def test_words_that_somebody_put_into_the_message_are_taken_out(lines: io.StringIO) -> None:
    error = caught()
    _log.error("failed with %s", str(error), exc_info=error)
    assert last(lines)["message"] == "failed with ValueError"
    try:
        raise OSError from error
    except OSError:
        _log.exception("failed with %s", str(error))
    assert last(lines)["error"] == "OSError"


def test_a_task_that_nobody_waited_for_is_told_without_its_words(lines: io.StringIO) -> None:
    async def lost() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"never retrieved: {caught()!r}", "exception": caught()}
        )

    asyncio.run(lost())
    assert last(lines)["logger"] == "asyncio"


def test_a_record_that_cannot_be_formatted_is_told_without_its_arguments(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    class Mute:
        def __str__(self) -> str:
            raise RuntimeError(NAME)

    _log.warning("one %s, two %s", NAME)
    _log.warning("mute %s", Mute())
    _log.warning(Mute())
    _log.warning("x", extra={"mute": Mute()})
    assert last(lines)["mute"] == "RuntimeError"
    assert len(lines.getvalue().splitlines()) == 4
    assert capfd.readouterr() == ("", "")


def test_a_line_that_cannot_be_written_is_not_told_elsewhere(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    lines.close()
    _log.error("to %s", NAME)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["uvicorn", "uvicorn.error", "uvicorn.access", "somebody.else"])
def test_loggers_that_had_handlers_of_their_own_log_here(name: str, lines: io.StringIO) -> None:
    own = io.StringIO()
    logger = logging.getLogger(name)
    logger.addHandler(logging.StreamHandler(own))
    logger.propagate = False
    logger.setLevel(logging.NOTSET)  # a server that another test ran may have set it
    configured("INFO", lines)
    logger.info('%s - "%s %s"', "127.0.0.1:1", "GET", f"/?email={MAIL}")
    assert last(lines)["logger"] == name
    assert own.getvalue() == ""


def test_warnings_are_logged(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        configured("INFO", lines)
        warnings.warn(f"beware of {MAIL}", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert last(lines)["logger"] == "py.warnings"


def test_a_level_is_the_least_that_is_told(lines: io.StringIO) -> None:
    configured("WARNING", lines)
    _log.info("no")
    _log.warning("yes")
    assert [json.loads(line)["message"] for line in lines.getvalue().splitlines()] == ["yes"]
    with pytest.raises(ValueError, match="Unknown level"):
        configured("LOUD", lines)


@pytest.mark.parametrize("name", ["alembic.runtime.migration", "procrastinate.worker.worker"])
def test_loggers_that_tell_of_everything_tell_only_what_went_wrong(
    name: str, lines: io.StringIO
) -> None:
    configured("INFO", lines)
    logging.getLogger(name).info("a job began, with all that it names")
    assert lines.getvalue() == ""


def test_a_request_id_that_is_random_throughout_is_left_whole(lines: io.StringIO) -> None:
    for given in ("12345678-1234-4234-8234-123456789012", "1234567890123456"):
        _log.info("x", extra={"request_id": given})
        assert last(lines)["request_id"] == given
    _log.info("x", extra={"request_id": PHONE[1:]})
    assert last(lines)["request_id"] == "***"
