"""Nothing that the domain hands out can be changed behind its back."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from importlib import import_module
from inspect import isabstract, isclass, signature
from pathlib import Path
from typing import Any

import pytest

import billhook
from billhook.application.command import Command
from billhook.application.records import PendingWrites
from billhook.model.base import Value
from billhook.model.frozen import frozen

ROOT = Path(billhook.__file__).parent


def _classes() -> Iterator[type[Any]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(("billhook", *path.relative_to(ROOT).with_suffix("").parts))
        for value in list(vars(import_module(name.removesuffix(".__init__"))).values()):
            if isclass(value) and value.__module__ == name:
                yield value


CLASSES = list(_classes())
DATACLASSES = [kind for kind in CLASSES if is_dataclass(kind) and kind is not PendingWrites]
MODELS = [kind for kind in CLASSES if issubclass(kind, Value)]
COMMANDS = [kind for kind in DATACLASSES if issubclass(kind, Command)]


@pytest.mark.parametrize("kind", [kind for kind in DATACLASSES if not isabstract(kind)])
def test_a_dataclass_is_frozen(kind: Any) -> None:
    value = object.__new__(kind)
    for name in ("at", *(one.name for one in fields(kind))):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(value, name, None)
        with pytest.raises((FrozenInstanceError, TypeError)):
            delattr(value, name)


@pytest.mark.parametrize("kind", DATACLASSES)
def test_a_dataclass_has_slots(kind: Any) -> None:
    assert "__slots__" in vars(kind)


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_is_frozen_closed_and_discreet(kind: type[Value]) -> None:
    config = kind.model_config
    assert (config.get("frozen"), config.get("extra")) == (True, "forbid")
    assert config.get("hide_input_in_errors")


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_names_everything_that_it_is_given(kind: Any) -> None:
    assert all(one.kw_only for one in fields(kind))


def test_there_is_something_to_look_at() -> None:
    assert (len(DATACLASSES) > 40, len(MODELS) > 10, len(COMMANDS)) == (True, True, 26)


@frozen
class Point:
    """A point, with a default and a field that is not shown."""

    x: int
    y: int = 0
    note: str = field(default="", repr=False)


def test_a_frozen_class_is_made_by_place_and_by_name() -> None:
    assert Point(1) == Point(x=1) == Point(1, y=0) == Point(1, 0, "")
    assert len({Point(1), Point(1, 0), Point(2)}) == 2
    assert Point(1) not in ((1, 0, ""), Point(2))
    assert repr(Point(1, 2, "secret")) == "Point(x=1, y=2)"


@pytest.mark.parametrize(
    ("values", "named", "said"),
    [
        ((), {}, "needs a value for 'x'"),
        ((1, 2, "", 4), {}, "takes 3 values but 4 were given"),
        ((1,), {"z": 1}, "has no field 'z'"),
        ((1,), {"x": 1}, "got two values for 'x'"),
    ],
)
def test_a_wrong_call_says_which_field(
    values: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(f"Point() {said}")):
        Point(*values, **named)


def test_a_frozen_class_is_copied_pickled_replaced_and_matched_as_a_dataclass() -> None:
    point = Point(1, 2, "here")
    pickled = pickle.loads(pickle.dumps(point))  # noqa: S301  # pickled on this line
    assert pickled == copy.deepcopy(point) == point
    assert replace(point, y=3) == Point(1, 3, "here")
    match point:
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert list(signature(Point).parameters) == ["x", "y", "note"]
    assert signature(Point).parameters["y"].default == 0
