"""Logs as lines of JSON, with what is personal or secret masked at the last moment."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

MASK = "***"

# No repetition is open at both ends: none of them can be made slow by what it is given.
_MASKED = (
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9._~+/=-]+"), rf"\1 {MASK}"),
    (re.compile(r"[^\s\"'<>(),;:=@]{1,64}@[^\s\"'<>(),;:=@]{1,255}"), MASK),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), MASK),
    (re.compile(r"/[A-Za-z0-9_-]{22,}"), f"/{MASK}"),  # the end of a short URL
    (re.compile(r"\+?[0-9](?:[ -]?[0-9]){9,18}(?![0-9])"), MASK),
)
_PRIVATE = frozenset(
    {
        "address", "authorization", "contact", "customer", "email", "idempotency_key", "name_given",
        "password", "phone", "secret", "short_url", "token",
    }
)  # fmt: skip
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


def masked(text: str) -> str:
    """The text without e-mail addresses, phone numbers, credentials and tokens.

    >>> masked("mail to ravi@example.com failed")
    'mail to *** failed'
    """
    for pattern, mask in _MASKED:
        text = pattern.sub(mask, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a record: when, how grave, who says it, and what.

    An exception is told by its kind and its place in the code; its own words may quote a row.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                told[name] = MASK if name in _PRIVATE else _plain(value)
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["where"] = _place(record.exc_info[2])
        return json.dumps(told, default=str)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else masked(str(value))


def _place(traceback: Any) -> str | None:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return None
    code = traceback.tb_frame.f_code
    return f"{traceback.tb_frame.f_globals.get('__name__')}.{code.co_name}:{traceback.tb_lineno}"


def configured(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Let the whole process log so, uvicorn included."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every start
    logging.captureWarnings(capture=True)
