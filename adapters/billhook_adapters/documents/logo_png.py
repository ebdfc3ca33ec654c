"""A PNG as a logo: whole, of a size that can be shown, and without anything but the picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from billhook.model.logo import PNG_SIGNATURE

LEAST_SIDE, MOST_SIDE = 16, 2048
"""Pixels of a side."""

_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
"""The chunks of a picture; not its comments, place, colour profile or animation."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip

_DAMAGED = "the logo is a damaged PNG; save it anew"


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    color: int
    compression: int
    filtering: int
    interlaced: int


def checked_png(data: bytes) -> bytes:
    """The PNG with the chunks of its picture alone. Raises ValueError with the remedy.

    It is decompressed up to the size that its header says, so a small file that unpacks to a large
    one is refused.
    """
    chunks = list(_chunks(data))
    names = [name for name, _ in chunks]
    if not chunks or names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names:
        raise ValueError(_DAMAGED)
    if len(chunks[0][1]) != 13:
        raise ValueError(_DAMAGED)
    header = _Header(*struct.unpack(">IIBBBBB", chunks[0][1]))
    _check(header, has_palette=b"PLTE" in names)
    _decompress(b"".join(body for name, body in chunks if name == b"IDAT"), _raw_size(header))
    kept = (_chunk(name, body) for name, body in chunks if name in _KEPT)
    return PNG_SIGNATURE + b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks up to the end of the picture; what is behind it is no part of it."""
    position = len(PNG_SIGNATURE)
    while True:
        head = data[position : position + 8]
        if len(head) < 8:
            raise ValueError(_DAMAGED)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        body = data[position + 8 : position + 8 + length]
        check = data[position + 8 + length : position + 12 + length]
        if len(body) < length or check != zlib.crc32(name + body).to_bytes(4, "big"):
            raise ValueError(_DAMAGED)
        yield name, body
        if name == b"IEND":
            return
        position += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _check(header: _Header, *, has_palette: bool) -> None:
    sides = header.width, header.height
    if min(sides) < LEAST_SIDE:
        raise ValueError(
            f"the logo is {header.width} by {header.height} pixels, too small to be seen; "
            f"give one with at least {LEAST_SIDE} on each side"
        )
    if max(sides) > MOST_SIDE:
        raise ValueError(
            f"the logo is {header.width} by {header.height} pixels; "
            f"make it at most {MOST_SIDE} on each side"
        )
    depths = _DEPTHS.get(header.color, ())
    standard = (header.compression, header.filtering) == (0, 0) and header.interlaced in (0, 1)
    if header.depth not in depths or not standard or (header.color == 3 and not has_palette):
        raise ValueError(_DAMAGED)


def _raw_size(header: _Header) -> int:
    """The bytes of the picture, unpacked: each row of each pass with the byte of its filter."""
    bits = _CHANNELS[header.color] * header.depth
    size = 0
    for left, top, across, down in _PASSES if header.interlaced else ((0, 0, 1, 1),):
        width = -(-(header.width - left) // across)
        height = -(-(header.height - top) // down)
        if width > 0 and height > 0:
            size += height * (1 + -(-width * bits // 8))
    return size


def _decompress(packed: bytes, size: int) -> None:
    """Raises ValueError if it does not unpack to so many bytes."""
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(packed, size + 1)
    except zlib.error:
        raise ValueError(_DAMAGED) from None
    if len(raw) != size or not (unpacking.eof or not unpacking.decompress(b"", 1)):
        raise ValueError(_DAMAGED)
