"""Host headers as RFC 9112 (3.2) requires them: one, with the form of a host."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HOST = re.compile(rb"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{0,5})?")


def is_valid(values: Sequence[bytes], version: str) -> bool:
    """Whether a request of this HTTP version may have these Host headers.

    >>> is_valid([b"pay.example:8080"], "1.1"), is_valid([], "1.1"), is_valid([], "1.0")
    (True, False, True)
    >>> is_valid([b"a.example", b"b.example"], "1.1"), is_valid([b"a.example, b.example"], "1.1")
    (False, False)
    """
    if not values:
        return version == "1.0"
    return len(values) == 1 and _HOST.fullmatch(values[0]) is not None
