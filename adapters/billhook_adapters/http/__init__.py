"""The HTTP faces. Extra: `billhook[http]`."""

from billhook_adapters.http.app import build_app

__all__ = ["build_app"]
