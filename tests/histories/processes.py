"""Servers and a worker as processes that are killed and started again, and their database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from histories.mails import Mails, mail_server
from histories.proxy import Proxy
from postgresql_server import MISSING, Server, binaries

DEADLINE = 60
PRODUCT = ("-m", "billhook_adapters.cli")
DATABASES = ("sqlite", "postgresql")


class Deployment:
    """Servers, each behind a proxy, over one database; several have a worker beside them."""

    def __init__(
        self,
        url: str,
        log: Path,
        mails: Mails,
        smtp: int,
        program: Sequence[str],
        proxies: list[Proxy],
    ) -> None:
        self.mails, self.log, self.proxies = mails, log, proxies
        self._command = [sys.executable, *program]
        self._environ = {
            **os.environ,
            "BILLHOOK_DATABASE": url,
            "BILLHOOK_SMTP_URL": f"smtp+plain://127.0.0.1:{smtp}",
            "BILLHOOK_MAIL_FROM": "bills@bill.example",
        }
        create = [*self._command, "account", "create", "--name", "Acme", "--json"]
        made = subprocess.run(
            create, capture_output=True, check=True, timeout=DEADLINE, env=self._environ
        )
        key = json.loads(made.stdout)
        waits = ["--resend-wait", "0", "--invoice-wait", "0"]  # one payer gets every message
        limits = [*self._command, "account", "set", key["account"], *waits]
        subprocess.run(limits, capture_output=True, check=True, timeout=DEADLINE, env=self._environ)
        pair = f"{key['key_id']}:{key['key_secret']}".encode()
        self.authorization = f"Basic {b64encode(pair).decode()}"
        self._servers = [self._started("serve", "--port", "0") for _ in self.proxies]
        self._worker = self._started("worker") if len(proxies) > 1 else None
        for number in range(len(self.proxies)):
            self._point(number)

    def kill(self, number: int) -> None:
        """End a server, or the worker after the last one, with SIGKILL, and start it again."""
        if number == len(self.proxies):
            assert self._worker is not None
            _killed(self._worker)
            self._worker = self._started("worker")
            return
        self.proxies[number].target = None
        _killed(self._servers[number])
        self._servers[number] = self._started("serve", "--port", "0")
        self._point(number)

    def close(self) -> None:
        """End all."""
        for proxy in self.proxies:
            proxy.close()
        for process in (*self._servers, self._worker):
            if process is not None:
                _killed(process)

    def _started(self, *arguments: str) -> subprocess.Popen[str]:
        with self.log.open("ab") as errors:
            return subprocess.Popen(
                [*self._command, *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=self._environ,
            )

    def _point(self, number: int) -> None:
        stdout: Any = self._servers[number].stdout
        first = stdout.readline()
        if not first:
            raise RuntimeError(f"a server did not start:\n{self.log.read_text()[-2000:]}")
        port = int(first.partition(";")[0].rpartition(":")[2])
        with closing(HTTPConnection("127.0.0.1", port, timeout=DEADLINE)) as connection:
            # What a server loads at its first request takes long.
            connection.request(
                "GET", "/api/invoices", headers={"Authorization": self.authorization}
            )
            connection.getresponse().read()
        self.proxies[number].target = port


def _killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=DEADLINE)


@contextmanager
def deployed(
    database: str, program: Sequence[str], seed: int, *, servers: int
) -> Generator[Deployment]:
    """A deployment over a new database of this kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="histories-")))
        url = f"sqlite:///{folder}/billhook.sqlite3"
        if database == "postgresql":
            found = binaries()
            if found is None:
                raise RuntimeError(MISSING)
            server = Server(found, durable=True)
            stack.callback(server.remove)
            server.start()
            url = server.url()
        mails, port = stack.enter_context(mail_server())
        proxies = [Proxy(f"{seed}-{number}") for number in range(servers)]
        deployment = Deployment(url, folder / "log", mails, port, program, proxies)
        stack.callback(deployment.close)
        yield deployment
