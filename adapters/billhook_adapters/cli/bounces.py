"""`billhook bounces`: read mails that came back, from a pipe or a mailbox."""

from __future__ import annotations

import argparse
import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

from returns.result import Success

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where they are, and in which database their messages."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--maildir", metavar="DIR", type=Path, help="those that were not seen; then they are"
    )
    where.add_argument("--mbox", metavar="FILE", type=Path, help="all of them, each time")
    add_json(parser)
    add_database(parser)
    does(parser, _run, example="billhook bounces --database sqlite:///billhook.sqlite3 < mail")


def _run(asked: argparse.Namespace) -> int:
    from billhook_adapters.email.bounces import delivery_reports

    read = reports = kept = 0
    with database(asked.database) as backend:
        service = service_over(backend)
        for raw in _mails(asked):
            told = delivery_reports(raw)
            read += 1
            reports += bool(told)
            answers = service.record_delivery_reports(told, actor="cli")
            kept += sum(isinstance(one, Success) for one in answers)
    value = {"read": read, "reports": reports, "messages": kept}
    lines = [f"{read} read, {reports} reports, {kept} messages found"]
    answer(value, lines, as_json=asked.json, lost="read them again: nothing is told twice")
    return 0


def _mails(asked: argparse.Namespace) -> Iterator[bytes]:
    try:
        if asked.maildir is not None:
            yield from _unseen(mailbox.Maildir(asked.maildir, create=False))
        elif asked.mbox is not None:
            box = mailbox.mbox(asked.mbox, create=False)
            try:
                yield from (box.get_bytes(key) for key in box.keys())  # noqa: SIM118  # it is no dict
            finally:
                box.close()
        else:
            yield sys.stdin.buffer.read()
    except (mailbox.NoSuchMailboxError, OSError):
        raise CliError(
            "--maildir, --mbox: there is no such mailbox, or it cannot be read"
        ) from None


def _unseen(box: mailbox.Maildir) -> Iterator[bytes]:
    for key in box.keys():  # noqa: SIM118  # it is no dict
        mail = box.get_message(key)
        if "S" in mail.get_flags():
            continue
        yield mail.as_bytes()
        mail.add_flag("S")  # only now: what was not kept is read again
        mail.set_subdir("cur")
        box[key] = mail
