"""One server process with short times, and one service in this process, for all attacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks.in_process import InProcess
from attacks.serving import Credentials, Served, head, opened

SHORT = {"BILLHOOK_HTTP_HEAD_SECONDS": "0.3", "BILLHOOK_HTTP_BODY_SECONDS": "0.3"}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attacks")


@pytest.fixture(scope="session")
def credentials(folder: Path) -> Credentials:
    return opened(f"sqlite:///{folder}/billhook.sqlite3")


@pytest.fixture(scope="session")
def server(folder: Path, credentials: Credentials) -> Iterator[Served]:
    database = f"sqlite:///{folder}/billhook.sqlite3"
    with Served(database, folder / "log", SHORT) as served:
        for path in ("/api/invoices", "/v1/invoices", "/invoices/"):
            # What a process loads at first use is no memory that an attack takes.
            served.ask(head("POST", path, credentials.basic, b"Content-Length: 2\r\n\r\n"), b"{}")
        yield served


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    service = InProcess(tmp_path_factory.mktemp("service"))
    yield service
    service.close()
