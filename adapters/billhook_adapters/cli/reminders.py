"""`billhook reminder`: when an account's payers are reminded, and that no more."""

from __future__ import annotations

import argparse
import re
from datetime import time, timedelta
from typing import TYPE_CHECKING

from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import answer
from billhook_adapters.cli.parser import add_database, add_json, does

if TYPE_CHECKING:
    from billhook.model.account import Account
    from billhook.model.reminder_schedule import QuietHours, ReminderSchedule

_AT = "--database sqlite:///billhook.sqlite3"
_LENGTH = re.compile(r"([0-9]{1,5})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_REMEDIES = {
    "before": "give at most 20 lengths of more than nothing and up to 366 days, such as 3d,12h",
    "after": "give at most 20 lengths of up to 366 days, such as 0d,7d",
    "most": "give a whole number from 1 up",
    "media": "give sms, email, or both",
    "time_zone": "give the name of an IANA time zone, such as Asia/Kolkata",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The three things to do with reminders."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    example = f"billhook reminder set ACCOUNT_ID --before 3d --after 0d,7d {_AT}"
    parser.epilog = f"example:\n  {example}"

    what = "remind an account's payers by this schedule, instead of any other"
    setting = actions.add_parser("set", help=what, description=what)
    setting.add_argument("account", metavar="ACCOUNT_ID")
    setting.add_argument(
        "--before", metavar="L", type=_lengths, default=(), help="before the due date: 3d,12h,30m"
    )
    setting.add_argument(
        "--after", metavar="L", type=_lengths, default=(), help="after it; 0d is the due date"
    )
    setting.add_argument("--most", metavar="N", type=int, help="reminders for one invoice at most")
    setting.add_argument(
        "--media",
        metavar="M",
        type=lambda text: text.split(","),
        default=(),
        help="sms, email or sms,email; all whose addresses are known, unless given",
    )
    setting.add_argument(
        "--quiet", metavar="Q", type=_quiet, help="when none goes out, such as 21:00-08:00"
    )
    setting.add_argument(
        "--time-zone", metavar="Z", help="of payers of whom none is known: Asia/Kolkata"
    )
    add_database(setting)
    add_json(setting)
    does(setting, _set, example=example)

    for action, what, run in (
        ("show", "show an account's schedule", _show),
        ("stop", "remind an account's payers no more", _stop),
    ):
        other = actions.add_parser(action, help=what, description=what)
        other.add_argument("account", metavar="ACCOUNT_ID")
        add_database(other)
        if run is _show:
            add_json(other)
        does(other, run, example=f"billhook reminder {action} ACCOUNT_ID {_AT}")


def _lengths(text: str) -> tuple[timedelta, ...]:
    found = [_LENGTH.fullmatch(one) for one in text.split(",")]
    lengths = tuple(int(one[1]) * _UNITS[one[2]] for one in found if one is not None)
    if len(lengths) < len(found):
        raise argparse.ArgumentTypeError("must be days, hours or minutes, such as 3d,12h,30m")
    return lengths


def _quiet(text: str) -> tuple[time, time]:
    found = _QUIET.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("must be two times of day, such as 21:00-08:00")
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def _set(asked: argparse.Namespace) -> int:
    schedule = _schedule(asked)
    _stored(asked, schedule)
    lost = "`billhook reminder show` shows it"
    answer(_told(schedule), _lines(schedule), as_json=asked.json, lost=lost)
    return 0


def _show(asked: argparse.Namespace) -> int:

    with database(asked.database) as backend, backend.store.snapshot() as snapshot:
        account = _found(snapshot.accounts((asked.account,)).get(asked.account))
    schedule = account.policy.reminders
    answer(_told(schedule), _lines(schedule), as_json=asked.json, lost="ask again")
    return 0


def _stop(asked: argparse.Namespace) -> int:
    _stored(asked, None)
    return 0


def _stored(asked: argparse.Namespace, schedule: ReminderSchedule | None) -> None:
    from returns.result import Success

    from billhook.application.account_commands import UpdateAccount
    from billhook.model.account import AccountPolicy
    from billhook.model.base import AccountId

    policy = AccountPolicy(reminders=schedule)
    with database(asked.database) as backend:
        changed = service_over(backend).execute(
            UpdateAccount(account=AccountId(asked.account), policy=policy, actor="cli")
        )
    _found(changed.unwrap() if isinstance(changed, Success) else None)


def _found(account: Account | None) -> Account:
    if account is None:
        raise CliError("ACCOUNT_ID: there is no such account; see `billhook account list`")
    return account


def _schedule(asked: argparse.Namespace) -> ReminderSchedule:
    from pydantic import ValidationError

    from billhook.model.reminder_schedule import QuietHours, ReminderSchedule
    from billhook_adapters.system.time_zones import known_zone

    if asked.time_zone is not None and known_zone(asked.time_zone) is None:
        raise CliError(f"--time-zone: nobody knows it; {_REMEDIES['time_zone']}")
    if not asked.before and not asked.after:
        raise CliError("--before, --after: give at least one of them")
    try:
        quiet = (
            None if asked.quiet is None else QuietHours(start=asked.quiet[0], end=asked.quiet[1])
        )
    except ValidationError:
        raise CliError("--quiet: leave at least two hours of each day") from None
    try:
        return ReminderSchedule(
            before=asked.before,
            after=asked.after,
            most=asked.most,
            media=asked.media,
            quiet=quiet,
            time_zone=asked.time_zone,
        )
    except ValidationError as wrong:
        field = str(wrong.errors()[0]["loc"][0])
        raise CliError(f"--{field.replace('_', '-')}: {_REMEDIES[field]}") from None


def _told(schedule: ReminderSchedule | None) -> object:
    if schedule is None:
        return None
    return {
        "before": [_length(span) for span in schedule.before],
        "after": [_length(span) for span in schedule.after],
        "most": schedule.most,
        "media": list(schedule.media),
        "quiet": None if schedule.quiet is None else _hours(schedule.quiet),
        "time_zone": schedule.time_zone,
    }


def _lines(schedule: ReminderSchedule | None) -> list[str]:
    if schedule is None:
        return ["no reminders"]
    quiet = "none" if schedule.quiet is None else _hours(schedule.quiet)
    return [
        f"before      {', '.join(map(_length, schedule.before)) or 'never'}",
        f"after       {', '.join(map(_length, schedule.after)) or 'never'}",
        f"at most     {schedule.most or 'as many as there are'}",
        f"by          {', '.join(schedule.media) or 'all whose addresses are known'}",
        f"quiet       {quiet}",
        f"time zone   {schedule.time_zone or 'UTC'}, where the payer's is not known",
    ]


def _length(span: timedelta) -> str:
    # Whoever embeds the library may have lengths that no option can say: seconds show as they are.
    unit = next((name for name, one in _UNITS.items() if not span % one), None)
    return str(span) if unit is None else f"{span // _UNITS[unit]}{unit}"


def _hours(quiet: QuietHours) -> str:
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"
