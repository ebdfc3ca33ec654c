"""Texts as XML holds them."""

from __future__ import annotations

import re

from billhook_adapters.documents.untrusted_text import without_direction_controls

_NOT_IN_XML = re.compile(
    "[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)


def xml_text(text: str | None) -> str | None:
    """The text without characters that XML 1.0 excludes or discourages, and without space around.

    None where nothing is left: an empty element is an error.

    >>> xml_text(" R-1\\ufffe "), xml_text("\\uffff")
    ('R-1', None)
    """
    if text is None:
        return None
    return _NOT_IN_XML.sub("", without_direction_controls(text)).strip() or None
