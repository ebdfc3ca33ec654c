"""Logos: what is a picture is kept, and nothing else of a file."""

from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from billhook.model.logo import MAX_LOGO, PNG_SIGNATURE
from billhook_adapters.documents.logos import read_logo

NAMESPACE = "http://www.w3.org/2000/svg"
EVIL = "evil.example"


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as a file of a kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def a_png(width: int = 40, height: int = 20, mode: str = "RGBA") -> bytes:
    return saved(Image.new(mode, (width, height)))


def an_svg(inside: str = "", size: str = 'viewBox="0 0 10 5"') -> bytes:
    """An SVG that draws a rectangle beside what is given."""
    return f'<svg xmlns="{NAMESPACE}" {size}>{inside}<rect width="1" height="1"/></svg>'.encode()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(16, 16), (40, 17), (2048, 16)])
def test_a_png_of_every_kind_is_taken(mode: str, size: tuple[int, int]) -> None:
    logo = read_logo(a_png(*size, mode))
    assert logo.format == "png"
    with Image.open(BytesIO(logo.data)) as read:
        assert read.size == size
        read.load()


def test_of_a_png_the_picture_alone_is_kept() -> None:
    info = PngInfo()
    info.add_text("Comment", "taken at home")
    info.add_itxt("XML:com.adobe.xmp", "<x/>")
    exif = Image.Exif()
    exif[0x010E] = "a place"
    noise = Image.frombytes("RGB", (32, 32), random.Random(1).randbytes(32 * 32 * 3))  # noqa: S311  # not a secret
    given = saved(noise, pnginfo=info, exif=exif, icc_profile=b"profile" * 99) + b"<script>"
    kept = read_logo(given).data
    for secret in (b"taken", b"adobe", b"a place", b"profile", b"script"):
        assert secret not in kept
    with Image.open(BytesIO(kept)) as read:
        assert read.tobytes() == noise.tobytes()


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (saved(Image.new("CMYK", (40, 20)), "JPEG"), "is a JPEG; save it as PNG"),
        (saved(Image.new("RGB", (40, 20)), "JPEG"), "is a JPEG; save it as PNG"),
        (saved(Image.new("CMYK", (40, 20)), "TIFF"), "is a TIFF; save it as PNG"),
        (saved(Image.new("RGB", (40, 20)), "GIF"), "is a GIF; save it as PNG"),
        (saved(Image.new("RGB", (40, 20)), "WEBP"), "is a WebP; save it as PNG"),
        (saved(Image.new("RGB", (40, 20)), "PDF"), "is a PDF; save it as PNG"),
        (b"\x1f\x8b\x08", "is compressed; save it as PNG or SVG"),
        (b"MZ\x90\x00", "neither PNG nor SVG"),
        (b"", "neither PNG nor SVG"),
        (a_png(1, 1), "1 by 1 pixels, too small to be seen; give one with at least 16"),
        (a_png(4000, 1), "too small to be seen"),
        (a_png(16, 2049), "make it at most 2048"),
        (b" " * (MAX_LOGO + 1), "more than 256 KiB; make the picture smaller"),
        (PNG_SIGNATURE, "damaged"),
        (a_png()[:-13], "damaged"),
        (a_png()[:40] + b"\x00" + a_png()[41:], "damaged"),
        (PNG_SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "damaged"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_remedy(data: bytes, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        read_logo(data)


def test_a_png_that_unpacks_to_more_than_its_size_is_refused_before_it_does() -> None:
    header = struct.pack(">IIBBBBB", 32, 32, 8, 6, 0, 0, 0)
    bomb = zlib.compress(bytes(64 * 1024 * 1024), 9)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", bomb), chunk(b"IEND", b"")
    with pytest.raises(ValueError, match="damaged"):
        read_logo(PNG_SIGNATURE + b"".join(parts))


def test_a_png_whose_header_says_a_size_that_it_has_not_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 2000, 2000, 8, 6, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"x")), chunk(b"IEND", b"")
    with pytest.raises(ValueError, match="damaged"):
        read_logo(PNG_SIGNATURE + b"".join(parts))


