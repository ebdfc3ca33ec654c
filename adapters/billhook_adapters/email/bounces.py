"""Bounced mails, read from delivery status notifications (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.model.addresses import email_address
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.email.status_codes import enhanced, suppression

LONGEST = 1024 * 1024
"""Bytes of a report that are read; the original that it quotes may be longer."""

_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^<>\s]{1,500}>)", re.MULTILINE | re.IGNORECASE)


def delivery_reports(raw: bytes) -> list[DeliveryReport]:
    """What a mail reports of messages of ours, and of whom; nothing where it is no report.

    The message is named by the envelope's id, else by its Message-ID. A delay is no end, and not
    reported. A complaint (RFC 5965) suppresses the address as well. A mail whose parts are nested
    more deeply than the standard library reads is no report.
    """
    try:
        return _reports(message_from_bytes(raw[:LONGEST]))
    except RecursionError:
        return []


def _reports(mail: Mail) -> list[DeliveryReport]:
    if mail.get_content_type() != "multipart/report":
        return []
    about = _named(mail) or _original(mail)
    if about is None:
        return []
    return [DeliveryReport(about, outcome, names) for outcome, names in _outcomes(mail)]


def _outcomes(mail: Mail) -> Iterator[tuple[ReportedOutcome, tuple[str, ...]]]:
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            names = _recipients(_feedback(part), "Original-Rcpt-To", "Removal-Recipient")
            yield Bounced("its recipient called it unwanted", "complained"), names
    for block in _blocks(mail):
        action = str(block.get("Action", "")).strip().lower()
        code = enhanced(str(block.get("Status", "")).strip())
        names = _recipients(block, "Original-Recipient", "Final-Recipient")
        if action == "failed":
            reason = f"bounced{'' if code is None else f' with {code}'}"
            yield Bounced(reason, suppression(code)), names
        elif action == "delivered":
            yield Delivered(), names


def _recipients(block: Mail, *names: str) -> tuple[str, ...]:
    """The addresses that a report names, the one that was written to first.

    With the type `rfc822` some characters may be written as xtext (RFC 3461), with `utf-8` as code
    points (RFC 6533). What is no address, such as one that was blacked out, is left out.
    """
    found: list[str] = []
    for name in names:
        for given in block.get_all(name, []):
            kind, semicolon, text = str(given).rpartition(";")
            text = text.strip().removeprefix("<").removesuffix(">")
            escaped = _XTEXT if kind.strip().lower() == "rfc822" else _CODE_POINT
            if semicolon:
                with suppress(OverflowError, ValueError):
                    found.append(email_address(escaped.sub(_character, text)))
                    continue
            with suppress(ValueError):
                found.append(email_address(text))
    return tuple(found)


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _feedback(part: Mail) -> Mail:
    if part.is_multipart():
        parts: Any = part.get_payload()
        first: Mail = parts[0]
        return first
    # As bytes: a text would be decoded by the charset that it names, which may raise.
    body: Any = part.get_payload(decode=True)
    return message_from_bytes(body or b"")


def _named(mail: Mail) -> MessageKey | None:
    """The message by the id of its envelope, which servers hand through as it is."""
    for block in _blocks(mail):
        account, slash, message = str(block.get("Original-Envelope-Id", "")).strip().partition("/")
        if slash and account and message:
            return MessageKey(AccountId(account), MessageId(message))
    return None


def _original(mail: Mail) -> ProviderMessageId | None:
    """The message by the Message-ID of what is quoted."""
    for part in mail.walk():
        found = _MESSAGE_ID.search(_quoted_head(part))
        if found is not None:
            return ProviderMessageId(Medium.EMAIL, found[1].decode("ascii", "replace"))
    return None


def _quoted_head(part: Mail) -> bytes:
    """The lines of a quoted mail's head that may name it; it is never written out as a mail again.

    The standard library refuses to write some of what it reads.
    """
    match part.get_content_type():
        case "message/rfc822" if part.is_multipart():
            payload: Any = part.get_payload()  # of a text it would be decoded, which may raise
            return f"Message-ID: {payload[0].get('Message-ID', '')}".encode(errors="replace")
        case "text/rfc822-headers":
            decoded: Any = part.get_payload(decode=True)
            return bytes(decoded or b"")
        case _:
            return b""


def _blocks(mail: Mail) -> Iterator[Mail]:
    """The blocks of fields of a delivery report: of the message, then of each recipient."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in part.get_payload() if isinstance(block, Mail))
