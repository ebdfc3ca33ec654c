"""`billhook bounces`: reads bounce e-mails from standard input or a mailbox."""

from __future__ import annotations

import argparse
import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

from returns.result import Success

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the mailbox and the database."""
    mailbox_options = parser.add_mutually_exclusive_group()
    mailbox_options.add_argument(
        "--maildir",
        metavar="DIR",
        type=Path,
        help="read the unseen e-mails of a Maildir and mark them as seen "
        "(default: read one e-mail from standard input)",
    )
    mailbox_options.add_argument(
        "--mbox", metavar="FILE", type=Path, help="read all e-mails of an mbox file"
    )
    add_json(parser)
    add_database(parser)
    set_command(
        parser, _run, example="billhook bounces --database sqlite:///billhook.sqlite3 < bounce.eml"
    )


def _run(arguments: argparse.Namespace) -> int:
    from billhook_adapters.email.bounces import delivery_reports

    read = with_report = found = 0
    with database(arguments.database) as backend:
        service = service_over(backend)
        for raw in _mails(arguments):
            reports = delivery_reports(raw)
            read += 1
            with_report += bool(reports)
            results = service.record_delivery_reports(reports, actor="cli")
            found += sum(isinstance(one, Success) for one in results)
    value = {"read": read, "reports": with_report, "messages": found}
    lines = (
        ["no e-mails to read"]
        if not read
        else [
            f"e-mails read       {read}",
            f"bounce reports     {with_report}",
            f"messages updated   {found}",
        ]
    )
    print_result(
        value,
        lines,
        as_json=arguments.json,
        if_lost="run the command again: it is safe to read bounces twice",
    )
    return 0


def _mails(arguments: argparse.Namespace) -> Iterator[bytes]:
    try:
        if arguments.maildir is not None:
            yield from _unseen(arguments.maildir)
        elif arguments.mbox is not None:
            box = mailbox.mbox(arguments.mbox, create=False)
            try:
                yield from (box.get_bytes(key) for key in box.keys())  # noqa: SIM118  # a mailbox is not a dict
            finally:
                box.close()
        else:
            mail = sys.stdin.buffer.read()
            if mail.strip():  # an empty input is no e-mail
                yield mail
    except (mailbox.NoSuchMailboxError, OSError):
        option = "--maildir" if arguments.mbox is None else "--mbox"
        raise CliError(
            f"{option}: there is no such mailbox, or it cannot be read; check its path and its "
            "permissions"
        ) from None


def _unseen(folder: Path) -> Iterator[bytes]:
    """The e-mails of a Maildir that are not marked as seen, as they are.

    The standard library's Maildir parses each for its flags, which are in the file's name; one that
    it cannot parse would stop all behind it, every time.
    """
    for file in sorted(one for place in ("new", "cur") for one in (folder / place).iterdir()):
        name, _, flags = file.name.partition(":2,")
        if name.startswith(".") or "S" in flags:
            continue
        yield file.read_bytes()
        # After the report is recorded: a failed e-mail is read again.
        file.rename(folder / "cur" / f"{name}:2,{''.join(sorted({*flags, 'S'}))}")
