"""The faults that are set, and forms that set others: at providers of messages, and in the APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import ValidationError

from billhook.model.customer import Medium
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.console.fields import Fields
from billhook_adapters.sandbox.console.rendering import Pages
from billhook_adapters.sandbox.console.sources import Sources
from billhook_adapters.sandbox.console.texts import medium_name, words
from billhook_adapters.sandbox.faults import MOST_FAULTS, Fault, FaultKind, SetFault
from billhook_adapters.system.field_texts import field_text

_PATH = "/console/faults"
_OF_PROVIDERS = {
    FaultKind.TRANSIENT: "it fails for now, and is sent again later",
    FaultKind.PERMANENT: "it is refused for good",
    FaultKind.UNKNOWN: "it is not known whether it was sent",
}
_OF_APIS = {
    FaultKind.RATE_LIMITED: "429 with Retry-After; nothing is done",
    FaultKind.SERVER_ERROR: "500 in the format of the API; nothing is done",
    FaultKind.BAD_GATEWAY: "502 as HTML, as from a proxy; nothing is done",
    FaultKind.GATEWAY_TIMEOUT: "504 as HTML, as from a proxy; nothing is done",
    FaultKind.NO_ANSWER: "no answer; nothing is done",
    FaultKind.SLOW: "all is done, and answered late",
    FaultKind.ANSWER_LOST: "all is done, but a 504 is answered",
}
_NUMBERS: Mapping[str, type[int] | type[float]] = {"times": int, "seconds": int, "rate": float}


class FaultRow(NamedTuple):
    """A fault that is set, as a line of a list."""

    id: int
    where: str
    kind: str
    concerns: str
    how_often: str


async def faults_page(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """The page of the faults."""
    return pages.page(
        "faults.html",
        fields,
        section="faults",
        rows=[_row(one) for one in sources.recorded.faults],
        of_providers=[(kind.value, words(kind), text) for kind, text in _OF_PROVIDERS.items()],
        of_apis=[(kind.value, words(kind), text) for kind, text in _OF_APIS.items()],
        media=[medium.value for medium in Medium],
    )


def change(sources: Sources, pages: Pages, fields: Fields) -> Response:
    """Set the fault of a form, remove one, or remove all."""
    faults, removed = sources.recorded.faults, fields.get("remove")
    if removed == "all":
        faults.clear()
        return pages.back(_PATH, "No fault is set any more.")
    if removed is not None:
        is_known = removed.isdecimal() and len(removed) < 10 and faults.remove(int(removed))
        if not is_known:
            return pages.back(_PATH, "The fault has happened, or was removed.", refused=True)
        return pages.back(_PATH, "The fault was removed.")
    try:
        fault = Fault.model_validate(_given(fields))
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "fault"
        return pages.back(_PATH, f"{field}: {field_text(first)}.", refused=True)
    if faults.add(fault) is None:
        refusal = f"{MOST_FAULTS} faults are set; remove some before you set another."
        return pages.back(_PATH, refusal, refused=True)
    return pages.back(_PATH, "The fault was set.")


def _given(fields: Fields) -> Mapping[str, object]:
    """The fields that are filled in; those of numbers as numbers, where they are some."""
    given: dict[str, object] = {name: text for name, text in fields.items() if text}
    for name, kind in _NUMBERS.items():
        if name in given:
            try:
                given[name] = kind(fields[name])
            except ValueError:
                continue  # the text is refused by name
    return given


def _row(one: SetFault) -> FaultRow:
    fault = one.fault
    concerns = [fault.to, fault.method, fault.path]
    late = f", {fault.seconds} s" if fault.fault in (FaultKind.SLOW, FaultKind.RATE_LIMITED) else ""
    often = f"the next {one.left}" if one.left is not None else f"{fault.rate or 0:.0%} of all"
    return FaultRow(
        id=one.id,
        where="the APIs" if fault.medium is None else f"messages by {medium_name(fault.medium)}",
        kind=words(fault.fault) + late,
        concerns=" ".join(text for text in concerns if text is not None) or "all",
        how_often=often,
    )
