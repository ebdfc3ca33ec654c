"""Logs as lines of JSON, with what is personal or secret masked at the last moment."""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO, cast

from billhook_adapters.observability.masking import MASK, masked, private

_OWN = frozenset(("at", "level", "logger", "message", "error", "where"))
_STANDARD = _OWN | frozenset(vars(logging.makeLogRecord({}))) | {
    "asctime", "taskName", "color_message",
}  # fmt: skip
_RANDOM = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16}")


class JsonLines(logging.Formatter):
    """One JSON object a record: when, how grave, who says it, and what.

    An exception is logged by its kind and its place in the code; its own words may quote a row.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; one that cannot be formatted is logged without its arguments."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(_said(record)),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                fields[name] = MASK if private(name) else _plain(name, value)
        if record.exc_info and record.exc_info[0] is not None:
            fields["error"] = record.exc_info[0].__name__
            fields["where"] = _place(record.exc_info[2])
        return json.dumps(fields)


def _said(record: logging.LogRecord) -> str:
    try:
        said = str(_without_messages(record.msg))
        if isinstance(record.args, Mapping):
            said %= {
                name: MASK if private(name) else _without_messages(value)
                for name, value in record.args.items()
            }
        elif record.args:
            said %= tuple(map(_without_messages, record.args))
    except Exception as broken:  # noqa: BLE001  # any object's own text may fail, and may not stop us
        template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        said = f"{template} ({type(broken).__name__}: its arguments are left out)"
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:  # asyncio puts the words of what it found into its own
        said = _without(said, error)
        error = error.__cause__ or error.__context__
    return said


def _without(said: str, error: BaseException) -> str:
    try:
        for words in (repr(error), str(error)):
            if words:
                said = said.replace(words, type(error).__name__)
    except Exception:  # noqa: BLE001  # as above
        return type(error).__name__
    return said


def _without_messages(value: object) -> object:
    if isinstance(value, BaseException):
        place = _place(value.__traceback__)
        return type(value).__name__ if place is None else f"{type(value).__name__} at {place}"
    if isinstance(value, list | tuple):
        # Its elements may be anything at all, and are only passed on.
        return [_without_messages(one) for one in cast("list[object]", value)]
    return value


def _plain(name: str, value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    try:
        text = str(_without_messages(value))
    except Exception as error:  # noqa: BLE001  # as above
        return type(error).__name__
    shown = shown_request_id(text) if name == "request_id" else masked(text)
    return value if isinstance(value, int) and shown == text else shown


def shown_request_id(text: str) -> str:
    """The id of a request, masked where it holds what may be personal.

    An id that is random throughout may look like a phone number; it identifies no person.
    """
    return text if _RANDOM.fullmatch(text) else masked(text)


def _place(traceback: TracebackType | None) -> str | None:
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    return f"{traceback.tb_frame.f_globals.get('__name__')}.{code.co_name}:{traceback.tb_lineno}"


def configured(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Let the whole process log so, uvicorn included. Raises ValueError for an unknown level."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for logger in list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):  # a handler of its own would write unmasked
            logger.handlers.clear()
            logger.propagate = True
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs every start
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # of every job, with all it names
    logging.captureWarnings(capture=True)
    # Where a line cannot be written, logging would print the record, arguments and all.
    logging.raiseExceptions = False
