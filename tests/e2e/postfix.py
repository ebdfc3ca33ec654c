"""A Postfix of its own: STARTTLS, mailboxes, a route to a server that refuses, and no way out."""

from __future__ import annotations

import os
import pwd
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from e2e.conftest import program
from e2e.running import free_ports, until

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.bill.example
mydestination =
mynetworks = 127.0.0.0/8
default_transport = error:nothing leaves this machine
transport_maps = texthash:{folder}/transport
virtual_mailbox_domains = good.example, bill.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_minimum_uid = 1
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/tls.pem
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access,
    permit_mynetworks, reject
smtpd_tls_received_header = yes
# A process a connection: each reads anew who is refused.
max_use = 1
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
tlsmgr    unix  - - n 1000? 1 tlsmgr
"""


@dataclass(frozen=True)
class Postfix:
    """A mail server, and what lies in its mailboxes."""

    folder: Path
    port: int

    @property
    def tls(self) -> ssl.SSLContext:
        """Trusts its certificate alone."""
        return ssl.create_default_context(cafile=self.folder / "certificate.pem")

    def mails(self, user: str, count: int) -> list[bytes]:
        """So many mails of a user, once they are there."""
        box = self.folder / "mail" / user / "new"
        until(lambda: box.is_dir() and len([*box.iterdir()]) >= count, f"{user} has {count} mails")
        return [mail.read_bytes() for mail in box.iterdir()]

    def says(self, **answers: str) -> None:
        """Let it answer so to these recipients, and to no others, from now on."""
        lines = [f"{user}@good.example {answer}" for user, answer in answers.items()]
        (self.folder / "access").write_text("\n".join(lines) + "\n")

    def command(self, *words: str) -> None:
        """Run a command of its administration."""
        ran = subprocess.run(
            ["/usr/sbin/postfix", "-c", str(self.folder / "etc"), *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr


@contextmanager
def postfix(refusing: int) -> Iterator[Postfix]:
    """A server whose mail for away.example goes to another one, at the port `refusing`."""
    program("postfix", "postfix")
    if os.geteuid():
        pytest.skip("Postfix starts as root only: run these tests as root")
    # A folder that its own user can reach: pytest's are for their owner alone.
    with TemporaryDirectory(prefix="billhook-postfix-") as folder:
        yield from _started(Path(folder), refusing)


def _started(folder: Path, refusing: int) -> Iterator[Postfix]:
    (port,) = free_ports(1)
    uid = pwd.getpwnam("nobody").pw_uid
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    os.chown(folder / "mail", uid, uid)
    (folder / "etc" / "main.cf").write_text(_MAIN.format(folder=folder, uid=uid))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=port))
    (folder / "access").write_text("")
    (folder / "transport").write_text(f"away.example smtp:[127.0.0.1]:{refusing}\n")
    (folder / "mailboxes").write_text(
        "".join(f"{user} {user.partition('@')[0]}/\n" for user in (
            "ravi@good.example", "ceo@good.example", "books@good.example", "later@good.example",
            "well@good.example", "waiting@good.example", "bounces@bill.example",
        ))
    )  # fmt: skip
    _certificate(folder)
    server = Postfix(folder, port)
    server.command("start")
    try:
        yield server
    finally:
        server.command("stop")


def _certificate(folder: Path) -> None:
    """A certificate for this machine's own name, which no one else trusts."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "tls.pem").write_text(key.read_text() + certificate.read_text())
