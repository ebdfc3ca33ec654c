"""The HTTP faces. The vendors' dialects need only the core; more comes with `billhook[http]`."""

from billhook_adapters.http.app import build_app

__all__ = ["build_app"]
