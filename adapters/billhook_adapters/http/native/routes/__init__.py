"""The native API's routes, one resource a module."""

from billhook_adapters.http.native.routes import contacts, invoices, messages, payments

ROUTERS = (invoices.router, messages.router, payments.router, contacts.router)
