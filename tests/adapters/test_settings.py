"""What an operator sets is read once, and refused by the name of its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook.model.customer import Medium
from billhook_adapters.composition.settings import (
    DATABASE,
    EMAIL_RATE,
    ENGINE,
    SMS_RATE,
    EngineName,
    SettingError,
    Settings,
    settings,
)
from billhook_adapters.email import SmtpServer
from billhook_adapters.sms.callbacks import Callbacks

BASE = {"BILLHOOK_DATABASE": "sqlite:///b.sqlite3"}
MAIL = {**BASE, "BILLHOOK_MAIL_FROM": "bills@bill.example"}


def test_a_database_is_enough() -> None:
    assert settings(BASE) == Settings("sqlite:///b.sqlite3", "http://127.0.0.1/i/")


def test_what_payers_read_is_settled_by_a_language_and_folders(tmp_path: Path) -> None:
    named = {"BILLHOOK_TEMPLATES": str(tmp_path), "BILLHOOK_FONTS": str(tmp_path)}
    given = settings({**BASE, "BILLHOOK_LANGUAGE": "hi-IN", **named})
    assert (given.language, given.templates, given.fonts) == ("hi-IN", tmp_path, tmp_path)
    assert settings({**BASE, "BILLHOOK_LANGUAGE": "", "BILLHOOK_FONTS": ""}) == settings(BASE)


def test_receipts_come_in_beside_the_pages_unless_there_is_another_way() -> None:
    assert settings(BASE).callbacks is None
    keyed = {**BASE, "BILLHOOK_SECRET_KEY": "k" * 32, "BILLHOOK_BASE_URL": "https://b.example/i/"}
    assert settings(keyed).callbacks == Callbacks("https://b.example/delivery-callbacks/", "k" * 32)
    elsewhere = {**keyed, "BILLHOOK_CALLBACKS_URL": "https://in.example/told"}
    assert settings(elsewhere).callbacks == Callbacks("https://in.example/told/", "k" * 32)
    given = settings({**BASE, "BILLHOOK_SMS_URL": "smpp://u:hush@h?from=A"})
    assert given.sms_url == "smpp://u:hush@h?from=A"
    assert "hush" not in repr(given)


def test_a_base_url_ends_in_a_slash() -> None:
    given = settings({**BASE, "BILLHOOK_BASE_URL": "https://bill.example/i"})
    assert given.base_url == "https://bill.example/i/"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, "starttls")),
        ("smtps://mail.example", SmtpServer("mail.example", 465, "tls")),
        ("smtp+plain://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, "none")),
        (
            "smtp://us%40er:p%3Ass@mail.example:25",
            SmtpServer("mail.example", 25, "starttls", "us@er", "p:ss"),
        ),
    ],
)
def test_mail_goes_where_the_url_says(url: str, server: SmtpServer) -> None:
    given = settings({**MAIL, "BILLHOOK_SMTP_URL": url})
    assert given.mail == (server, "bills@bill.example")
    assert "p:ss" not in repr(given)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "BILLHOOK_DATABASE"),
        ({**BASE, "BILLHOOK_BASE_URL": "bill.example"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "ftp://bill.example/"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://u:hush@bill.example/"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://bill.example/?x=hush"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://b.example/" + "a" * 1024}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_LANGUAGE": "English"}, "BILLHOOK_LANGUAGE"),
        ({**BASE, "BILLHOOK_LANGUAGE": "xx"}, "BILLHOOK_LANGUAGE"),
        ({**BASE, "BILLHOOK_CALLBACKS_URL": "https://x.example/"}, "BILLHOOK_CALLBACKS_URL"),
        ({**BASE, "BILLHOOK_TEMPLATES": "/nowhere"}, "BILLHOOK_TEMPLATES"),
        ({**BASE, "BILLHOOK_FONTS": "/nowhere"}, "BILLHOOK_FONTS"),
        (MAIL, "BILLHOOK_SMTP_URL"),
        ({**BASE, "BILLHOOK_SMTP_URL": "smtp://u:hush@m.example"}, "BILLHOOK_MAIL_FROM"),
        (
            {**BASE, "BILLHOOK_SMTP_URL": "smtp://m", "BILLHOOK_MAIL_FROM": "hush"},
            "BILLHOOK_MAIL_FROM",
        ),
        ({**MAIL, "BILLHOOK_SMTP_URL": "http://u:hush@m.example"}, "BILLHOOK_SMTP_URL"),
        ({**MAIL, "BILLHOOK_SMTP_URL": "smtp://u:hush@m.example:x"}, "BILLHOOK_SMTP_URL"),
        ({**MAIL, "BILLHOOK_SMTP_URL": "smtp://"}, "BILLHOOK_SMTP_URL"),
        ({**BASE, "BILLHOOK_SECRET_KEY": "hush"}, "BILLHOOK_SECRET_KEY"),
    ],
)
def test_a_wrong_setting_is_named_and_never_repeated(environ: dict[str, str], name: str) -> None:
    with pytest.raises(SettingError, match=name) as refused:
        settings(environ)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("20/second", 0.05), ("60/minute", 1.0), ("1/hour", 3600.0), ("1/day", 86400.0)],
)
def test_a_rate_is_so_many_a_length_of_time(given: str, seconds: float) -> None:
    rate = settings({**BASE, SMS_RATE: given}).rate_limits.of(Medium.SMS)
    assert rate is not None
    assert rate.interval.total_seconds() == seconds


@pytest.mark.parametrize("given", ["20", "0/second", "x/second", "1/year", "2000000/second", "/"])
def test_a_rate_of_another_shape_is_refused_with_the_remedy(given: str) -> None:
    with pytest.raises(SettingError, match=f"{EMAIL_RATE} must be a whole number a second, minute"):
        settings({**BASE, EMAIL_RATE: given})


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match=f"{ENGINE} must be one of embedded, procrastinate"):
        settings({**BASE, ENGINE: "celery"})


def test_jobs_need_a_database_that_holds_them() -> None:
    with pytest.raises(SettingError, match=f"procrastinate needs a {DATABASE} such as postgresql"):
        settings({**BASE, ENGINE: "procrastinate"})
    given = {DATABASE: "postgresql://h/b", ENGINE: "procrastinate"}
    assert settings(given).engine is EngineName.PROCRASTINATE
