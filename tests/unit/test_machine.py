"""Compiling a machine: what a look-up cannot hold is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from billhook.lifecycle.machine import build, compiled


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


GO: dict[str, Any] = {"trigger": "go", "source": "red", "dest": "green"}


def _ignored(*_: object) -> bool:
    return True


def test_a_row_becomes_an_entry() -> None:
    assert dict(compiled(build(Light, [GO]), Light)) == {(Light.RED, "go"): Light.GREEN}


def test_an_internal_row_leads_nowhere() -> None:
    honk = {"trigger": "honk", "source": "*", "dest": None}
    assert dict(compiled(build(Light, [honk]), Light)) == {
        (Light.RED, "honk"): Light.RED,
        (Light.GREEN, "honk"): Light.GREEN,
    }


@pytest.mark.parametrize("callback", ["conditions", "unless", "prepare", "before", "after"])
def test_conditions_and_callbacks_are_refused(callback: str) -> None:
    machine = build(Light, [{**GO, callback: _ignored}])
    with pytest.raises(ValueError, match="go from red has conditions or callbacks"):
        compiled(machine, Light)


def test_two_rows_for_one_pair_are_refused() -> None:
    machine = build(Light, [GO, {**GO, "dest": "red"}])
    with pytest.raises(ValueError, match="go has 2 rows from red"):
        compiled(machine, Light)


def test_the_lookup_cannot_be_changed() -> None:
    table = compiled(build(Light, [GO]), Light)
    with pytest.raises(TypeError):
        table[Light.GREEN, "go"] = Light.RED  # type: ignore[index]


def test_a_machine_has_no_trigger_but_its_rows() -> None:
    assert list(build(Light, [GO]).events) == ["go"]
