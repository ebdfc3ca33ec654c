"""Every path has one of a few routes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.observability.canaries import (
    ROUTES,
)
from billhook_adapters.observability.routes import _METHODS, OTHER, Routes, method_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/invoices", "/v1/invoices"),
        ("/v1/invoices/", "/v1/invoices"),
        ("/v1/invoices/inv_1", "/v1/invoices/*"),
        ("/v1/invoices/inv_1/", "/v1/invoices/*"),
        ("/v1/invoices/inv_1/notify_by/fax", "/v1/invoices/*/notify_by/*"),
        ("/v1/invoices/inv_1/other", "other"),
        ("/v1", "other"),
        ("/", "other"),
        ("", "other"),
        ("*", "other"),
        ("/v1/*", "other"),
        ("/" * 1000, "other"),
        ("/a" * 5000, "other"),
        ("/v1/invoices" + "/a" * 5000, "other"),
    ],
)
def test_a_path_has_its_route(path: str, route: str) -> None:
    assert Routes(ROUTES).of(path) == route


def test_a_literal_segment_wins_over_a_star() -> None:
    routes = Routes(["/a/*", "/a/b", "/a/b/*/c", "/a/*/x/c", "/a/*/d", "/*"])
    paths = ("/a/b", "/a/x", "/a/b/x/c", "/a/b/d", "/z")
    assert [routes.of(path) for path in paths] == ["/a/b", "/a/*", "/a/b/*/c", "/a/*/d", "/*"]


_SEGMENT = st.sampled_from(["v1", "invoices", "notify_by", "*", "", "other"]) | st.text()


@given(st.lists(_SEGMENT, max_size=8).map("/".join))
def test_an_unknown_path_has_the_route_other(path: str) -> None:
    assert Routes(ROUTES).of(path) in ROUTES | {OTHER}
    assert Routes([]).of(path) == OTHER


@given(st.text())
def test_an_unknown_method_is_other(method: str) -> None:
    assume(method not in _METHODS)  # Hypothesis also draws texts that the source has
    assert method_of(method) == OTHER
    assert method_of("PATCH") == "PATCH"
