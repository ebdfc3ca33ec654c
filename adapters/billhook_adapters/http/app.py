"""The one ASGI application; each dialect brings its own routes and its own words."""

from __future__ import annotations

from starlette.applications import Starlette

from billhook.desk.desk import Desk
from billhook_adapters.http.razorpay.routes import exception_handlers, routes
from billhook_adapters.keys import Keyring


def build_app(desk: Desk, keys: Keyring) -> Starlette:
    """The application over a desk; callers are who their API keys say.

    Serve it with any ASGI server. It keeps no state of its own.
    """
    app = Starlette(routes=routes, exception_handlers=exception_handlers)
    app.router.redirect_slashes = False  # the vendor's SDKs do not follow redirects
    app.state.desk, app.state.keys = desk, keys
    return app