def test_an_interlaced_png_is_taken() -> None:
    header = struct.pack(">IIBBBBB", 17, 19, 8, 0, 0, 0, 1)
    sizes = ((3, 3), (2, 3), (5, 2), (4, 5), (9, 5), (8, 10), (17, 9))
    raw = b"".join(bytes(rows * (1 + width)) for width, rows in sizes)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")
    with Image.open(BytesIO(read_logo(PNG_SIGNATURE + b"".join(parts)).data)) as read:
        assert read.size == (17, 19)
        read.load()


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<script href="https://evil.example/x.js"/>',
        '<g onload="alert(1)" onclick="alert(1)"/>',
        '<rect ONLOAD="alert(1)"/>',
        "<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'>alert(1)</b></foreignObject>",
        "<foreignObject><script>alert(1)</script></foreignObject>",
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<a xmlns:l="http://www.w3.org/1999/xlink" l:href="java&#x73;cript:alert(1)"><rect/></a>',
        '<image href="https://evil.example/x.png"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zz4="/>',
        '<feImage href="https://evil.example/x.png"/>',
        '<use href="https://evil.example/x.svg#a"/>',
        '<use xmlns:l="http://www.w3.org/1999/xlink" l:href="data:image/svg+xml,x#a"/>',
        "<style>@import url(https://evil.example/x.css);</style>",
        "<style>rect{fill:url(https://evil.example/#x)}</style>",
        "<style>rect{fill:u\\72l(https://evil.example/#x)}</style>",
        "<style>@import 'https://evil.example';</style>",
        "<style>rect{-moz-binding:url(https://evil.example)}</style>",
        "<style><![CDATA[</style><script>alert(1)</script>]]></style>",
        '<rect style="fill:url(https://evil.example/#x)"/>',
        "<rect style=\"background:image-set('https://evil.example')\"/>",
        '<rect fill="url(https://evil.example/#x)"/>',
        '<rect fill="url(#a) url(//evil.example)"/>',
        '<rect filter="url(//evil.example/x)"/>',
        '<rect fill="u\\72l(https://evil.example)"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onmouseover" to="alert(1)"/>',
        '<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="https://evil.example"/>',
        '<x:handler xmlns:x="http://www.w3.org/2001/xml-events">alert(1)</x:handler>',
        '<g xml:base="https://evil.example/"/>',
        "<metadata><x xmlns='https://evil.example'>alert(1)</x></metadata>",
        '<?xml-stylesheet href="https://evil.example/a.css"?>',
        "<!-- https://evil.example -->",
    ],
)
def test_of_an_svg_nothing_stays_that_runs_or_refers_elsewhere(inside: str) -> None:
    kept = read_logo(an_svg(inside)).data.decode().lower().replace(NAMESPACE, "")
    for danger in ("alert", EVIL, "script", "import", 'href="h', "data:", "\\", "xlink"):
        assert danger not in kept
    assert '<rect width="1" height="1"' in kept


def test_of_an_svg_stays_what_draws_it() -> None:
    drawing = (
        '<defs><linearGradient id="g"><stop offset="0" style="stop-color:#f00;-x:y"/>'
        '</linearGradient><clipPath id="c"><circle r="3"/></clipPath></defs>'
        "<style>/* a */.a{fill:url(#g);behavior:url(x)} .b , #c{stroke:rgb(1,2,3)}</style>"
        '<a><g class="a" clip-path="url(\'#c\')" transform="translate(1 2)">'
        '<path d="M0 0h1z"/></g></a>'
        '<text font-family="Acme Sans">एक्मे <tspan>Books</tspan> Ltd</text>'
    )
    kept = read_logo(an_svg(drawing)).data.decode()
    for part in (
        'stop-color="#f00"', 'translate(1 2)" fill="url(#g)">',
        '<clipPath id="c" stroke="rgb(1,2,3)">',
        'clip-path="url(\'#c\')"', 'transform="translate(1 2)"', 'd="M0 0h1z"',
        '<text font-family="Acme Sans">एक्मे <tspan>Books</tspan> Ltd</text>',
    ):  # fmt: skip
        assert part in kept
    assert read_logo(kept.encode()).data.decode() == kept


def test_a_document_type_and_a_prefix_are_those_of_many_drawing_programs() -> None:
    given = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        f'<s:svg xmlns:s="{NAMESPACE}" width="20mm" height="10mm"><s:path d="M0 0h1z"/></s:svg>'
    )
    kept = read_logo(given.encode()).data.decode()
    assert "DOCTYPE" not in kept
    assert 'width="20" height="10" viewBox="0 0 20 10"' in kept


