"""What an operator sets in the environment, read and refused in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote, urlsplit

from billhook.model.customer import email_address
from billhook.model.rate_limits import UNLIMITED, RateLimit, RateLimits
from billhook_adapters.email import SmtpServer
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.webhooks.secret_box import SHORTEST, TOO_SHORT

DATABASE, BASE_URL = "BILLHOOK_DATABASE", "BILLHOOK_BASE_URL"
SMS_URL, CALLBACKS_URL = "BILLHOOK_SMS_URL", "BILLHOOK_CALLBACKS_URL"
SMTP_URL, MAIL_FROM = "BILLHOOK_SMTP_URL", "BILLHOOK_MAIL_FROM"
LOG_LEVEL = "BILLHOOK_LOG_LEVEL"
ENGINE = "BILLHOOK_ENGINE"
LANGUAGE, TEMPLATES, FONTS = "BILLHOOK_LANGUAGE", "BILLHOOK_TEMPLATES", "BILLHOOK_FONTS"
SMS_RATE, EMAIL_RATE = "BILLHOOK_SMS_RATE", "BILLHOOK_EMAIL_RATE"
SECRET_KEY = "BILLHOOK_SECRET_KEY"  # noqa: S105  # the name of a variable, not what it holds

_SECURITY: Mapping[str, Literal["starttls", "tls", "none"]] = MappingProxyType(
    {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}
)
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_PHRASES = Path(__file__).parents[1] / "documents" / "phrases"
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


class EngineName(StrEnum):
    """What delivers messages."""

    EMBEDDED = "embedded"
    """A loop in the process, on any database."""
    PROCRASTINATE = "procrastinate"
    """Jobs in PostgreSQL, taken by any number of `billhook worker`."""


class SettingError(ValueError):  # the setting is wrong, not the program
    """A variable holds what cannot be used; the text names it and the remedy, never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service is to run."""

    database: str = field(repr=False)
    base_url: str
    """What short URLs begin with, up to their last slash."""
    mail: tuple[SmtpServer, str] | None = field(default=None, repr=False)
    """The server that e-mail is handed to, and the address that it is sent from."""
    secret_key: str | None = field(default=None, repr=False)
    """What the secrets of webhooks are sealed under."""
    log_level: str = "INFO"
    engine: EngineName = EngineName.EMBEDDED
    rate_limits: RateLimits = UNLIMITED
    """How fast the messages of all accounts together may go out."""
    language: str = "en"
    """What payers read of whom nothing is known."""
    templates: Path | None = None
    """Templates of the operator's own."""
    fonts: Path | None = None
    """Fonts of the operator's own, for PDFs."""
    sms_url: str | None = field(default=None, repr=False)
    """The provider that SMS are handed to."""
    callbacks: Callbacks | None = None
    """Where providers tell what became of messages, if they are asked to."""


def settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises SettingError.

    >>> settings({"BILLHOOK_DATABASE": "sqlite:///b.sqlite3"}).base_url
    'http://127.0.0.1/i/'
    """
    if DATABASE not in environ:
        raise SettingError(f"{DATABASE} is not set; give a URL such as sqlite:///billhook.sqlite3")
    return Settings(
        environ[DATABASE],
        _base_url(environ),
        _mail(environ),
        _secret_key(environ),
        _log_level(environ),
        _engine(environ),
        RateLimits(sms=_rate(environ, SMS_RATE), email=_rate(environ, EMAIL_RATE)),
        _language(environ),
        _folder(environ, TEMPLATES),
        _folder(environ, FONTS),
        environ.get(SMS_URL) or None,
        _callbacks(environ),
    )


def _base_url(environ: Mapping[str, str]) -> str:
    return _url(environ.get(BASE_URL, "http://127.0.0.1/i/"), BASE_URL)


def _url(url: str, name: str) -> str:
    parts = urlsplit(url)
    plain = not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or len(url) > 1024:
        raise SettingError(f"{name} must be a URL such as https://bill.example/i/")
    return url if url.endswith("/") else f"{url}/"


def _secret_key(environ: Mapping[str, str]) -> str | None:
    key = environ.get(SECRET_KEY) or None
    if key is not None and len(key) < SHORTEST:
        raise SettingError(f"{SECRET_KEY} {TOO_SHORT}")
    return key


def _log_level(environ: Mapping[str, str]) -> str:
    level = environ.get(LOG_LEVEL, "INFO")
    if level not in _LEVELS:
        raise SettingError(f"{LOG_LEVEL} must be one of {', '.join(_LEVELS)}")
    return level


def _engine(environ: Mapping[str, str]) -> EngineName:
    try:
        engine = EngineName(environ.get(ENGINE, EngineName.EMBEDDED))
    except ValueError:
        raise SettingError(f"{ENGINE} must be one of {', '.join(EngineName)}") from None
    if engine is EngineName.PROCRASTINATE and not environ[DATABASE].startswith("postgresql:"):
        raise SettingError(f"{ENGINE} procrastinate needs a {DATABASE} such as postgresql://...")
    return engine


def _rate(environ: Mapping[str, str], name: str) -> RateLimit | None:
    given = environ.get(name)
    if not given:
        return None
    most, _, span = given.partition("/")
    try:
        return RateLimit(most=int(most), within=_SPANS[span])
    except (KeyError, ValueError):
        raise SettingError(
            f"{name} must be a whole number a {', '.join(_SPANS)}, such as 20/second"
        ) from None


def _callbacks(environ: Mapping[str, str]) -> Callbacks | None:
    """Below `/delivery_reports/` of the host that pages are on, unless there is another way in."""
    url, key = environ.get(CALLBACKS_URL), environ.get(SECRET_KEY)
    if not key:
        if url:
            raise SettingError(
                f"{CALLBACKS_URL} needs {SECRET_KEY}, under which its URLs are signed"
            )
        return None
    if url is None:
        parts = urlsplit(_base_url(environ))
        url = f"{parts.scheme}://{parts.netloc}/delivery-callbacks/"
    return Callbacks(_url(url, CALLBACKS_URL), key) if url else None


def _language(environ: Mapping[str, str]) -> str:
    tag = environ.get(LANGUAGE) or "en"
    spoken = sorted(path.stem for path in _PHRASES.glob("*.toml"))
    if _TAG.fullmatch(tag) is None or tag.partition("-")[0] not in spoken:
        raise SettingError(
            f"{LANGUAGE} must be one of {', '.join(spoken)}, maybe with a region, such as en-IN"
        )
    return tag


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    given = environ.get(name)
    if not given:
        return None
    folder = Path(given)
    if not folder.is_dir():
        raise SettingError(f"{name} must be a folder that is there")
    return folder


def _mail(environ: Mapping[str, str]) -> tuple[SmtpServer, str] | None:
    url, sender = environ.get(SMTP_URL), environ.get(MAIL_FROM)
    if url is None and sender is None:
        return None
    if url is None or sender is None:
        raise SettingError(f"{SMTP_URL} and {MAIL_FROM} go together; set both, or neither")
    try:
        sender = email_address(sender)
    except ValueError:
        raise SettingError(f"{MAIL_FROM} must be one address, such as bills@bill.example") from None
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port, parts = "", None, None, urlsplit("")
    if scheme not in _SECURITY or not host:
        raise SettingError(
            f"{SMTP_URL} must be smtp://user:password@host:587 (STARTTLS), smtps://... (TLS), or "
            "smtp+plain://host for a server on the same machine"
        )
    server = SmtpServer(
        host,
        port or _PORTS[scheme],
        _SECURITY[scheme],
        parts.username and unquote(parts.username),
        parts.password and unquote(parts.password),
    )
    return server, sender
