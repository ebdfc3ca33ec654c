"""The webhook endpoints over the native API: what verifies is shown, what signs is not."""

from __future__ import annotations

from adapters.native.api_client import ApiClient
from billhook_adapters.testing import a_webhook_endpoint
from billhook_adapters.testing.builders import add_webhook_endpoint
from billhook_adapters.webhooks.key_pairs import new_key_pair


def test_an_endpoint_shows_the_key_that_verifies_and_no_secret(each_api: ApiClient) -> None:
    private, public = new_key_pair()
    signed = a_webhook_endpoint(
        "sub_1", style="highlevel", location="loc_1", sealed_secret=private, public_key=public
    )
    add_webhook_endpoint(each_api.service, signed)
    add_webhook_endpoint(each_api.service, a_webhook_endpoint("sub_2", sealed_secret="canary"))
    response = each_api.request("GET", "/webhook-endpoints")
    assert "PRIVATE" not in response.text
    assert "canary" not in response.text
    first, second = response.json()["webhook_endpoints"]
    assert first == {
        "id": "sub_1",
        "url": signed.url,
        "style": "highlevel",
        "events": list(signed.events),
        "location": "loc_1",
        "public_key": public,
        "silenced": False,
    }
    assert (second["id"], second["public_key"]) == ("sub_2", None)


def test_an_account_sees_its_own_endpoints_alone(api: ApiClient, other_account: ApiClient) -> None:
    add_webhook_endpoint(api.service, a_webhook_endpoint())
    assert other_account.json_of("GET", "/webhook-endpoints") == {"webhook_endpoints": []}
