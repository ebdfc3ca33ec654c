"""SMS through Twilio: its requests, its responses, and what its callbacks mean."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha1
from types import MappingProxyType
from typing import Any

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient
from billhook.messaging.delivery_reports import Bounced, Delivered, ReportedOutcome
from billhook.messaging.message import Message
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.sms.callbacks import Callbacks
from billhook_adapters.sms.http_request import form, refused, request

NAME = "twilio"
_CREATED = 201

_SUPPRESSES: Mapping[int, Suppression] = MappingProxyType(
    {
        21211: "bounced",  # not a phone number
        21610: "opted_out",  # its owner answered STOP
        21614: "bounced",  # not a mobile number
        30005: "bounced",  # unknown to its network
        30006: "bounced",  # a landline
    }
)
"""The error codes that are about the number, and not about the text or about us."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """An account of Twilio's; `sender` is a number of it, or a messaging service (MG...)."""

    sid: str
    token: str = field(repr=False)
    sender: str
    url: str = "https://api.twilio.com"


class TwilioSender:
    """Sends by Twilio's Messages resource; it reports deliveries where there are callbacks."""

    def __init__(
        self, account: TwilioAccount, writer: Writer = PLAIN, callbacks: Callbacks | None = None
    ) -> None:
        self._account, self._writer, self._callbacks = account, writer, callbacks

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one SMS over; never raises."""
        account = self._account
        service = account.sender.startswith("MG")
        fields = {
            "To": message.address,
            "MessagingServiceSid" if service else "From": account.sender,
            "Body": self._writer.sms(message, invoice, seller),
        }
        if self._callbacks is not None:
            fields["StatusCallback"] = self._callbacks.url(NAME, message.key)
        pair = b64encode(f"{account.sid}:{account.token}".encode()).decode()
        answer = request(
            "POST",
            f"{account.url}/2010-04-01/Accounts/{account.sid}/Messages.json",
            headers={
                "Authorization": f"Basic {pair}",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=form(fields),
        )
        if isinstance(answer, Failure):
            return answer
        status, _, headers = reply = answer.unwrap()
        if status == _CREATED:
            sid = reply.fields.get("sid")
            return Success(Accepted(sid if isinstance(sid, str) else None))
        return Failure(_refusal(status, reply.fields.get("code"), headers.get("retry-after", "")))


def _refusal(status: int, code: Any, wait: str) -> SendError:
    known = code if isinstance(code, int) else None
    reason = f"Twilio answered {status}{'' if known is None else f', error {known}'}"
    if known is not None and known in _SUPPRESSES:
        return Permanent(reason, _SUPPRESSES[known])
    if status == 429 and wait.isascii() and wait.isdigit():
        return Transient(reason, timedelta(seconds=int(wait[:6])))
    return refused(status, reason)


def fate(fields: Mapping[str, str]) -> ReportedOutcome | None:
    """What a callback says became of its message; None where it is still on its way.

    >>> fate({"MessageStatus": "undelivered", "ErrorCode": "30005"})
    Bounced(reason='undelivered, error 30005', suppresses='bounced')
    """
    match fields.get("MessageStatus"):
        case "delivered" | "read":
            return Delivered()
        case "undelivered" | "failed" as status:
            given = fields.get("ErrorCode", "")[:6]
            if not (given.isascii() and given.isdigit()):
                return Bounced(status)
            return Bounced(f"{status}, error {given}", _SUPPRESSES.get(int(given)))
        case _:
            return None


def is_signed(url: str, fields: Mapping[str, str], signature: str, token: str) -> bool:
    """Whether a callback carries Twilio's own signature (X-Twilio-Signature)."""
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    wanted = b64encode(hmac.new(token.encode(), signed.encode(), sha1).digest())
    return hmac.compare_digest(wanted, signature.encode("latin-1", "replace"))
