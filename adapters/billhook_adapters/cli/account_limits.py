"""`billhook account show` and `set`: the limits of an account against misuse of its messages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from billhook_adapters.cli.account_changes import change_account
from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billhook.model.account import Account, AccountPolicy
    from billhook.model.sms_budget import SmsBudget

_AT = "--database sqlite:///billhook.sqlite3"
_WAIT = re.compile(r"0|([0-9]{1,5})([smhd])")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_BUDGETS = {"sms_budget": "--sms", "sms_prefix_budget": "--sms-prefix"}
NO_LIMIT = "none"


def add_limit_actions(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the actions show and set; `add_parser` makes the parser of an action."""
    what = "show the limits of an account"
    show = add_parser("show", help=what, description=what)
    show.add_argument("account", metavar="ACCOUNT_ID")
    add_database(show)
    add_json(show)
    set_command(show, _show, example=f"billhook account show ACCOUNT_ID {_AT}")

    what = "set limits of an account; what is not given stays"
    setting = add_parser("set", help=what, description=what)
    setting.add_argument("account", metavar="ACCOUNT_ID")
    setting.add_argument(
        "--sms",
        choices=("on", "off"),
        help="off is the kill switch: no SMS is accepted, and none that is queued is sent",
    )
    add_countries(setting)
    for option, whose in (
        ("--sms", "of the account"),
        ("--sms-prefix", "to numbers with one prefix"),
    ):
        for period in ("hour", "day"):
            setting.add_argument(
                f"{option}-per-{period}",
                metavar="NUMBER",
                type=_limit,
                help=f"the most SMS {whose} in any {period}, or {NO_LIMIT}",
            )
    for option, between in (
        ("--resend-wait", "to one address"),
        ("--invoice-wait", "of one invoice"),
    ):
        setting.add_argument(
            option,
            metavar="TIME",
            type=_wait,
            help=f"the least time between two messages {between} by one medium, such as 1m or 0",
        )
    add_database(setting)
    add_json(setting)
    set_command(setting, _set, example=f"billhook account set ACCOUNT_ID --sms off {_AT}")


def add_countries(parser: argparse.ArgumentParser) -> None:
    """Add the options for the account's country and time zone, and the countries SMS go to."""
    parser.add_argument(
        "--time-zone",
        metavar="ZONE",
        type=_time_zone,
        help="time zone in which days are shown, such as America/Los_Angeles (default: UTC); "
        f"{NO_LIMIT} is UTC",
    )
    parser.add_argument(
        "--language",
        metavar="LANGUAGE",
        type=_language,
        help="language of messages and documents for customers who have none, such as hi or "
        f"en-IN; {NO_LIMIT} is the server's",
    )
    parser.add_argument(
        "--country",
        metavar="COUNTRY",
        type=_country,
        help="where phone numbers without a country code belong, as an ISO 3166 code such as IN; "
        f"{NO_LIMIT} takes it from each invoice",
    )
    parser.add_argument(
        "--sms-countries",
        metavar="COUNTRIES",
        help="countries to which SMS are sent, as ISO 3166 codes: IN,US; or all",
    )


def countries_of(text: str) -> tuple[str, ...] | None:
    """The countries that the option names; None is all. Raises CliError."""
    from pydantic import TypeAdapter, ValidationError

    from billhook.model.sms_budget import Countries

    if text == "all":
        return None
    try:
        return TypeAdapter[tuple[str, ...]](Countries).validate_python(tuple(text.split(",")))
    except ValidationError:
        raise CliError(
            "--sms-countries: must be all, or ISO 3166 codes of countries with phone numbers of "
            "their own, such as IN,US"
        ) from None


