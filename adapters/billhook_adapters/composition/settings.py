"""What an operator sets in the environment, read and checked here and nowhere else."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from billhook.model.addresses import email_address
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook_adapters.composition.variables import (
    BASE_URL,
    DATABASE,
    ENGINE,
    SECRET_KEY,
    WEBHOOK_HOSTS,
    misspelled,
    variable,
)
from billhook_adapters.http.core.limits import DEFAULT_LIMITS, HttpLimits
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.system.secret_key import HOW_TO_MAKE, strong
from billhook_adapters.webhooks.allowed_hosts import NO_HOSTS, AllowedHosts, allowed_hosts

__all__ = ["BASE_URL", "DATABASE", "ENGINE", "SECRET_KEY", "SettingError", "Settings", "settings"]

_log = logging.getLogger(__name__)

QUEUE_NEEDED = f"{ENGINE} procrastinate needs a {DATABASE} such as postgresql://..."
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_SWITCHES = {"yes": True, "no": False}
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_PHRASES = Path(__file__).parents[1] / "documents" / "phrases"

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class EngineName(StrEnum):
    """What delivers messages."""

    EMBEDDED = "embedded"
    """A loop in the process, on any database."""
    PROCRASTINATE = "procrastinate"
    """Jobs in PostgreSQL, taken by any number of `billhook worker`."""


class Deliverer(StrEnum):
    """What runs the embedded engine."""

    SERVER = "server"
    """Each server, beside the requests that it serves."""
    WORKERS = "workers"
    """`billhook worker` alone: a server only stores what is to be sent."""


class SettingError(ValueError):
    """A variable holds what cannot be used: one line that names it and the remedy, no secret."""


def _url(url: str) -> str:
    parts = urlsplit(url)
    plain = not (parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or len(url) > 1024:
        raise ValueError("must be a URL such as https://bill.example/i/")
    return url if url.endswith("/") else f"{url}/"


def page_url(url: str) -> str:
    """What short URLs begin with, if it is a URL with a path; it ends in a slash.

    Raises ValueError otherwise: below the root there would be no pages, and all links were dead.

    >>> page_url("https://bill.example/i")
    'https://bill.example/i/'
    """
    if not urlsplit(checked := _url(url)).path.rstrip("/"):
        raise ValueError(
            "must have a path, below which the pages of invoices are, such as "
            "https://bill.example/i/"
        )
    return checked


def _address(address: str) -> str:
    try:
        return email_address(address)
    except ValueError:
        raise ValueError("must be one address, such as bills@bill.example") from None


def _log_level(level: str) -> str:
    if level not in get_args(LogLevel):
        raise ValueError(f"must be one of {', '.join(get_args(LogLevel))}")
    return level


def _engine(name: str) -> str:
    if name not in set(EngineName):
        raise ValueError(f"must be one of {', '.join(EngineName)}")
    return name


def _delivery(name: str) -> str:
    if name not in set(Deliverer):
        raise ValueError(f"must be one of {', '.join(Deliverer)}")
    return name


def _rate(text: str) -> RateLimit:
    most, _, span = text.partition("/")
    try:
        return RateLimit(most=int(most), within=_SPANS[span])
    except (KeyError, ValueError):
        raise ValueError(
            f"must be a whole number a {', '.join(_SPANS)}, such as 20/second"
        ) from None


def _switch(text: object) -> bool:
    if text not in _SWITCHES:
        raise ValueError(f"must be one of {', '.join(_SWITCHES)}")
    return _SWITCHES[str(text)]


def _language(tag: str) -> str:
    written = sorted(path.stem for path in _PHRASES.glob("*.toml"))
    if _TAG.fullmatch(tag) is None or tag.partition("-")[0] not in written:
        raise ValueError(
            f"must be one of {', '.join(written)}, optionally with a region, such as en-IN"
        )
    return tag


def _folder(name: str) -> Path:
    folder = Path(name)
    if not folder.is_dir():
        raise ValueError("must be a folder that exists")
    return folder


def _proxies(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(one)) for one in text.split())
    except ValueError:
        raise ValueError(
            "must be addresses or networks, separated by spaces, such as 10.0.0.5 10.1.0.0/16; "
            "a network is given by its first address"
        ) from None


def _hosts(text: str) -> frozenset[tuple[str, int]]:
    hosts: set[tuple[str, int]] = set()
    for one in text.split():
        try:
            hosts |= set(allowed_hosts(one))
        except ValueError as error:
            raise ValueError(f"{error}; several are separated by spaces") from None
    return frozenset(hosts)


def _from(least: float, most: float) -> BeforeValidator:
    """Takes numbers from `least` to `most`, whole ones where both are whole."""
    is_whole = isinstance(least, int)

    def checked(text: object) -> float:
        try:
            number = int(str(text)) if is_whole else float(str(text))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            kind = "whole number" if is_whole else "number"
            raise ValueError(f"must be a {kind} from {least} to {most}")
        return number

    return BeforeValidator(checked)


Seconds = Annotated[float, _from(0.1, 3600.0)]
Url = Annotated[str, AfterValidator(_url)]
PageUrl = Annotated[str, AfterValidator(page_url)]
Rate = Annotated[RateLimit, BeforeValidator(_rate)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Hosts = Annotated[frozenset[tuple[str, int]], BeforeValidator(_hosts)]
Proxies = Annotated[tuple[str, ...], BeforeValidator(_proxies)]


Switch = Annotated[bool, BeforeValidator(_switch)]


class Settings(BaseModel):
    """How a service is to run: `sms_url` is the variable BILLHOOK_SMS_URL, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database: str = Field(repr=False)
    """The URL of the database; its scheme names the backend."""
    base_url: PageUrl = "http://127.0.0.1/i/"
    """What short URLs begin with, up to their last slash."""
    smtp_url: str | None = Field(default=None, repr=False)
    """The provider that e-mails are handed to; its scheme names the sender."""
    mail_from: Annotated[str, AfterValidator(_address)] | None = None
    """The address that e-mails are sent from."""
    sms_url: str | None = Field(default=None, repr=False)
    """The provider that SMS are handed to; its scheme names the sender."""
    secret_key: Annotated[str, AfterValidator(strong)] | None = Field(default=None, repr=False)
    """Encrypts the secrets of webhooks, and signs the URLs of delivery callbacks."""
    callbacks_url: Url | None = None
    """Where providers report deliveries; at `/delivery-callbacks/` beside `base_url` unless set."""
    log_level: Annotated[LogLevel, BeforeValidator(_log_level)] = "INFO"
    engine: Annotated[EngineName, BeforeValidator(_engine)] = EngineName.EMBEDDED
    delivery: Annotated[Deliverer, BeforeValidator(_delivery)] = Deliverer.SERVER
    """What runs the embedded engine: each server, or workers alone."""
    sms_rate: Rate | None = None
    email_rate: Rate | None = None
    """How fast the messages of all accounts together may go out, such as 20/second."""
    sms_enabled: Switch = True
    """Whether SMS are accepted and sent; `no` is the kill switch of the whole service."""
    apis: str = ""
    """The APIs to serve, separated by spaces, each as `--api` takes it; all unless set."""
    language: Annotated[str, AfterValidator(_language)] = "en"
    """The language of payers whose own is unknown."""
    trusted_proxies: Proxies = ("127.0.0.1/32", "::1/128")
    """The proxies whose X-Forwarded-For names the client; those on this machine unless set."""
    webhook_hosts: Hosts = frozenset(NO_HOSTS)
    """Hosts of a private network that webhooks may be posted to, also by http: shop:9000."""
    templates: Folder | None = None
    """A folder with the operator's own templates."""
    fonts: Folder | None = None
    """A folder with the operator's own fonts, for PDFs."""
    http_head_bytes: Annotated[int, _from(1024, 2**20)] = DEFAULT_LIMITS.head_bytes
    http_head_fields: Annotated[int, _from(10, 1000)] = DEFAULT_LIMITS.head_fields
    http_target_bytes: Annotated[int, _from(256, 2**16)] = DEFAULT_LIMITS.target_bytes
    http_head_seconds: Seconds = DEFAULT_LIMITS.head_seconds
    http_idle_seconds: Seconds = DEFAULT_LIMITS.idle_seconds
    http_body_seconds: Seconds = DEFAULT_LIMITS.body_seconds
    http_body_rate: Annotated[int, _from(1, 2**20)] = DEFAULT_LIMITS.body_rate
    http_connections: Annotated[int, _from(1, 100_000)] = DEFAULT_LIMITS.connections
    http_connections_per_peer: Annotated[int, _from(1, 100_000)] = (
        DEFAULT_LIMITS.connections_per_peer
    )
    """How much of one server process clients may take, as `HttpLimits` describes it."""

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError(
                f"{variable('smtp_url')} and {variable('mail_from')} go together; set both, "
                "or neither"
            )
        if self.callbacks_url is not None and self.secret_key is None:
            raise ValueError(
                f"{variable('callbacks_url')} needs {SECRET_KEY}, under which its URLs are signed"
            )
        if self.engine is EngineName.PROCRASTINATE and not self.database.startswith("postgresql"):
            raise ValueError(QUEUE_NEEDED)
        return self

    @property
    def http_limits(self) -> HttpLimits:
        """How much of one server process clients may take."""
        return HttpLimits(**{name: getattr(self, f"http_{name}") for name in HttpLimits._fields})

    @property
    def logs_requests(self) -> bool:
        """Whether each request is written into the log."""
        return self.log_level in ("DEBUG", "INFO")

    @property
    def server_delivers(self) -> bool:
        """Whether a server delivers messages itself."""
        return self.engine is EngineName.EMBEDDED and self.delivery is Deliverer.SERVER

    @property
    def rate_limits(self) -> RateLimits:
        """How fast the messages of all accounts together may go out."""
        return RateLimits(sms=self.sms_rate, email=self.email_rate)

    @property
    def callbacks(self) -> Callbacks | None:
        """Where providers report deliveries; None without a key to sign the URLs."""
        if self.secret_key is None:
            return None
        parts = urlsplit(self.base_url)
        beside = f"{parts.scheme}://{parts.netloc}/delivery-callbacks/"
        return Callbacks(self.callbacks_url or beside, self.secret_key)


