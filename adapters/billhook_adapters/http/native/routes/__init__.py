"""The native API's routes, one resource a module."""

from billhook_adapters.http.native.routes import (
    account,
    contacts,
    invoices,
    messages,
    payments,
    webhooks,
)

ROUTERS = (
    invoices.router,
    invoices.put_back,
    messages.router,
    payments.router,
    contacts.router,
    account.router,
    webhooks.router,
)
