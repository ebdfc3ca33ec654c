"""The registered APIs: ours and those of installed packages, chosen by name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from billhook.model.account import AccountPolicy
from billhook_adapters.composition import apis
from billhook_adapters.composition.apis import (
    OURS,
    ApiError,
    account_policy,
    registered,
    served,
    webhook_formats,
)
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.mounts import Mount

Plugin = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def _forgotten() -> object:
    yield None
    for module in ("example_api", "plugin"):
        sys.modules.pop(module, None)


def test_ours_come_first_each_with_its_webhook_formats() -> None:
    assert [api.name for api in registered()] == ["razorpay", "highlevel", "native"]
    assert {*webhook_formats(registered())} == {"razorpay", "highlevel", "native"}


def test_an_api_of_an_installed_package_is_one_more(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(example))
    assert [api.name for api in registered()][-1] == "example"
    assert "example" in webhook_formats(registered())
    assert [one.api.name for one in served(["example=/x"])] == ["example"]


def test_only_the_packages_of_the_chosen_apis_are_imported(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(plugin("other", "raise OSError('no disk\\nno luck')")))
    assert [one.api.name for one in served(["native"])] == ["native"]
    with pytest.raises(ApiError) as refused:
        registered()
    said = str(refused.value)
    assert said.startswith("the API other of plugin 2.0 cannot be imported (OSError: no disk)")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("other", "API = 7", "the entry point other of plugin 2.0 is not a VendorApi"),
        (
            "other",
            "from billhook_adapters.http.native.api import API",
            "the entry point other of plugin 2.0 is not a VendorApi of this name",
        ),
        ("native", "", "two APIs are named native; uninstall plugin 2.0"),
    ],
)
def test_a_package_that_registers_something_else_is_named(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch, name: str, source: str, words: str
) -> None:
    monkeypatch.syspath_prepend(str(plugin(name, source)))
    with pytest.raises(ApiError, match=words):
        registered()


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (["rasorpay"], "there is no API named 'rasorpay'; installed are highlevel, native, razorp"),
        ([""], "there is no API named ''"),
        (["razorpay="], "the mount of razorpay must be a path such as"),
        (["razorpay=http://x"], "the mount of razorpay must be a path such as"),
        (["razorpay=/healthz"], None),
        (["native=/x", "razorpay=/x"], None),
        (["native=/x", "native=/y", "razorpay=/y/v1"], None),
    ],
)
def test_a_choice_is_a_name_and_maybe_a_mount(choices: list[str], words: str | None) -> None:
    if words is None:
        assert len(served(choices)) == len(choices)
        return
    with pytest.raises(ApiError, match=words):
        served(choices)


def test_an_api_may_be_served_at_several_mounts_and_is_where_it_says_otherwise() -> None:
    assert [one.mount for one in served(["native", "native=/v2"])] == [
        Mount(prefix="/api"),
        Mount(prefix="/v2"),
    ]


def test_two_apis_of_one_path_are_refused_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twin = replace(OURS[0], name="twin", webhook_formats={})
    monkeypatch.setattr(apis, "OURS", (*OURS, twin))
    with pytest.raises(ApiError, match="razorpay and twin both claim /v1 on every host"):
        served()
    assert served(["razorpay", "twin=/twin"])


def test_two_webhook_formats_of_one_style_are_refused() -> None:
    with pytest.raises(ApiError, match="two APIs have a webhook format razorpay"):
        webhook_formats([OURS[0], OURS[0]])


def test_an_account_has_the_policy_that_the_apis_of_its_credentials_require() -> None:
    lead = timedelta(minutes=15)
    assert account_policy(OURS, {Authentication.API_KEY}) == AccountPolicy(min_expiry_lead=lead)
    assert account_policy(OURS, {*Authentication}) == AccountPolicy(
        min_expiry_lead=lead, number_prefix="", number_width=1
    )
    assert account_policy(OURS, ()) == AccountPolicy()
