"""Invoices in a relational database, through SQLAlchemy Core. Extra: `billhook[sql]`."""

from billhook_adapters.system.optional_dependencies import needs

with needs("sql"):
    from billhook_adapters.sql.database import open_database
    from billhook_adapters.sql.store import SqlStore

__all__ = ["SqlStore", "open_database"]
