"""`billhook reminder`: an account's schedule is set, shown and taken away by the operator."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from returns.result import Failure
from sqlalchemy import Engine

from billhook.application.records import PendingWrites
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import NotStored
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.reminder_schedule import QuietHours, ReminderSchedule
from billhook_adapters.sql import SqlStore
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.testing import an_account

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FULL = ("--before", "3d,12h", "--after", "0d,90m", "--most", "4", "--media", "sms,email")
FULL += ("--quiet", "21:00-08:30", "--time-zone", "Asia/Kolkata")
SCHEDULE = ReminderSchedule(
    before=[12 * HOUR, 3 * DAY],
    after=[0 * DAY, 1.5 * HOUR],
    max_reminders=4,
    media=[Medium.EMAIL, Medium.SMS],
    quiet_hours=QuietHours(start=time(21), end=time(8, 30)),
    time_zone="Asia/Kolkata",
)
OUTPUT = {
    "before": ["12h", "3d"],
    "after": ["0d", "90m"],
    "most": 4,
    "media": ["email", "sms"],
    "quiet": "21:00-08:30",
    "time_zone": "Asia/Kolkata",
}


def _policy(engine: Engine) -> Any:
    (listed,) = SqlAccounts(engine).listed()
    return listed.account.policy


def test_a_schedule_is_set_shown_and_stopped(
    billhook: Any, acme: Any, url: str, engine: Engine
) -> None:
    before = _policy(engine)
    account, at = acme["account"], ("--database", url)
    assert billhook("reminder", "set", account, *FULL, *at, "--json").json == OUTPUT
    assert _policy(engine) == before.model_copy(update={"reminders": SCHEDULE})
    assert billhook("reminder", "show", account, *at, "--json").json == OUTPUT
    assert billhook("reminder", "show", account, *at).out == (
        "before      12h, 3d\n"
        "after       0d, 90m\n"
        "most        4\n"
        "media       email, sms\n"
        "quiet hours 21:00-08:30\n"
        "time zone   Asia/Kolkata, for payers without a time zone\n"
    )
    assert billhook("reminder", "stop", account, *at).out == "no reminders\n"
    assert _policy(engine) == before
    assert billhook("reminder", "show", account, *at).out == "no reminders\n"
    assert billhook("reminder", "show", account, *at, "--json").json is None


def test_the_shortest_schedule_is_one_length(billhook: Any, acme: Any, url: str) -> None:
    ran = billhook("reminder", "set", acme["account"], "--before", "1d", "--database", url)
    assert ran.out.splitlines()[1:] == [
        "after       never",
        "most        no maximum",
        "media       all that the payer has an address for",
        "quiet hours none",
        "time zone   UTC, for payers without a time zone",
    ]


def test_what_no_option_can_say_is_shown_as_it_is(
    billhook: Any, acme: Any, url: str, engine: Engine
) -> None:
    account = an_account(acme["account"], reminders=ReminderSchedule(after=[timedelta(seconds=90)]))
    with SqlStore(engine).transaction() as transaction:
        transaction.save(PendingWrites(accounts={AccountId(acme["account"]): account}))
    shown = billhook("reminder", "show", account.id, "--database", url, "--json").json
    assert shown["after"] == ["0:01:30"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), "--before, --after: give at least one of the two"),
        (("--before", "3 days"), "argument --before: must be days, hours or minutes, such as 3d"),
        (("--before", ""), "argument --before: must be days, hours or minutes, such as 3d"),
        (("--before", "0d"), "--before: must be at most 20 times, each longer than 0"),
        (("--after", "367d"), "--after: must be at most 20 times of up to 366 days"),
        (("--after", ",".join(f"{n}h" for n in range(21))), "--after: must be at most 20 times"),
        (("--after", "1d", "--most", "0"), "--most: must be a whole number, 1 or more"),
        (("--after", "1d", "--media", "fax"), "--media: must be sms, email or sms,email"),
        (("--after", "1d", "--quiet", "9-5"), "argument --quiet: must be two times of day"),
        (("--after", "1d", "--quiet", "24:00-08:00"), "argument --quiet: must be two times"),
        (("--after", "1d", "--quiet", "08:00-08:00"), "--quiet: must leave at least two hours"),
        (
            ("--after", "1d", "--time-zone", "Asia/Atlantis"),
            "--time-zone: must be the name of an IANA time zone",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_option_and_the_remedy(
    billhook: Any, acme: Any, url: str, engine: Engine, given: tuple[str, ...], words: str
) -> None:
    ran = billhook("reminder", "set", acme["account"], *given, "--database", url)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err
    assert _policy(engine).reminders is None


@pytest.mark.parametrize("action", [("set", "--after", "1d"), ("show",), ("stop",)])
@pytest.mark.parametrize("account", ["acc_unknown", "no id", "\0"])
def test_an_unknown_account_is_named_with_the_remedy(
    billhook: Any, acme: Any, url: str, action: tuple[str, ...], account: str
) -> None:
    ran = billhook("reminder", action[0], account, *action[1:], "--database", url)
    assert (ran.status, ran.out) == (1, "")
    assert "ACCOUNT_ID: there is no such account" in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ("reminder", "set", "--after", "1d"),
        ("reminder", "stop"),
        ("payment-instructions", "set", "--upi", "acme@okbank"),
        ("contact", "suppress", "ravi@example.com"),
    ],
)
def test_a_failed_update_is_reported_with_its_own_error(
    billhook: Any, acme: Any, url: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(InvoiceService, "execute", lambda *_: Failure(NotStored()))
    program, action, *options = command
    ran = billhook(program, action, acme["account"], *options, "--database", url)
    assert (ran.status, ran.out) == (1, "")
    assert "the database failed, and nothing was stored; try again" in ran.err
    assert "no such account" not in ran.err
