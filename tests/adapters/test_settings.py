"""Settings are read from the environment in one place; an error names its variable, no secret."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from billhook.model.customer import Medium
from billhook_adapters.composition.settings import (
    DATABASE,
    ENGINE,
    EngineName,
    SettingError,
    Settings,
    secret_key,
    settings,
)
from billhook_adapters.http.core.limits import DEFAULT_LIMITS
from billhook_adapters.sms.callbacks import Callbacks

BASE = {"BILLHOOK_DATABASE": "sqlite:///b.sqlite3"}
MAIL_FROM = {"BILLHOOK_MAIL_FROM": "bills@bill.example"}
KEY = {"BILLHOOK_SECRET_KEY": "k" * 32}


def test_a_database_is_enough() -> None:
    assert settings(BASE) == Settings(database="sqlite:///b.sqlite3")


def test_an_empty_variable_is_not_set() -> None:
    empty = {"BILLHOOK_LANGUAGE": "", "BILLHOOK_FONTS": "", "BILLHOOK_SMTP_URL": ""}
    assert settings({**BASE, **empty}) == settings(BASE)


def test_a_language_and_folders_set_what_payers_read(tmp_path: Path) -> None:
    named = {"BILLHOOK_TEMPLATES": str(tmp_path), "BILLHOOK_FONTS": str(tmp_path)}
    given = settings({**BASE, "BILLHOOK_LANGUAGE": "hi-IN", **named})
    assert (given.language, given.templates, given.fonts) == ("hi-IN", tmp_path, tmp_path)


def test_callbacks_need_a_key_and_are_beside_the_pages_unless_set() -> None:
    assert settings(BASE).callbacks is None
    keyed = {**BASE, **KEY, "BILLHOOK_BASE_URL": "https://b.example/i/"}
    assert settings(keyed).callbacks == Callbacks("https://b.example/delivery-callbacks/", "k" * 32)
    elsewhere = {**keyed, "BILLHOOK_CALLBACKS_URL": "https://in.example/in"}
    assert settings(elsewhere).callbacks == Callbacks("https://in.example/in/", "k" * 32)


def test_a_base_url_ends_in_a_slash() -> None:
    given = settings({**BASE, "BILLHOOK_BASE_URL": "https://bill.example/i"})
    assert given.base_url == "https://bill.example/i/"


def test_settings_show_no_secret() -> None:
    given = settings(
        {
            "BILLHOOK_DATABASE": "postgresql://u:hush@h/b",
            "BILLHOOK_SMS_URL": "smpp://u:hush@h?from=A",
            "BILLHOOK_SMTP_URL": "smtp://u:hush@m",
            "BILLHOOK_SECRET_KEY": "hush" * 8,
            **MAIL_FROM,
        }
    )
    assert "hush" not in repr(given)
    assert "hush" not in str(given)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "BILLHOOK_DATABASE"),
        ({"BILLHOOK_DATABASE": ""}, "BILLHOOK_DATABASE"),
        ({**BASE, "BILLHOOK_BASE_URL": "bill.example"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://bill.example"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://bill.example//"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "ftp://bill.example/"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://u:hush@bill.example/"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://bill.example/?x=hush"}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_BASE_URL": "https://b.example/" + "a" * 1024}, "BILLHOOK_BASE_URL"),
        ({**BASE, "BILLHOOK_LANGUAGE": "English"}, "BILLHOOK_LANGUAGE"),
        ({**BASE, "BILLHOOK_LANGUAGE": "xx"}, "BILLHOOK_LANGUAGE"),
        ({**BASE, "BILLHOOK_LOG_LEVEL": "LOUD"}, "BILLHOOK_LOG_LEVEL"),
        ({**BASE, "BILLHOOK_CALLBACKS_URL": "https://x.example/"}, "BILLHOOK_CALLBACKS_URL"),
        ({**BASE, **KEY, "BILLHOOK_CALLBACKS_URL": "hush"}, "BILLHOOK_CALLBACKS_URL"),
        ({**BASE, "BILLHOOK_TEMPLATES": "/nowhere"}, "BILLHOOK_TEMPLATES"),
        ({**BASE, "BILLHOOK_FONTS": "/nowhere"}, "BILLHOOK_FONTS"),
        ({**BASE, **MAIL_FROM}, "BILLHOOK_SMTP_URL"),
        ({**BASE, "BILLHOOK_SMTP_URL": "smtp://u:hush@m.example"}, "BILLHOOK_MAIL_FROM"),
        (
            {**BASE, "BILLHOOK_SMTP_URL": "smtp://m", "BILLHOOK_MAIL_FROM": "hush"},
            "BILLHOOK_MAIL_FROM",
        ),
        ({**BASE, "BILLHOOK_SECRET_KEY": "hush"}, "BILLHOOK_SECRET_KEY"),
    ],
)
def test_an_error_is_one_line_that_names_the_variable_and_no_value(
    environ: dict[str, str], name: str
) -> None:
    with pytest.raises(SettingError, match=name) as error:
        settings(environ)
    assert "hush" not in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("20/second", 0.05), ("60/minute", 1.0), ("1/hour", 3600.0), ("1/day", 86400.0)],
)
def test_a_rate_is_a_number_per_span_of_time(given: str, seconds: float) -> None:
    rate = settings({**BASE, "BILLHOOK_SMS_RATE": given}).rate_limits.of(Medium.SMS)
    assert rate is not None
    assert rate.interval.total_seconds() == seconds


@pytest.mark.parametrize("given", ["20", "0/second", "x/second", "1/year", "2000000/second", "/"])
def test_a_rate_of_another_shape_is_an_error_with_the_remedy(given: str) -> None:
    expected = "BILLHOOK_EMAIL_RATE must be a whole number a second, minute"
    with pytest.raises(SettingError, match=expected):
        settings({**BASE, "BILLHOOK_EMAIL_RATE": given})


def test_an_unknown_engine_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(SettingError, match=f"{ENGINE} must be one of embedded, procrastinate"):
        settings({**BASE, ENGINE: "celery"})


def test_procrastinate_needs_a_database_that_holds_its_jobs() -> None:
    with pytest.raises(SettingError, match=f"procrastinate needs a {DATABASE} such as postgresql"):
        settings({**BASE, ENGINE: "procrastinate"})
    given = {DATABASE: "postgresql://h/b", ENGINE: "procrastinate"}
    assert settings(given).engine is EngineName.PROCRASTINATE


@pytest.mark.parametrize(
    ("misspelled", "meant"),
    [
        ("BILLHOOK_SMPT_URL", "BILLHOOK_SMTP_URL"),
        ("BILLHOOK_SMS_RATES", "BILLHOOK_SMS_RATE"),
        ("BILLHOOK_DATABASE_URL", "BILLHOOK_DATABASE"),
        ("BILLHOOK_LOGLEVEL", "BILLHOOK_LOG_LEVEL"),
    ],
)
def test_a_misspelled_variable_is_an_error_that_names_the_nearest(
    misspelled: str, meant: str
) -> None:
    with pytest.raises(SettingError) as error:
        settings({**BASE, misspelled: "hush"})
    assert str(error.value) == f"{misspelled} is unknown; did you mean {meant}?"


@pytest.mark.parametrize(
    "name", ["BILLHOOK_PORT", "BILLHOOK_SERVICE_HOST", "BILLHOOK_PORT_8080_TCP_ADDR"]
)
def test_a_variable_that_resembles_no_setting_is_a_warning(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    # Kubernetes sets these for a service of the name billhook.
    with caplog.at_level(logging.WARNING):
        assert settings({**BASE, name: "hush", "PATH": "/bin"}) == settings(BASE)
    assert [record.getMessage() for record in caplog.records] == [f"{name} is unknown, and ignored"]


def test_the_secret_key_can_be_read_alone() -> None:
    assert secret_key(KEY) == "k" * 32
    with pytest.raises(SettingError, match="BILLHOOK_SECRET_KEY is not set; make one with"):
        secret_key({})
    with pytest.raises(SettingError, match="BILLHOOK_SECRET_KEY must have at least 16") as error:
        secret_key({"BILLHOOK_SECRET_KEY": "hush"})
    assert "hush" not in str(error.value)


def test_the_limits_of_clients_are_settings_one_each() -> None:
    assert settings(BASE).http_limits == DEFAULT_LIMITS
    given = {"BILLHOOK_HTTP_CONNECTIONS": "50", "BILLHOOK_HTTP_HEAD_SECONDS": "0.5"}
    limits = settings({**BASE, **given}).http_limits
    assert limits == DEFAULT_LIMITS._replace(connections=50, head_seconds=0.5)


@pytest.mark.parametrize("given", ["0", "-1", "100001", "1.5", "many", "nan", "1e3"])
def test_a_number_beyond_its_bounds_is_an_error_with_the_remedy(given: str) -> None:
    with pytest.raises(SettingError) as error:
        settings({**BASE, "BILLHOOK_HTTP_CONNECTIONS": given})
    assert str(error.value) == ("BILLHOOK_HTTP_CONNECTIONS must be a whole number from 1 to 100000")


def test_the_page_for_operators_has_every_limit_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "limits.md").read_text()
    for name, default in DEFAULT_LIMITS._asdict().items():
        assert f"| `BILLHOOK_HTTP_{name.upper()}` | {default} |" in page
