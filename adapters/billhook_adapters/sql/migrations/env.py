"""Runs the migrations on the connection that `open_database` hands over."""

from alembic import context

from billhook_adapters.sql.tables import declared

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=declared(connection.dialect.name))
with context.begin_transaction():
    context.run_migrations()
