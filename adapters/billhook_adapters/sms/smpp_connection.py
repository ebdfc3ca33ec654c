"""One bound SMPP connection: submissions go out, answers and receipts come in, on a thread."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from socket import SHUT_RDWR
from threading import RLock, Thread
from typing import Any, NamedTuple

from billhook_adapters.system.error_kinds import kind
from billhook_adapters.system.optional_dependencies import needs

with needs("sms"):
    from smpplib import consts
    from smpplib.client import Client
    from smpplib.exceptions import ConnectionError as Lost
    from smpplib.exceptions import PDUError
    from smpplib.smpp import make_pdu

_log = logging.getLogger(__name__)
_WIRE = f"{__name__}.wire"
logging.getLogger(_WIRE).setLevel(logging.CRITICAL)  # it would write numbers and texts

PATIENCE = 10.0
"""Seconds until a silent connection is checked."""

_RECEIPT = 0x04
_TEXT = {name: re.compile(rf"{name}:([0-9A-Za-z._-]+)") for name in ("id", "stat", "err")}
_STATES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}


class NotSubmittedError(Exception):  # it says what became of it
    """The connection could not take it: nothing went out."""


class ConnectionBrokenError(Exception):  # as above
    """The connection broke before the answer came."""


class BindError(Exception):  # as above
    """The centre does not let us in; the text is its status."""


class Report(NamedTuple):
    """A delivery receipt: the centre's id for its message, the state and the network's error."""

    message: str
    state: str
    error: str


class _Client(Client):
    """The library's client, whose PDUs may be sent by several threads."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            host, port, timeout=PATIENCE, logger_name=_WIRE, allow_unknown_opt_params=True
        )
        self.sending = RLock()

    def send_pdu(self, p: Any) -> bool:
        with self.sending:
            return bool(super().send_pdu(p))


class Link:
    """A bound connection. Raises Unsent where there is none to be had, Unbound where refused."""

    def __init__(
        self, host: str, port: int, user: str, password: str, reported: Callable[[Report], None]
    ) -> None:
        self._reported = reported
        self._waiting: dict[int, Future[tuple[int, str]]] = {}
        self._client = _Client(host, port)
        try:
            self._client.connect()
            self._client.bind_transceiver(system_id=user, password=password)
        except PDUError as refused:
            self._client.disconnect()
            raise BindError(f"status {refused.args[1]:#x}") from None
        except (Lost, OSError):
            self._client.disconnect()
            raise NotSubmittedError from None
        self._client.set_message_sent_handler(self._answered)
        self._client.set_error_pdu_handler(self._answered)
        self._client.set_message_received_handler(self._received)
        self.alive = True
        self._thread = Thread(target=self._listen, name="smpp", daemon=True)
        self._thread.start()

    def submit(self, **fields: Any) -> Future[tuple[int, str]]:
        """Send one part; the answer is its status and the centre's id for it."""
        answer: Future[tuple[int, str]] = Future()
        with self._client.sending:
            if not self.alive:
                raise NotSubmittedError
            pdu = make_pdu("submit_sm", client=self._client, **fields)
            self._waiting[pdu.sequence] = answer
            try:
                self._client.send_pdu(pdu)
            except (Lost, OSError, AttributeError):  # its socket is None once it is closed
                raise ConnectionBrokenError from None
        return answer

    def close(self) -> None:
        """Leave the centre, and wait for the thread."""
        with suppress(Lost, PDUError, OSError, AttributeError):
            self._client.send_pdu(make_pdu("unbind", client=self._client))
        with suppress(OSError, AttributeError):
            self._client._socket.shutdown(SHUT_RDWR)  # noqa: SLF001  # it has no other way to stop reading
        self._thread.join()

    def _listen(self) -> None:
        try:
            while True:
                self._client.read_once()
        except (Lost, PDUError, OSError, AttributeError) as ended:
            _log.info("the link to the short-message centre ended: %s", kind(ended))
        finally:
            with self._client.sending:
                self.alive = False
                waiting, self._waiting = self._waiting, {}
                with suppress(OSError):
                    self._client.disconnect()
            for answer in waiting.values():
                answer.set_exception(ConnectionBrokenError())

    def _answered(self, pdu: Any) -> None:
        with self._client.sending:
            answer = self._waiting.pop(pdu.sequence, None)
        if answer is not None:
            name = getattr(pdu, "message_id", None) or b""
            answer.set_result((int(pdu.status), name.decode("ascii", "replace")))

    def _received(self, pdu: Any) -> int:
        """Take a receipt; what cannot be kept now is delivered again by the centre."""
        if not (pdu.esm_class or 0) & _RECEIPT:
            return int(consts.SMPP_ESME_ROK)
        report = read(pdu)
        if report is not None:
            try:
                self._reported(report)
            except Exception as error:  # noqa: BLE001  # the database is away, or a bug: the connection stays open
                _log.error("a delivery report was not recorded: %s", kind(error))
                return int(consts.SMPP_ESME_RX_T_APPN)
        return int(consts.SMPP_ESME_ROK)


def read(pdu: Any) -> Report | None:
    """The receipt in a deliver_sm: its own parameters first, then its text."""
    text = (pdu.short_message or b"").decode("ascii", "replace")
    said = {name: found[1] for name, one in _TEXT.items() if (found := one.search(text))}
    name = getattr(pdu, "receipted_message_id", None)
    message = name.decode("ascii", "replace").rstrip("\0") if name else said.get("id", "")
    state = _STATES.get(getattr(pdu, "message_state", None) or 0) or said.get("stat", "")
    return Report(message, state, said.get("err", "")) if message and state else None
