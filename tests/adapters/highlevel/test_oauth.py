"""OAuth of HighLevel's API: tokens for who could open the location before, and for no one else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from billhook_adapters.http.highlevel import access_tokens
from billhook_adapters.http.highlevel.access_tokens import (
    ACCESS_LASTS,
    MOST_GRANTS,
    REFRESH_LASTS,
    entry_key,
)
from billhook_adapters.system.api_keys import hashed
from billhook_adapters.testing.running import ACCOUNT
from properties.three_apis import Answer, ThreeApis

CLIENT = {"client_id": "loc_1", "client_secret": "token"}
CODE = {**CLIENT, "grant_type": "authorization_code", "code": "any"}


class Tokens(ThreeApis):
    """HighLevel's OAuth, with any bearer token."""

    def issue(self, **fields: Any) -> Answer:
        """What `POST /oauth/token` answers."""
        return self("highlevel", "POST", "/oauth/token", {**CODE, **fields})

    def refresh(self, token: str, **fields: Any) -> Answer:
        """What a refresh token is answered."""
        body = {**CLIENT, "grant_type": "refresh_token", "refresh_token": token, **fields}
        return self("highlevel", "POST", "/oauth/token", body)

    def status(self, token: str) -> int:
        """The status of a request with this bearer token."""
        return self.with_bearer(token, "GET", "/users/?locationId=loc_1").status

    def with_bearer(self, token: str, method: str, target: str, body: Any = None) -> Answer:
        """What a request with this bearer token is answered."""
        return self("highlevel", method, target, body, bearer=token)


@pytest.fixture
def apis() -> Iterator[Tokens]:
    tokens = Tokens()
    yield tokens
    tokens.close()