def repeated(times: int) -> str:
    """Groups each of which draws the one before it ten times."""
    groups = (f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, times))
    return '<g id="g0"><rect/></g>' + "".join(groups)


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "aaa">]>' + an_svg("<text>&a;</text>"), "declares entities"),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + an_svg("&a;"), "entities"),
        (b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "x"> %a;]>' + an_svg(), "declares entities"),
        (an_svg("&unknown;"), "not well-formed"),
        (an_svg() + b"x", "not well-formed"),
        (an_svg("<g>"), "not well-formed"),
        (b"\xef\xbb\xbf<svg", "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><svg/>', "not well-formed"),
        (b"<html><svg/></html>", "no SVG"),
        (b"<svg viewBox='0 0 1 1'><rect/></svg>", "no SVG"),
        (an_svg("<g>" * 70 + "</g>" * 70), "simplify"),
        (an_svg("<g/>" * 6000), "simplify"),
        (an_svg('<g id="a"><use href="#a"/></g>'), "refers to itself"),
        (
            an_svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
            "refers to itself",
        ),
        (an_svg('<pattern id="p"><rect fill="url(#p)"/></pattern>'), "refers to itself"),
        (an_svg(repeated(9)), "too often"),
        (an_svg(size=""), "give its svg element a viewBox"),
        (an_svg(size='viewBox="0 0 0 5"'), "viewBox"),
        (an_svg(size='viewBox="0 0 nan 5"'), "viewBox"),
        (an_svg(size='viewBox="0 0 1e99 5"'), "viewBox"),
        (an_svg(size='viewBox="0 0 1000 1"'), "viewBox"),
        (an_svg(size='width="100%" height="50"'), "viewBox"),
        (f'<svg xmlns="{NAMESPACE}" viewBox="0 0 9 9"><image href="x"/></svg>'.encode(), "PNG"),
    ],
)
def test_an_svg_that_cannot_be_shown_is_refused_with_the_remedy(data: bytes, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        read_logo(data)


@pytest.mark.parametrize(
    "part",
    [
        "<style>a{}</style>", "<style>{}</style>", '<rect fill="{}"/>', '<rect style="{}"/>',
        '<rect width="{}"/>', '<rect class="{}"/>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", [" ", "a", "/*", "url(", "a{", "1", "(", ",", ". ", "#a"])
def test_a_long_text_takes_time_in_proportion_to_its_length(part: str, text: str) -> None:
    # One that is read again from every letter on would take hours, not a second.
    drawing = part.replace("{}", text * (100_000 // len(text)))
    with suppress(ValueError):
        read_logo(an_svg(drawing))
    with suppress(ValueError):
        long = text * 50_000
        root = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{long}" width="{long}"/>'
        read_logo(root.encode())


def test_what_a_style_sheet_refers_to_is_counted_too() -> None:
    # Each pattern draws the next one ten times, by a class: 10^20 in all.
    rules = "".join(f".c{n}{{fill:url(#p{n + 1})}}" for n in range(20))
    parts = "".join(
        f'<pattern id="p{n}">{f"""<rect class="c{n}" width="1" height="1"/>""" * 10}</pattern>'
        for n in range(20)
    )
    with pytest.raises(ValueError, match="draws its parts too often"):
        read_logo(an_svg(f'<style>{rules}</style>{parts}<rect fill="url(#p0)"/>'))


def test_the_rules_of_a_style_sheet_become_attributes_the_stronger_win() -> None:
    drawing = (
        "<style>#x{fill:#111} .a{fill:#222;stroke:#333} rect{fill:#444;opacity:.5} "
        "g .a{fill:#555} rect.a:hover{fill:#666} @media print{.a{fill:#777}}</style>"
        '<rect id="x" class="b a" fill="#888" width="1" height="1"/>'
    )
    kept = read_logo(an_svg(drawing)).data.decode()
    assert "<style" not in kept
    for part in ('fill="#111"', 'stroke="#333"', 'opacity=".5"'):
        assert part in kept


def test_a_long_value_is_not_taken_over_by_many_elements() -> None:
    drawing = f"<style>rect{{stroke-dasharray:{'1 ' * 50_000}}}</style>{'<rect/>' * 2000}"
    assert len(read_logo(an_svg(drawing)).data) < 100_000
