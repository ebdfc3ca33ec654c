"""A Kannel gateway: bearerbox and smsbox, between the service and a short-message centre."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from e2e.conftest import program
from e2e.running import free_ports, running, until

PASSWORD = "hush"

_CONFIG = """
group = core
admin-port = {admin}
admin-password = {password}
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1
dlr-storage = internal
store-type = spool
store-location = {folder}/spool

group = smsc
smsc = smpp
smsc-id = india
host = 127.0.0.1
port = {centre}
smsc-username = acme
smsc-password = {password}
system-type = VMA
transceiver-mode = true
msg-id-type = 0x00
reconnect-delay = 1

group = smpp-tlv
name = PE_ID
tag = 0x1400
type = nulterminated
length = 20
smsc-id = india

group = smpp-tlv
name = TEMPLATE_ID
tag = 0x1401
type = nulterminated
length = 20
smsc-id = india

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
global-sender = ACME

group = sendsms-user
username = acme
password = {password}
concatenation = true
max-messages = 5

group = sms-service
keyword = default
max-messages = 0
text = ""
"""


@contextmanager
def kannel(folder: Path, centre: int) -> Iterator[str]:
    """The gateway, bound to a centre; what `BILLHOOK_SMS_URL` is to be."""
    bearerbox, smsbox = program("bearerbox", "kannel"), program("smsbox", "kannel")
    admin, boxes, sendsms = free_ports(3)
    config = folder / "kannel.conf"
    (folder / "spool").mkdir()
    config.write_text(
        _CONFIG.format(
            admin=admin, boxes=boxes, sendsms=sendsms, centre=centre, folder=folder,
            password=PASSWORD,
        )
    )  # fmt: skip
    log = folder / "kannel.log"

    def status(*wanted: str) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{admin}/status.txt?password={PASSWORD}") as answer:
                page = answer.read().decode()
        except URLError:
            return False
        return all(one in page for one in wanted)

    with running([bearerbox, "-v", "4", str(config)], log, cwd=folder):
        until(lambda: status("(online"), "bearerbox is bound to the centre")
        with running([smsbox, "-v", "4", str(config)], log, cwd=folder):
            until(lambda: status("smsbox:"), "smsbox is there")
            ids = "dlt-entity=110&dlt-template=1107"
            yield f"kannel://acme:{PASSWORD}@127.0.0.1:{sendsms}?from=ACME&smsc=india&{ids}"