VARIABLES = {variable(name): name for name in Settings.model_fields}
"""The setting of each variable."""


def settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment; an empty variable counts as not set. Raises SettingError.

    A variable that is unknown and spelled nearly as a known one is an error: a service that
    ignored BILLHOOK_SMS_RATES would send without a limit. Any other unknown one is a warning:
    Kubernetes adds BILLHOOK_PORT and the like by itself, and later versions know more.

    >>> settings({"BILLHOOK_DATABASE": "sqlite:///b.sqlite3"}).base_url
    'http://127.0.0.1/i/'
    """
    for name, nearest in misspelled(environ, VARIABLES).items():
        if nearest is not None:
            raise SettingError(f"{name} is unknown; did you mean {nearest}?")
        _log.warning("%s is unknown, and ignored", name)
    if not environ.get(DATABASE):
        raise SettingError(f"{DATABASE} is not set; give a URL such as sqlite:///billhook.sqlite3")
    return _validated({one: environ[name] for name, one in VARIABLES.items() if environ.get(name)})


def secret_key(environ: Mapping[str, str]) -> str:
    """BILLHOOK_SECRET_KEY alone. Raises SettingError where it is not set or too short."""
    key = environ.get(SECRET_KEY)
    if not key:
        raise SettingError(f"{SECRET_KEY} is not set; {HOW_TO_MAKE}")
    try:
        return strong(key)
    except ValueError as error:
        raise SettingError(f"{SECRET_KEY} {error}") from None


def webhook_hosts(environ: Mapping[str, str]) -> AllowedHosts:
    """BILLHOOK_WEBHOOK_HOSTS alone. Raises SettingError where it names what is no host."""
    try:
        return _hosts(environ.get(WEBHOOK_HOSTS, ""))
    except ValueError as error:
        raise SettingError(f"{WEBHOOK_HOSTS} {error}") from None


def _validated(values: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        reason = str(first.get("ctx", {}).get("error", first["msg"]))
        name = variable(str(first["loc"][0])) + " " if first["loc"] else ""
    raise SettingError(name + reason)
