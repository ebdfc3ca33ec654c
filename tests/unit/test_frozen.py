"""Nothing that the domain hands out can be changed behind its back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import isclass
from pathlib import Path
from typing import Any

import pytest

import billhook
from billhook.application.command import Command
from billhook.application.records import PendingWrites
from billhook.model.base import Value

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


@pytest.mark.parametrize("kind", DATACLASSES)
def test_a_dataclass_is_frozen(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen


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
    assert all(field.kw_only for field in fields(kind))


def test_there_is_something_to_look_at() -> None:
    assert (len(DATACLASSES) > 40, len(MODELS) > 10, len(COMMANDS)) == (True, True, 23)
