"""The native API: the whole desk over HTTP, in the domain's own words. Extra: `billhook[http]`."""

from billhook_adapters.system.optional_dependencies import needs

with needs("http"):
    from billhook_adapters.http.native.api import TEMPLATES, native_api

__all__ = ["TEMPLATES", "native_api"]