def test_a_code_is_exchanged_for_a_token_that_opens_the_location(apis: Tokens) -> None:
    answer = apis.issue()
    body = answer.body
    assert (answer.status, body["token_type"], body["expires_in"]) == (200, "Bearer", 86_399)
    assert (body["locationId"], body["companyId"], body["userType"]) == (
        "loc_1",
        ACCOUNT,
        "Location",
    )
    for snake, camel in (("access_token", "accessToken"), ("refresh_token", "refreshToken")):
        assert body[snake] == body[camel]
    assert answer.headers["cache-control"] == "no-store"
    assert apis.status(body["access_token"]) == 200
    assert apis.status(body["refresh_token"]) == 401
    user = apis.with_bearer(body["access_token"], "GET", f"/users/{body['userId']}")
    assert user.status == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "loc_2"}, 401, "invalid_client"),
        ({"client_secret": "secret", "client_id": "key_1"}, 401, "invalid_client"),
        ({"code": ""}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_who_could_not_open_the_location_gets_no_token(
    apis: Tokens, fields: dict[str, Any], status: int, error: str
) -> None:
    answer = apis.issue(**fields)
    assert (answer.status, answer.body["statusCode"], answer.body["error"]) == (
        status,
        status,
        error,
    )
    assert answer.body["message"] == answer.body["error_description"]
    assert "access_token" not in answer.body
    assert apis.running.service.entry(ACCOUNT, entry_key(ACCOUNT, hashed("token")).entry) is None


def test_an_access_token_is_no_clients_secret(apis: Tokens) -> None:
    access = apis.issue().body["access_token"]
    assert apis.issue(client_secret=access).status == 401
    location = {"companyId": ACCOUNT, "locationId": "loc_1"}
    made = apis.with_bearer(access, "POST", "/oauth/locationToken", location)
    assert (made.status, "access_token" in made.body) == (401, False)


def test_a_refresh_token_is_used_once_and_the_access_token_lasts_until_its_end(
    apis: Tokens,
) -> None:
    first = apis.issue().body
    second = apis.refresh(first["refreshToken"]).body
    assert apis.status(first["access_token"]) == apis.status(second["access_token"]) == 200
    again = apis.refresh(first["refreshToken"])
    assert (again.status, again.body["error"]) == (400, "invalid_grant")
    third = apis.refresh(second["refreshToken"])
    assert third.status == 200


@pytest.mark.parametrize("token", ["", "x", f"ort-{'0' * 64}-{'a' * 32}"])
def test_an_unknown_refresh_token_is_refused(apis: Tokens, token: str) -> None:
    answer = apis.refresh(token)
    assert (answer.status, answer.body["error"]) == (400, "invalid_grant")


def test_tokens_end_with_their_time(apis: Tokens) -> None:
    tokens = apis.issue().body
    apis.running.clock.advance(ACCESS_LASTS - timedelta(seconds=1))
    assert apis.status(tokens["access_token"]) == 200
    apis.running.clock.advance(timedelta(seconds=1))
    assert apis.status(tokens["access_token"]) == 401
    fresh = apis.refresh(tokens["refresh_token"]).body
    assert apis.status(fresh["access_token"]) == 200
    apis.running.clock.advance(REFRESH_LASTS)
    assert apis.refresh(fresh["refresh_token"]).status == 400


def test_tokens_end_with_the_key_that_they_are_derived_from(apis: Tokens) -> None:
    tokens = apis.issue().body
    apis.keys.revoke(ACCOUNT, hashed("token"), apis.running.clock.now())
    assert apis.status(tokens["access_token"]) == 401
    assert apis.refresh(tokens["refresh_token"]).status == 401


def test_of_many_grants_the_oldest_end(apis: Tokens) -> None:
    tokens = [apis.issue().body["access_token"] for _ in range(MOST_GRANTS + 1)]
    assert [apis.status(one) for one in (tokens[0], tokens[1], tokens[-1])] == [401, 200, 200]


def test_no_token_is_stored_in_the_clear(apis: Tokens) -> None:
    tokens = apis.issue().body
    entry = apis.running.service.entry(ACCOUNT, entry_key(ACCOUNT, hashed("token")).entry)
    assert entry is not None
    (grant,) = json.loads(entry.body)["grants"]
    assert grant["access"] == hashed(tokens["access_token"])
    assert grant["refresh"] == hashed(tokens["refresh_token"])
    for kind in ("access_token", "refresh_token"):
        assert tokens[kind][-32:] not in entry.body


def test_a_token_of_another_form_is_none(apis: Tokens) -> None:
    access = apis.issue().body["access_token"]
    for token in (access[:-1], access + "a", access.upper(), f"{access[:-1]}!"):
        assert apis.status(token) == 401
    assert access_tokens.key_of(access, access_tokens.REFRESH) is None


@pytest.mark.parametrize("path", ["/oauth/locationToken", "/oauth/location-token"])
def test_the_token_of_a_location_makes_access_tokens_of_it_alone(apis: Tokens, path: str) -> None:
    location = {"companyId": ACCOUNT, "locationId": "loc_1"}
    made = apis("highlevel", "POST", path, location)
    assert (made.status, made.body["locationId"]) == (200, "loc_1")
    assert apis.status(made.body["access_token"]) == 200
    assert "refresh_token" not in made.body
    for other in ({"locationId": "loc_2"}, {"companyId": "acc_2"}):
        assert apis("highlevel", "POST", path, {**location, **other}).status == 403
    assert apis.with_bearer("wrong", "POST", path, location).status == 401


def test_a_form_is_read_as_json_is_in_either_spelling(apis: Tokens) -> None:
    form = (
        b"clientId=loc_1&clientSecret=token&grantType=authorization_code&code=c&userType=Location"
    )
    answer = apis("highlevel", "POST", "/oauth/token", form=form)
    assert answer.status == 200, answer.body
    company = apis("highlevel", "POST", "/oauth/token", form=form.replace(b"Location", b"Company"))
    assert company.body["message"] == [
        "userType must be one of the following values: Location",
    ]
    for bad in (b"\xff", b"&".join(b"a=%d" % one for one in range(30))):
        refused = apis("highlevel", "POST", "/oauth/token", form=bad)
        assert (refused.status, refused.body["message"]) == (
            400,
            "The request body is not a valid form",
        )


@pytest.mark.parametrize("target", ["/oauth", "/oauth/token", "/oauth/installedLocations"])
def test_what_is_not_served_is_the_vendors_404(apis: Tokens, target: str) -> None:
    answer = apis("highlevel", "GET", target)
    assert (answer.status, answer.body["message"]) == (404, f"Cannot GET {target}")
