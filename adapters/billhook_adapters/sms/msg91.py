"""SMS through MSG91's flow API: registered templates with variables, as India requires."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from returns.result import Failure, Result, Success

from billhook.messaging.delivery import (
    Accepted,
    MessageId,
    MessageKey,
    Permanent,
    SendError,
    Transient,
)
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
    ReportedOutcome,
)
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import amount_text, seller_name
from billhook_adapters.sms.http_request import Reply, refused, request

NAME = "msg91"
_OBJECTS: TypeAdapter[list[dict[str, Any]] | dict[str, Any]] = TypeAdapter(
    list[dict[str, Any]] | dict[str, Any]
)

_OUTCOMES: Mapping[str, ReportedOutcome] = MappingProxyType(
    {
        "1": Delivered(),
        "2": Bounced("failed"),
        "9": Bounced("not sent: the number takes no promotions", "opted_out"),
        "16": Bounced("rejected"),
        "17": Bounced("blocked number", "opted_out"),
        "25": Bounced("rejected"),
    }
)


@dataclass(frozen=True, slots=True)
class Msg91Account:
    """An account of MSG91's, and the templates that were registered for it.

    `templates` has one for each language, and may have another for reminders: `hi`, `en.reminder`.
    Their variables are `seller`, `due` and `link`. `header`, `dlt_entity` and `dlt_template` are
    sent where they are not settled with the template.
    """

    auth_key: str = field(repr=False)
    templates: Mapping[str, str]
    header: str | None = None
    dlt_entity: str | None = None
    dlt_template: str | None = None
    url: str = "https://control.msg91.com"


class Msg91Sender:
    """Sends by MSG91. The words are those of the registered template; we give its variables.

    `language` is that of payers whose own has no template.
    """

    def __init__(self, account: Msg91Account, language: str = "en") -> None:
        self._account, self._language = account, language

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one SMS over; never raises."""
        template = self._template(message, invoice)
        if template is None:
            return Failure(Permanent("no template is registered for the payer's language"))
        account = self._account
        body: dict[str, Any] = {
            "template_id": template,
            "short_url": "0",  # the link stays ours
            "recipients": [
                {
                    "mobiles": message.address.removeprefix("+"),
                    "seller": seller_name(seller, 30),  # no variable may be longer
                    "due": amount_text(invoice.due, invoice.document.currency),
                    "link": invoice.short_url,
                    "CRQID": f"{message.account}/{message.id}",
                }
            ],
        }
        named = {
            "sender": account.header,
            "PE_ID": account.dlt_entity,
            "DLT_TE_ID": account.dlt_template,
        }
        body.update({name: value for name, value in named.items() if value is not None})
        answer = request(
            "POST",
            f"{account.url}/api/v5/flow",
            headers={"authkey": account.auth_key, "Content-Type": "application/json"},
            body=json.dumps(body).encode(),
        )
        return answer if isinstance(answer, Failure) else _concluded(answer.unwrap())

    def _template(self, message: Message, invoice: Invoice) -> str | None:
        customer, templates = invoice.document.customer, self._account.templates
        own = (customer.language if customer is not None else None) or self._language
        languages = (own.partition("-")[0], self._language.partition("-")[0])
        kinds = (".reminder", "") if message.reminder is not None else ("",)
        wanted = (f"{language}{kind}" for language in languages for kind in kinds)
        return next((templates[one] for one in wanted if one in templates), None)


def _concluded(reply: Reply) -> Result[Accepted, SendError]:
    fields = reply.fields
    if reply.status == 200 and fields.get("type") == "success":
        request_id = fields.get("message")
        return Success(Accepted(request_id if isinstance(request_id, str) else None))
    if reply.status == 200 and fields.get("type") == "error":
        # It says so of a wrong key and of a missing template alike, and both can be mended.
        return Failure(Transient("MSG91 refused it"))
    return Failure(refused(reply.status, f"MSG91 answered {reply.status}"))


def delivery_reports(report_body: Any) -> Iterator[DeliveryReport]:
    """The receipts of a report, in either of the shapes that its webhooks have.

    One with a list of `report` (v2), and one flat object (v3, and the newer webhooks).
    """
    for one in _objects(report_body):
        for report in _objects(one["report"]) if isinstance(one.get("report"), list) else (one,):
            yield from _receipt({**one, **report})


def _objects(report_body: object) -> list[dict[str, Any]]:
    """The objects of a list, or one that is alone; none of anything else."""
    try:
        found = _OBJECTS.validate_python(report_body)
    except ValidationError:
        return []
    return [found] if isinstance(found, dict) else found


def _receipt(report: Mapping[str, Any]) -> Iterator[DeliveryReport]:
    outcome = _OUTCOMES.get(str(report.get("status")))
    if outcome is None:
        return
    account, slash, message = str(report.get("CRQID")).partition("/")
    if slash:
        yield DeliveryReport(MessageKey(AccountId(account), MessageId(message)), outcome)
    elif isinstance(report.get("requestId"), str):
        yield DeliveryReport(ProviderMessageId(Medium.SMS, report["requestId"]), outcome)
