"""The native API's routes, one resource a module."""

from billhook_adapters.http.native.routes import (
    account,
    contacts,
    e_invoices,
    explanations,
    invoices,
    messages,
    payments,
    webhooks,
)

ROUTERS = (
    invoices.router,
    invoices.put_back,
    e_invoices.router,
    explanations.router,
    messages.router,
    payments.router,
    contacts.router,
    account.router,
    webhooks.router,
)
