"""The HTTP faces. Extra: `billhook[http]`."""

from billhook_adapters.extras import needs

with needs("http"):
    from billhook_adapters.http.app import build_app

__all__ = ["build_app"]
