"""What is true of the end of a run: events, lists, and the mails that came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

from histories.clients import address
from histories.processes import Deployment

WAITING = ("queued", "sending")


def audited(deployment: Deployment, invoices: Sequence[str], figures: Counter[str]) -> list[str]:
    """What is wrong at the end, in sentences."""
    for proxy in deployment.proxies:
        proxy.is_kind = True
    wrong = [one for invoice in invoices for one in _of_invoice(deployment, invoice, figures)]
    if _got(deployment, "/unapplied-payments")["payments"]:
        wrong.append("a refused payment was kept")
    figures["mails"] = sum(deployment.mails.came.values())
    known = {address(invoice) for invoice in invoices}
    wrong += [
        f"{to} got a mail, and no invoice is theirs"
        for _, to in deployment.mails.came
        if to not in known
    ]
    return wrong


def _of_invoice(deployment: Deployment, invoice: str, figures: Counter[str]) -> Iterator[str]:
    shown = _got(deployment, f"/invoices/{invoice}")
    came = {name: n for (name, to), n in deployment.mails.came.items() if to == address(invoice)}
    messages: dict[str, Any] = {}
    if "version" in shown:
        listed = _got(deployment, f"/invoices/{invoice}/messages")["messages"]
        messages = {one["id"]: one for one in listed}
        yield from _of_events(invoice, shown, _got(deployment, f"/invoices/{invoice}/events"))
    for name, count in came.items():
        if name not in messages:
            yield f"{invoice}: a mail came of message {name}, which does not exist"
        elif count > (attempts := messages[name]["attempts"]):
            yield f"{invoice}: {count} mails in {attempts} attempts of {name}"
    for name, message in messages.items():
        figures["messages"] += 1
        figures["messages not yet sent"] += message["status"] in WAITING
        if message["status"] == "sent" and name not in came:
            yield f"{invoice}: message {name} is sent and never came"


def _of_events(invoice: str, shown: dict[str, Any], history: dict[str, Any]) -> Iterator[str]:
    changes = [one for one in history["events"] if one["version"] is not None]
    versions = [one["version"] for one in changes]
    if versions != [*range(1, shown["version"] + 1)]:
        yield f"{invoice} is at version {shown['version']}, and its events at {versions}"
    paid = sum(one["body"].get("amount", 0) for one in changes if "payment" in one["name"])
    if paid != shown["paid"]:
        yield f"{invoice} shows {shown['paid']} paid, and its events add up to {paid}"


def _got(deployment: Deployment, path: str) -> dict[str, Any]:
    port = deployment.proxies[0].port
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        headers = {"Authorization": deployment.authorization}
        connection.request("GET", f"/api{path}", headers=headers)
        content: dict[str, Any] = json.loads(connection.getresponse().read())
        return content
