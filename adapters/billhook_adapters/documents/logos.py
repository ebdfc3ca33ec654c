"""The logo in a file: checked by what it holds, whatever it is called."""

from __future__ import annotations

from billhook.model.logo import MAX_LOGO, PNG_SIGNATURE, Logo
from billhook_adapters.documents.logo_png import checked_png
from billhook_adapters.documents.logo_svg import sanitized_svg

_OTHERS = {
    b"\xff\xd8\xff": "a JPEG",
    b"GIF8": "a GIF",
    b"RIFF": "a WebP",
    b"%PDF": "a PDF",
    b"\x00\x00\x01\x00": "an icon",
    b"II*\x00": "a TIFF",
    b"MM\x00*": "a TIFF",
    b"\x1f\x8b": "compressed",
}


def read_logo(data: bytes) -> Logo:
    """The logo in the bytes of a file. Raises ValueError with the remedy where it cannot be shown.

    Of a PNG the picture is kept, and no other data; of an SVG what draws, and no script, event
    handler or reference to anything else.

    >>> read_logo(b"GIF89a")
    Traceback (most recent call last):
    ValueError: the logo is a GIF; save it as PNG or SVG
    """
    if len(data) > MAX_LOGO:
        raise ValueError(f"the logo has more than {MAX_LOGO // 1024} KiB; make the picture smaller")
    if data.startswith(PNG_SIGNATURE):
        return Logo(format="png", data=checked_png(data))
    for signature, other in _OTHERS.items():
        if data.startswith(signature):
            raise ValueError(f"the logo is {other}; save it as PNG or SVG")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ValueError("the logo is neither PNG nor SVG; save it as one of them")
    return Logo(format="svg", data=sanitized_svg(data))
