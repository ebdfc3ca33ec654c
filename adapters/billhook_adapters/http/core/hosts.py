"""Host headers that could be read in two ways, which RFC 9112 (3.2) has refused."""

from __future__ import annotations

from collections.abc import Sequence

_DELIMITERS = frozenset(b",/?#@\\")
"""What readers of a Host header disagree about: which of its parts is the host."""


def is_ambiguous(values: Sequence[bytes]) -> bool:
    """Whether it is open which host is meant by a request with these Host headers.

    One that is missing, or names no host, is none: such a request belongs to no host's APIs.

    >>> is_ambiguous([b"pay.example:8080"]), is_ambiguous([])
    (False, False)
    >>> is_ambiguous([b"a.example", b"a.example"]), is_ambiguous([b"a.example, b.example"])
    (True, True)
    """
    return len(values) > 1 or any(not _DELIMITERS.isdisjoint(value) for value in values)
