"""`billhook messages`: what was not sent and why, and retries of dead letters."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from returns.result import Failure, Result, Success

from billhook.application.records import OutboxMessage
from billhook.messaging.delivery import DeliveryStatus, MessageId, MessageKey, Unsent
from billhook.messaging.message import Message
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.model.base import AccountId
from billhook.model.json_values import as_json
from billhook.sentences import sentence
from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import REFUSED, CliError
from billhook_adapters.cli.parser import add_database, add_json, set_command
from billhook_adapters.cli.progress import progress

if TYPE_CHECKING:
    from billhook.application.service import InvoiceService
    from billhook_adapters.system.backend import Backend

_UNSENT = tuple(map(str, get_args(Unsent)))
_AT_ONCE = 100
NO_MESSAGE = "ACCOUNT/MESSAGE: there is no such message; `billhook messages list` lists the unsent"
HIDDEN = "(hidden; --reveal shows it)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """List, show and requeue."""
    parser.epilog = "example:\n  billhook messages list --database sqlite:///billhook.sqlite3"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser(
        "list",
        help="list messages that no provider accepted",
        description="list messages that no provider accepted",
    )
    listing.add_argument(
        "--status",
        choices=_UNSENT,
        default=str(DeliveryStatus.FAILED),
        help="status of the messages (default: failed)",
    )
    listing.add_argument("--account", metavar="ACCOUNT_ID", help="only messages of this account")
    listing.add_argument(
        "--limit", metavar="N", type=_limit, default=20, help="how many (default: 20)"
    )
    add_json(listing)
    add_database(listing)
    set_command(
        listing, _list, example="billhook messages list --database sqlite:///billhook.sqlite3"
    )
    showing = actions.add_parser(
        "show",
        help="show a message, with the reason why it was not sent",
        description="show a message, with the reason why it was not sent",
    )
    showing.add_argument("message", metavar="ACCOUNT/MESSAGE", type=_key)
    showing.add_argument("--reveal", action="store_true", help="show the address as well")
    add_json(showing)
    add_database(showing)
    set_command(
        showing,
        _show,
        example="billhook messages show acc_1/msg_1 --database sqlite:///billhook.sqlite3",
    )
    explaining = actions.add_parser(
        "explain",
        help="explain why a message was sent, or was not",
        description="explain why a message was sent, or was not",
    )
    explaining.add_argument("message", metavar="ACCOUNT/MESSAGE", type=_key)
    add_json(explaining)
    add_database(explaining)
    set_command(
        explaining,
        _explain,
        example="billhook messages explain acc_1/msg_1 --database sqlite:///billhook.sqlite3",
    )
    again = actions.add_parser(
        "requeue", help="retry dead letters", description="retry dead letters"
    )
    again.add_argument("messages", metavar="ACCOUNT/MESSAGE", type=_key, nargs="*")
    again.add_argument("--all-failed", action="store_true", help="every dead letter")
    again.add_argument(
        "--account", metavar="ACCOUNT_ID", help="with --all-failed: only those of this account"
    )
    add_json(again)
    add_database(again)
    set_command(
        again,
        _requeue,
        example="billhook messages requeue --all-failed --database sqlite:///billhook.sqlite3",
    )


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 10_000):
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 10000")
    return int(text)


def _key(text: str) -> MessageKey:
    account, slash, message = text.partition("/")
    if not (slash and account and message):
        raise argparse.ArgumentTypeError("must be ACCOUNT/MESSAGE, as `messages list` prints it")
    return MessageKey(AccountId(account), MessageId(message))


def _account(backend: Backend, options: argparse.Namespace) -> AccountId | None:
    """The account that --account names. Raises CliError where there is no such account."""
    given: str | None = options.account
    return None if given is None else known_account(backend, given, "--account").id


def _found(backend: Backend, wanted: OutboxSearch) -> Sequence[OutboxPosition]:

    return backend.store.unsent(wanted)


def _failed(backend: Backend, account: AccountId | None) -> list[MessageKey]:
    """All that have failed by now: what fails again at once is not requeued again."""
    keys, wanted = list[MessageKey](), OutboxSearch(DeliveryStatus.FAILED, account, limit=1000)
    while places := _found(backend, wanted):
        keys += [place.key for place in places]
        wanted = replace(wanted, after=places[-1])
    return keys


def _list(options: argparse.Namespace) -> int:
    with database(options.database) as backend:
        account = _account(backend, options)
        wanted = OutboxSearch(DeliveryStatus(options.status), account, limit=options.limit)  # type: ignore[arg-type]  # one of the choices
        service = service_over(backend)
        shown = [
            _shown(found)
            for place in _found(backend, wanted)
            if (found := service.message(place.key)) is not None
        ]
    if options.json:
        print(json.dumps(shown))
        return 0
    for one in shown:
        said = one["reason"] or "-"
        print(f"{one['message']}  {one['kind']}  {one['attempts']} attempts  {said}")
    if not shown:
        print(f"no message is {options.status}")
    return 0


def _show(options: argparse.Namespace) -> int:
    with database(options.database) as backend:
        found = service_over(backend).message(options.message)
    if found is None:
        raise CliError(NO_MESSAGE, REFUSED)
    shown = _shown(found, reveal=options.reveal)
    if options.json:
        print(json.dumps(shown))
        return 0
    for name, value in shown.items():
        print(f"{name.replace('_', ' '):14} {'-' if value is None else value}")
    return 0


def _explain(options: argparse.Namespace) -> int:
    with database(options.database) as backend:
        found = service_over(backend).explain_message(options.message)
    if isinstance(found, Failure):
        raise CliError(sentence(found.failure()), REFUSED)
    why = found.unwrap()
    if options.json:
        shown = {
            "message": _shown(why.message),
            "requested": as_json(why.requested),
            "ended": None if why.ended is None else as_json(why.ended),
            "reason": None if why.error is None else as_json(why.error),
            "events": [one.event.name for one in why.events],
        }
        print(json.dumps(shown))
        return 0
    requested, ended = why.requested, why.ended
    print(
        f"requested at {requested.at.isoformat(timespec='seconds')}: the invoice was "
        f"{requested.status}, version {requested.version}"
    )
    if ended is None:
        print(f"{why.message.status}: not sent yet; {why.message.reason or 'no attempt failed'}")
    else:
        because = why.message.reason if why.error is None else sentence(why.error)
        print(
            f"{why.message.status} at {ended.at.isoformat(timespec='seconds')}: the invoice was "
            f"{ended.status}, version {ended.version}" + (f"; {because}" if because else "")
        )
    return 0


def _requeue(options: argparse.Namespace) -> int:
    if bool(options.messages) == options.all_failed:
        raise CliError("name messages, or give --all-failed")
    if options.account is not None and not options.all_failed:
        raise CliError("--account goes with --all-failed; a message is named with its account")
    requeued, refused = 0, list[str]()
    with database(options.database) as backend, progress(quiet=options.json) as report:
        service = service_over(backend)
        keys = options.messages or _failed(backend, _account(backend, options))
        for begin in range(0, len(keys), _AT_ONCE):
            part = keys[begin : begin + _AT_ONCE]
            for key, one in zip(part, _requeued(service, part), strict=True):
                if isinstance(one, Success):
                    requeued += 1
                elif not options.all_failed:  # another command may have requeued it meanwhile
                    refused.append(f"{key.account}/{key.message}: {_refusal(one.failure())}")
            if options.all_failed:
                report("messages", begin + len(part), len(keys))
    if options.json:
        print(json.dumps({"requeued": requeued, "refused": refused}))
    else:
        print(f"{requeued} requeued")
        for reason in refused:
            print(reason)
    return REFUSED if refused else 0


def _refusal(error: Any) -> str:
    from billhook.lifecycle.errors import AccountNotFound
    from billhook_adapters.cli.error_texts import UNKNOWN_ACCOUNT

    return UNKNOWN_ACCOUNT if isinstance(error, AccountNotFound) else sentence(error)


def _requeued(service: InvoiceService, keys: Sequence[MessageKey]) -> list[Result[Any, Any]]:
    from billhook.application.message_commands import RequeueMessage

    return service.execute_all(
        [RequeueMessage(account=key.account, message=key.message, actor="cli") for key in keys]
    )


def _shown(message: OutboxMessage, *, reveal: bool = False) -> Mapping[str, object]:
    """The fields of a message for its operator; the address only with --reveal."""
    if isinstance(message, Message):
        kind, to = str(message.medium), message.address if reveal else HIDDEN
    else:
        kind, to = f"webhook {message.event_type}", message.webhook_endpoint
    moments = ("requested_at", "due_at", "sent_at", "ended_at", "requeued_at")
    return {
        "message": f"{message.account}/{message.id}",
        "invoice": message.invoice,
        "kind": kind,
        "to": to,
        "status": message.status,
        "attempts": message.attempts,
        "reason": message.reason,
        **{name: at and at.isoformat() for name in moments for at in (getattr(message, name),)},
    }
