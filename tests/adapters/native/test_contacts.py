"""Addresses over the native API: found, left alone, and written to again."""

from __future__ import annotations

import pytest

from adapters.native.world import DOCUMENT, World

RAVI = "ravi@example.com"
ZED = "zed@example.com"


def test_an_address_is_left_alone_and_allowed_again(each_world: World) -> None:
    world = each_world
    stranger = {"medium": "email", "address": RAVI, "suppressed": None, "last_message": None}
    assert world.got("POST", "/contacts/find", json={"address": RAVI}) == stranger
    asked = {"address": RAVI, "suppressed": "opted_out"}
    assert world.got("PUT", "/contacts", json=asked) == {**stranger, "suppressed": "opted_out"}
    invoice = world.got("POST", "/invoices", 201, json={**DOCUMENT, "send": {"media": []}})
    notify = f"/invoices/{invoice['invoice']['id']}/notify"
    refused = world.got("POST", notify, 409, json={"medium": "email"})
    assert (refused["code"], refused["details"]["reason"]) == ("address_suppressed", "opted_out")
    assert world.got("PUT", "/contacts", json={**asked, "suppressed": None}) == stranger
    assert world.got("POST", notify, 202, json={"medium": "email"})["status"] == "queued"


def test_an_address_is_left_alone_by_one_account_only(world: World, others: World) -> None:
    asked = {"address": "+919876543210", "suppressed": "complained"}
    assert world.got("PUT", "/contacts", json=asked)["medium"] == "sms"
    found = others.got("POST", "/contacts/find", json={"address": asked["address"]})
    assert found["suppressed"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"suppressed": "opted_out"},
        {"address": "nobody", "suppressed": "opted_out"},
        {"address": ZED, "suppressed": "boredom"},
        {"address": ZED},
        {"address": ZED, "suppressed": None, "medium": "sms"},
    ],
)
def test_what_is_no_address_or_reason_is_refused_and_not_repeated(
    world: World, body: object
) -> None:
    refused = world.ask("PUT", "/contacts", json=body)
    assert refused.status_code == 422
    assert "zed" not in refused.text
