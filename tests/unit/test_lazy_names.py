"""A public name is loaded at its first use, and stays."""

from __future__ import annotations

import billhook
from billhook.lifecycle.error_value import Remedy


def test_a_name_is_kept_once_it_is_loaded() -> None:
    vars(billhook).pop("Remedy", None)
    first: object = billhook.Remedy
    assert first is vars(billhook)["Remedy"] is Remedy
