"""The names of the variables that an operator sets. Needs only the standard library."""

from __future__ import annotations

from collections.abc import Collection, Iterable

PREFIX = "BILLHOOK_"
TESTS = "BILLHOOK_TEST_"
"""Begins the variables of billhook's own tests, which no setting has."""


def variable(setting: str) -> str:
    """The variable of a setting.

    >>> variable("sms_url")
    'BILLHOOK_SMS_URL'
    """
    return PREFIX + setting.upper()


DATABASE, BASE_URL, ENGINE = map(variable, ("database", "base_url", "engine"))
SECRET_KEY, WEBHOOK_HOSTS = variable("secret_key"), variable("webhook_hosts")


def misspelled(names: Iterable[str], known: Collection[str]) -> dict[str, str | None]:
    """The unknown variables of billhook, each with the known one that was probably meant.

    >>> misspelled(["BILLHOOK_SMPT_URL", "BILLHOOK_PORT", "PATH"], ["BILLHOOK_SMTP_URL"])
    {'BILLHOOK_SMPT_URL': 'BILLHOOK_SMTP_URL', 'BILLHOOK_PORT': None}
    """
    # The prefix, which all have, would make any two of them alike.
    suffixes = [name.removeprefix(PREFIX) for name in known]
    unknown = [
        name
        for name in names
        if name.startswith(PREFIX) and not name.startswith(TESTS) and name not in known
    ]
    return {name: _nearest(name.removeprefix(PREFIX), suffixes) for name in unknown}


def _nearest(name: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches  # few environments have a variable that is unknown

    found = get_close_matches(name, known, n=1, cutoff=0.75)
    return PREFIX + found[0] if found else None
