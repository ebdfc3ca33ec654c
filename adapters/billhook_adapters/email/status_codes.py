"""What the status codes of mail systems (RFC 3463) say of an address."""

from __future__ import annotations

import re

from billhook.model.customer import Suppression

_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""No such mailbox, no such system, no valid address, moved, no mail at all, switched off."""

_ENHANCED = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")


def enhanced(words: str) -> str | None:
    """The enhanced code that a server's words begin with.

    >>> enhanced("5.1.1 no such user"), enhanced("no such user")
    ('5.1.1', None)
    """
    found = _ENHANCED.match(words)
    return None if found is None else found[0]


def suppression(code: str | None) -> Suppression | None:
    """Why an address is to be suppressed after such a code; None where it may work again.

    A bare 550 says too little: it may be about the text, or about us.

    >>> suppression("5.1.1"), suppression("5.7.1"), suppression(None)
    ('bounced', None, None)
    """
    return "bounced" if code in _GONE else None
