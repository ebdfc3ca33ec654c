"""`billhook reminder`: sets, shows and removes the reminder schedule of an account."""

from __future__ import annotations

import argparse
import re
from datetime import time, timedelta
from typing import TYPE_CHECKING

from billhook_adapters.cli.account_changes import change_account
from billhook_adapters.cli.database import database, known_account
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from billhook.model.reminder_schedule import QuietHours, ReminderSchedule

_AT = "--database sqlite:///billhook.sqlite3"
_TIME = re.compile(r"([0-9]{1,5})([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_REMEDIES = {
    "before": "must be at most 20 times, each longer than 0 and up to 366 days, such as 3d,12h",
    "after": "must be at most 20 times of up to 366 days, such as 0d,7d",
    "max_reminders": "must be a whole number, 1 or more",
    "media": "must be sms, email or sms,email",
    "time_zone": "must be the name of an IANA time zone, such as Asia/Kolkata",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions: set, show and stop."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    example = f"billhook reminder set ACCOUNT_ID --before 3d --after 0d,7d {_AT}"
    parser.epilog = f"example:\n  {example}"

    what = "replace the reminder schedule of an account"
    setting = actions.add_parser("set", help=what, description=what)
    setting.add_argument("account", metavar="ACCOUNT_ID")
    setting.add_argument(
        "--before",
        metavar="TIMES",
        type=_times,
        default=(),
        help="times before the due date, in days, hours or minutes: 3d,12h,30m",
    )
    setting.add_argument(
        "--after",
        metavar="TIMES",
        type=_times,
        default=(),
        help="times after the due date: 0d,7d; 0d is the due date itself",
    )
    setting.add_argument(
        "--most",
        metavar="NUMBER",
        type=int,
        help="maximum number of reminders for one invoice (default: no maximum)",
    )
    setting.add_argument(
        "--media",
        metavar="MEDIA",
        type=lambda text: text.split(","),
        default=(),
        help="sms, email or sms,email (default: all that the payer has an address for)",
    )
    setting.add_argument(
        "--quiet",
        metavar="HOURS",
        type=_quiet,
        help="quiet hours, in which no reminder is sent, such as 21:00-08:00",
    )
    setting.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="time zone of payers without one, such as Asia/Kolkata (default: UTC)",
    )
    add_database(setting)
    add_json(setting)
    set_command(setting, _set, example=example)

    for action, what, run in (
        ("show", "show the reminder schedule of an account", _show),
        ("stop", "remove the reminder schedule of an account; no more reminders are sent", _stop),
    ):
        other = actions.add_parser(action, help=what, description=what)
        other.add_argument("account", metavar="ACCOUNT_ID")
        add_database(other)
        add_json(other)
        set_command(other, run, example=f"billhook reminder {action} ACCOUNT_ID {_AT}")


def _times(text: str) -> tuple[timedelta, ...]:
    found = [_TIME.fullmatch(one) for one in text.split(",")]
    times = tuple(int(one[1]) * _UNITS[one[2]] for one in found if one is not None)
    if len(times) < len(found):
        raise argparse.ArgumentTypeError("must be days, hours or minutes, such as 3d,12h,30m")
    return times


def _quiet(text: str) -> tuple[time, time]:
    found = _QUIET.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("must be two times of day, such as 21:00-08:00")
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def _set(arguments: argparse.Namespace) -> int:
    schedule = _schedule(arguments)
    _store(arguments, schedule)
    if_lost = "`billhook reminder show` shows it"
    print_result(_as_json(schedule), _lines(schedule), as_json=arguments.json, if_lost=if_lost)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
    schedule = account.policy.reminders
    print_result(
        _as_json(schedule),
        _lines(schedule),
        as_json=arguments.json,
        if_lost="run the command again",
    )
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    _store(arguments, None)
    print_result(
        _as_json(None), _lines(None), as_json=arguments.json, if_lost="the schedule is removed"
    )
    return 0


def _store(arguments: argparse.Namespace, schedule: ReminderSchedule | None) -> None:
    from billhook.application.account_commands import UpdateAccount
    from billhook.model.account import AccountPolicy
    from billhook.model.base import AccountId

    policy = AccountPolicy(reminders=schedule)
    update = UpdateAccount(account=AccountId(arguments.account), policy=policy, actor="cli")
    with database(arguments.database) as backend:
        change_account(backend, update)


def _schedule(arguments: argparse.Namespace) -> ReminderSchedule:
    from pydantic import ValidationError

    from billhook.model.reminder_schedule import QuietHours, ReminderSchedule
    from billhook_adapters.system.time_zones import known_zone

    if arguments.time_zone is not None and known_zone(arguments.time_zone) is None:
        raise CliError(f"--time-zone: {_REMEDIES['time_zone']}")
    if not arguments.before and not arguments.after:
        raise CliError("--before, --after: give at least one of the two")
    try:
        quiet = (
            None
            if arguments.quiet is None
            else QuietHours(start=arguments.quiet[0], end=arguments.quiet[1])
        )
    except ValidationError:
        raise CliError("--quiet: must leave at least two hours of each day") from None
    try:
        return ReminderSchedule(
            before=arguments.before,
            after=arguments.after,
            max_reminders=arguments.most,
            media=arguments.media,
            quiet_hours=quiet,
            time_zone=arguments.time_zone,
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        option = "--most" if field == "max_reminders" else f"--{field.replace('_', '-')}"
        raise CliError(f"{option}: {_REMEDIES[field]}") from None


def _as_json(schedule: ReminderSchedule | None) -> object:
    if schedule is None:
        return None
    return {
        "before": [_time_text(span) for span in schedule.before],
        "after": [_time_text(span) for span in schedule.after],
        "most": schedule.max_reminders,
        "media": list(schedule.media),
        "quiet": None if schedule.quiet_hours is None else _hours(schedule.quiet_hours),
        "time_zone": schedule.time_zone,
    }


def _lines(schedule: ReminderSchedule | None) -> list[str]:
    if schedule is None:
        return ["no reminders"]
    quiet = "none" if schedule.quiet_hours is None else _hours(schedule.quiet_hours)
    return [
        f"before      {', '.join(map(_time_text, schedule.before)) or 'never'}",
        f"after       {', '.join(map(_time_text, schedule.after)) or 'never'}",
        f"most        {schedule.max_reminders or 'no maximum'}",
        f"media       {', '.join(schedule.media) or 'all that the payer has an address for'}",
        f"quiet hours {quiet}",
        f"time zone   {schedule.time_zone or 'UTC'}, for payers without a time zone",
    ]


def _time_text(span: timedelta) -> str:
    # A library user may store times with seconds, which no option has: they are shown as h:mm:ss.
    unit = next((name for name, one in _UNITS.items() if not span % one), None)
    return str(span) if unit is None else f"{span // _UNITS[unit]}{unit}"


def _hours(quiet: QuietHours) -> str:
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"
