"""Which requests a page of another site may have sent: those that change something are refused."""

from __future__ import annotations

from urllib.parse import urlsplit

from billhook_adapters.http.core.request import Request

_OWN = ("same-origin", "none")


def is_cross_site(request: Request) -> bool:
    """Whether the browser says that a page of another origin sent the request.

    By Sec-Fetch-Site where the browser sends it, which it does over HTTPS and to this machine; else
    by Origin, which must name the host of the request. A program that is no browser sends neither.
    """
    site = request.header(b"sec-fetch-site")
    if site is not None:
        return site not in _OWN
    origin, host = request.header(b"origin"), request.header(b"host") or ""
    return origin is not None and _host(origin) != host.lower()


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:  # brackets that are not closed
        return None
