"""Values: frozen, exact, in UTC, and silent about what they were given."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from billhook.model.base import FrozenMap, Identifier, Instant, TextMap, Value, storable
from billhook.model.instants import utc
from billhook_adapters.testing import a_customer, a_document

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_value_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a_customer().name = "Asha"  # type: ignore[misc]


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        datetime(2026, 1, 1, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2026, 1, 1, 17, 30, tzinfo=ZoneInfo("Asia/Kolkata")),
        datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("UTC")),
    ],
)
def test_an_instant_is_kept_in_utc(moment: datetime) -> None:
    kept = TypeAdapter(Instant).validate_python(moment)
    assert (kept, kept.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00+05:30", "9999-12-31T23:59-00:01"])
def test_an_instant_that_utc_has_no_year_for_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must lie in the years 1 to 9999"):
        utc(datetime.fromisoformat(text))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


@pytest.mark.parametrize("text", ["", "₹", "😀", "\ud7ff\ue000", "a\nb\t"])
def test_what_a_database_can_hold_is_kept_as_it_is(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfff"])
def test_what_a_database_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must not hold"):
        storable(text)


@pytest.mark.parametrize("text", ["a", "inv_AZaz09", "a.b:c-d", "x" * 64])
def test_the_shape_of_an_id(text: str) -> None:
    assert TypeAdapter(Identifier).validate_python(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a\n", "é", "a/b", "\uff11", "a\x00"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(text)


def test_a_frozen_map_refuses_every_way_to_write() -> None:
    frozen = FrozenMap(a="1")
    writes: list[Callable[[], object]] = [
        lambda: frozen.__setitem__("b", "2"),
        lambda: frozen.__delitem__("a"),
        lambda: frozen.update(b="2"),
        lambda: frozen.setdefault("b", "2"),
        lambda: frozen.pop("a"),
        frozen.popitem,
        frozen.clear,
        lambda: frozen.__ior__({"b": "2"}),
    ]
    for write in writes:
        with pytest.raises(TypeError, match="does not change"):
            write()
    assert frozen == {"a": "1"}


def test_a_frozen_map_is_its_own_copy() -> None:
    frozen = FrozenMap(a="1")
    for twin in (pickle.loads(pickle.dumps(frozen)), copy.copy(frozen), copy.deepcopy(frozen)):  # noqa: S301  # our own bytes
        assert (twin, type(twin)) == (frozen, FrozenMap)


def test_a_map_given_to_a_value_is_copied() -> None:
    notes = {"order": "A-1"}
    document = a_document(notes=notes)
    notes["order"] = "A-2"
    assert document.notes == {"order": "A-1"}
    assert isinstance(TypeAdapter(TextMap).validate_python(notes), FrozenMap)


def test_a_model_has_its_signature_before_its_first_use() -> None:
    class Point(Value):
        x: int
        y: int = 0

    assert list(inspect.signature(Point).parameters) == ["x", "y"]


def test_a_frozen_map_is_the_same_in_any_order() -> None:
    assert hash(FrozenMap(a="1", b="2")) == hash(FrozenMap(b="2", a="1"))
