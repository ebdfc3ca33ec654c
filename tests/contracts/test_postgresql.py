"""PostgreSQL keeps the contract of a store, and the service works over it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from billhook_adapters.sql import SqlStore
from billhook_adapters.testing.contracts import ServiceContract, StoreContract


class OnPostgresql:
    """Provides `store`, on a database without rows."""

    @pytest.fixture
    def store(self, postgresql_engine: Engine) -> SqlStore:
        return SqlStore(postgresql_engine)


class TestPostgresqlStore(OnPostgresql, StoreContract):
    pass


class TestServiceOnPostgresql(OnPostgresql, ServiceContract):
    pass
