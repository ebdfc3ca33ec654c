"""A provider named by one URL, as operators set it.

kannel://user:password@host:13013/cgi-bin/sendsms?from=ACME&smsc=S&dlt-entity=E&dlt-template=T
kannels://...                                     the same over TLS
twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+12025550123     or from=MG...
msg91://AUTH_KEY@control.msg91.com?template=T&template-hi=U&template-en.reminder=R&header=H
smpp://user:password@host:2775?from=ACME
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from billhook_adapters.sms.kannel import KannelGateway
from billhook_adapters.sms.msg91 import Msg91Account
from billhook_adapters.sms.smpp import SmppCentre
from billhook_adapters.sms.twilio import TwilioAccount

Provider = KannelGateway | TwilioAccount | Msg91Account | SmppCentre

SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "kannel": "kannel://user:password@host:13013/cgi-bin/sendsms?from=ACME",
        "kannels": "kannels://user:password@host:13013/cgi-bin/sendsms?from=ACME",
        "twilio": "twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+12025550123",
        "msg91": "msg91://AUTH_KEY@control.msg91.com?template=TEMPLATE_ID",
        "smpp": "smpp://user:password@host:2775?from=ACME",
    }
)
_TEMPLATE = "template"


def provider(url: str) -> Provider:
    """The provider of a URL. Raises ValueError with the shape that it should have.

    >>> provider("smpp://acme:hush@smsc.example?from=ACME")
    SmppCentre(host='smsc.example', user='acme', sender='ACME', port=2775, seconds=10)
    """
    try:
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=bool(parts.query)))
        _ = parts.port
    except ValueError:
        raise ValueError(f"must be a URL such as {SHAPES['kannel']}") from None
    make = _MAKERS.get(parts.scheme)
    if make is None:
        raise ValueError(f"must begin with one of {', '.join(f'{name}://' for name in SHAPES)}")
    try:
        made = make(parts, given)
    except (KeyError, ValueError):
        made = None
    if made is None or not parts.hostname or given:
        raise ValueError(f"must have the shape {SHAPES[parts.scheme]}")
    return made


def _kannel(parts: SplitResult, given: dict[str, str]) -> KannelGateway:
    scheme = "https" if parts.scheme == "kannels" else "http"
    return KannelGateway(
        f"{scheme}://{_host(parts)}{parts.path or '/cgi-bin/sendsms'}",
        *_credentials(parts),
        sender=given.pop("from", None),
        smsc=given.pop("smsc", None),
        dlt_entity=given.pop("dlt-entity", None),
        dlt_template=given.pop("dlt-template", None),
    )


def _twilio(parts: SplitResult, given: dict[str, str]) -> TwilioAccount:
    sid, token = _credentials(parts)
    return TwilioAccount(sid, token, given.pop("from"), f"https://{_host(parts)}")


def _msg91(parts: SplitResult, given: dict[str, str]) -> Msg91Account:
    templates = {
        name.removeprefix(_TEMPLATE).removeprefix("-") or "en": given.pop(name)
        for name in list(given)
        if name.startswith(_TEMPLATE)
    }
    if not templates or not parts.username or parts.password is not None:
        raise ValueError
    return Msg91Account(
        unquote(parts.username),
        templates,
        header=given.pop("header", None),
        dlt_entity=given.pop("dlt-entity", None),
        dlt_template=given.pop("dlt-template", None),
        url=f"https://{_host(parts)}",
    )


def _smpp(parts: SplitResult, given: dict[str, str]) -> SmppCentre:
    user, password = _credentials(parts)
    port = parts.port or 2775
    return SmppCentre(parts.hostname or "", user, password, given.pop("from"), port)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    if not parts.username or not parts.password:
        raise ValueError
    return unquote(parts.username), unquote(parts.password)


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


_MAKERS: Mapping[str, Callable[[SplitResult, dict[str, str]], Provider]] = MappingProxyType(
    {"kannel": _kannel, "kannels": _kannel, "twilio": _twilio, "msg91": _msg91, "smpp": _smpp}
)
