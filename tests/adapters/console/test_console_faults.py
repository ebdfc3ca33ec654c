"""The faults on the console: what is set, how another one is set, and how they are removed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.console.conftest import FIRST, Console, path_of, rows
from billhook.model.customer import Medium
from billhook_adapters.sandbox.console.faults import _OF_APIS, _OF_PROVIDERS  # pyright: ignore[reportPrivateUsage]  # which ones are offered
from billhook_adapters.sandbox.faults import AT_PROVIDERS, MOST_FAULTS, Fault, FaultKind

PATH = "/console/faults"


def test_every_fault_is_offered_where_it_can_be_set() -> None:
    assert {*_OF_PROVIDERS} == {*AT_PROVIDERS}
    assert {*_OF_PROVIDERS} | {*_OF_APIS} == {*FaultKind}
    assert not {*_OF_PROVIDERS} & {*_OF_APIS}


def test_a_fault_of_messages_is_set_and_meets_the_next_one(console: Console) -> None:
    page = console.press(PATH, medium="sms", fault="permanent", to="", times="", rate="")
    assert "The fault was set." in page.texts
    assert rows(page) == ["messages by SMS permanent all the next 1 Remove fault 1"]
    invoice = console.sent(media=("sms",))
    (message,) = console.application.service.messages(FIRST, invoice.id)
    assert message.status == "failed"
    assert "No fault is set." in console.page(PATH).texts
    assert any(
        "SMS failed requested at /sandbox" in line for line in rows(console.invoice(invoice))
    )
    assert path_of(invoice) in console.page("/console/invoices").links


def test_a_fault_of_the_apis_is_set_with_all_that_restricts_it(console: Console) -> None:
    fields = {"fault": "slow", "method": "POST", "path": "/v1/invoices/*/issue", "seconds": "5"}
    page = console.press(PATH, **fields, rate="0.25")
    assert rows(page) == ["the APIs slow, 5 s POST /v1/invoices/*/issue 25% of all Remove fault 1"]
    (fault,) = [one.fault for one in console.sandbox.recorded.faults]
    assert fault == Fault(
        fault=FaultKind.SLOW, method="POST", path="/v1/invoices/*/issue", seconds=5, rate=0.25
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"fault": "unknown_fault"}, "fault: "),
        ({}, "fault: is required."),
        ({"fault": "slow", "times": "many"}, "times: "),
        ({"fault": "slow", "times": "0"}, "times: "),
        ({"fault": "slow", "seconds": "1.5"}, "seconds: "),
        ({"fault": "slow", "rate": "2"}, "rate: "),
        ({"fault": "slow", "rate": "x"}, "rate: "),
        ({"fault": "slow", "rate": "nan"}, "rate: "),
        ({"fault": "slow", "path": "v1"}, "path: "),
        ({"fault": "slow", "method": "post"}, "method: "),
        ({"fault": "slow", "medium": "sms"}, "fault: "),
        ({"fault": "permanent"}, "fault: "),
        ({"fault": "slow", "times": "1", "rate": "1"}, "fault: "),
        ({"fault": "slow", "colour": "red"}, "colour: "),
    ],
)
def test_a_fault_that_cannot_be_is_refused_by_the_name_of_its_field(
    console: Console, fields: Mapping[str, str], said: str
) -> None:
    page = console.press(PATH, **fields)
    assert any(one.startswith(said) for one in page.texts)
    assert ("p", "alert") in [(tag, attrs.get("role")) for tag, attrs in page.tags]
    assert not [*console.sandbox.recorded.faults]


def test_a_fault_is_removed_alone_and_all_are_removed(console: Console) -> None:
    faults = console.sandbox.recorded.faults
    for medium in (*Medium, Medium.SMS):
        faults.add(Fault(medium=medium, fault=FaultKind.UNKNOWN))
    assert "The fault was removed." in console.press(PATH, remove="1").texts
    assert [one.id for one in faults] == [2, 3]
    for unknown in ("1", "x", "9" * 30):
        said = console.press(PATH, remove=unknown).texts
        assert "The fault has happened, or was removed." in said
    assert "No fault is set any more." in console.press(PATH, remove="all").texts
    assert [*faults] == []


def test_no_more_faults_are_set_than_there_may_be(console: Console) -> None:
    for _ in range(MOST_FAULTS):
        console.sandbox.recorded.faults.add(Fault(fault=FaultKind.SLOW))
    page = console.press(PATH, fault="slow")
    assert f"{MOST_FAULTS} faults are set; remove some before you set another." in page.texts