def _country(text: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from billhook.model.sms_budget import Countries

    try:
        TypeAdapter[tuple[str, ...]](Countries).validate_python((text,))
    except ValidationError:
        if text != NO_LIMIT:
            raise argparse.ArgumentTypeError(
                f"must be the ISO 3166 code of a country such as IN, or {NO_LIMIT}"
            ) from None
    return text


def _language(text: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from billhook.model.customer import LanguageTag

    try:
        return TypeAdapter[str](LanguageTag).validate_python(text)
    except ValidationError:
        if text != NO_LIMIT:
            raise argparse.ArgumentTypeError(
                f"must be an ISO 639 language such as hi or en-IN, or {NO_LIMIT}"
            ) from None
    return text


def _time_zone(text: str) -> str:
    from billhook_adapters.system.time_zones import known_zone

    if text != NO_LIMIT and known_zone(text) is None:
        raise argparse.ArgumentTypeError(
            f"must be the name of an IANA time zone, such as Asia/Kolkata, or {NO_LIMIT}"
        )
    return text


def _limit(text: str) -> int | str:
    if text == NO_LIMIT:
        return text
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 100_000):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 100000, or {NO_LIMIT}")
    return int(text)


def _wait(text: str) -> timedelta:
    found = _WAIT.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            "must be seconds, minutes, hours or days, such as 90s or 1m"
        )
    return timedelta(seconds=0 if found[1] is None else int(found[1]) * _UNITS[found[2]])


def _show(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
    return _print(account, as_json=arguments.json)


def _set(arguments: argparse.Namespace) -> int:
    from billhook.application.account_commands import UpdateAccount

    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
        changes = _changes(arguments, account.policy)
        if not changes.model_fields_set:
            raise CliError(
                "give at least one limit to set; `billhook account set --help` lists them"
            )
        # A budget is read and written whole; the rest is set whatever else changes.
        version = account.version if changes.model_fields_set & _BUDGETS.keys() else None
        update = UpdateAccount(
            account=account.id, policy=changes, expected_version=version, actor="cli"
        )
        change_account(backend, update)
        changed = service_over(backend).account(account.id)
    return _print(changed or account, as_json=arguments.json)


def _changes(arguments: argparse.Namespace, policy: AccountPolicy) -> AccountPolicy:
    from billhook.model.account import AccountPolicy

    changes: dict[str, object] = {
        name: getattr(arguments, name)
        for name in ("resend_wait", "invoice_wait")
        if getattr(arguments, name) is not None
    }
    for name in ("country", "time_zone", "language"):
        value = getattr(arguments, name)
        if value is not None:
            changes[name] = None if value == NO_LIMIT else value
    if arguments.sms is not None:
        changes["sms_enabled"] = arguments.sms == "on"
    if arguments.sms_countries is not None:
        changes["sms_countries"] = countries_of(arguments.sms_countries)
    for name, option in _BUDGETS.items():
        stem = option.removeprefix("--").replace("-", "_")
        given = {
            f"per_{period}": None if value == NO_LIMIT else value
            for period in ("hour", "day")
            if (value := getattr(arguments, f"{stem}_per_{period}")) is not None
        }
        if given:
            changes[name] = {**dict(getattr(policy, name)), **given}
    return AccountPolicy.model_validate(changes)


def _print(account: Account, *, as_json: bool) -> int:
    policy = account.policy
    value: Mapping[str, object] = {
        "account": account.id,
        "name": account.name,
        "country": policy.country,
        "time_zone": policy.time_zone,
        "language": policy.language,
        "sms": "on" if policy.sms_enabled else "off",
        "sms_countries": None if policy.sms_countries is None else list(policy.sms_countries),
        **{name: dict(getattr(policy, name)) for name in _BUDGETS},
        "resend_wait": policy.resend_wait.total_seconds(),
        "invoice_wait": policy.invoice_wait.total_seconds(),
    }
    countries = "all" if policy.sms_countries is None else ",".join(policy.sms_countries)
    lines = [
        f"account       {account.id}  {account.name}",
        f"country       {policy.country or '-'}",
        f"time zone     {policy.time_zone or 'UTC'}",
        f"language      {policy.language or '-'}",
        f"sms           {value['sms']}",
        f"countries     {countries}",
        f"budget        {_budget_text(policy.sms_budget)}",
        f"prefix budget {_budget_text(policy.sms_prefix_budget)}",
        f"resend wait   {policy.resend_wait}",
        f"invoice wait  {policy.invoice_wait}",
    ]
    print_result(value, lines, as_json=as_json, if_lost="`billhook account show` shows them")
    return 0


def _budget_text(budget: SmsBudget) -> str:
    hour, day = budget.per_hour or NO_LIMIT, budget.per_day or NO_LIMIT
    return f"{hour} in an hour, {day} in a day"
