"""The library has no types of its own; these are the parts that we use."""

from typing import Any

def __getattr__(name: str) -> Any: ...
