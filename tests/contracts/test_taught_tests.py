"""The tests that the documentation shows pass, run by pytest as a reader would run them."""

from __future__ import annotations

import re
from pathlib import Path

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
AGAIN = {"TestMyStore", "TestMyEngine"}
"""These are our own store and engine, whose contracts run beside this module."""


def _blocks(page: str) -> str:
    return "\n".join(
        re.findall(r"^```python\n(.*?)^```$", (HOW_TO / page).read_text(), re.M | re.S)
    )


for _page in ("test-with-pytest.md", "test-your-own-adapter.md"):
    exec(compile(_blocks(_page), _page, "exec"), globals())  # noqa: S102  # our own page
for _name in AGAIN:
    del globals()[_name]
