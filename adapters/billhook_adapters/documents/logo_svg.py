"""An SVG as a logo: rebuilt from the elements and attributes that draw, and nothing else.

The XML is read by expat. What declares entities is refused, as is what is too large, too deep, or
refers to itself. Elements that are not named here are left out with all that they hold, and so are
attributes: scripts, event handlers, animations, HTML, pictures within, links, and every reference
but one to a part of the same drawing. A style sheet's rules become attributes, so that what they
refer to is counted as well. All of it takes time in proportion to the bytes.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, register_namespace, tostring
from xml.parsers import expat

MOST_ELEMENTS, MOST_LEVELS, MOST_DRAWN = 5_000, 64, 20_000
LEAST_UNITS, MOST_UNITS = 0.1, 1_000_000
"""The shortest and the longest side, in units of the drawing."""

_LONGEST_VALUE = 500
"""Characters of a value in a style sheet, which many elements may take over."""
_LONGEST_SIDE = 64
"""Characters of a width, a height and a view box."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"

_DRAWING = "path rect circle ellipse line polyline polygon text use"
_GROUPING = """
svg g defs symbol title desc style tspan linearGradient radialGradient stop clipPath mask pattern
"""
_SHAPES = frozenset(_DRAWING.split())
_ELEMENTS = _SHAPES | frozenset(_GROUPING.split())
_TRANSPARENT = frozenset({"a", "switch"})
"""Left out themselves; what they hold stays."""

_STYLING = """
clip-path clip-rule color display dominant-baseline fill fill-opacity fill-rule font-family
font-size font-stretch font-style font-variant font-weight isolation letter-spacing mask
mask-type mix-blend-mode opacity overflow paint-order shape-rendering stop-color stop-opacity
stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
stroke-opacity stroke-width text-anchor text-decoration text-rendering transform
transform-origin vector-effect visibility word-spacing
"""
_SHAPING = """
id class x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points width height viewBox dx dy rotate
preserveAspectRatio offset gradientUnits gradientTransform spreadMethod clipPathUnits
maskUnits maskContentUnits patternUnits patternContentUnits patternTransform
textLength lengthAdjust pathLength version
"""
_PROPERTIES = frozenset(_STYLING.split())
_ATTRIBUTES = _PROPERTIES | frozenset(_SHAPING.split())

_VALUE = re.compile(r"[\w\s.,#%()+'\"!-]*")
_NAME = string.ascii_letters + string.digits + "-_"
_CALLED = """
rgb rgba hsl hsla translate translatex translatey scale scalex scaley rotate skewx skewy matrix url
"""
_FUNCTIONS = frozenset(_CALLED.split())
_LOCAL = re.compile(r"url\(\s*(['\"]?)#([\w.-]+)\1\s*\)")
_FRAGMENT = re.compile(r"#([\w.-]+)")
_SELECTOR = re.compile(r"(?:[\w-]+|\*)?(?:[.#][\w-]+)?")
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][0-9]+)?)\s*(?:px|pt|mm|cm|in)?\s*")


def sanitized_svg(data: bytes) -> bytes:
    """The SVG with what draws alone. Raises ValueError with the remedy if it cannot be shown."""
    root = _Reader().read(data)
    _set_size(root)
    if not any(_name(one) in _SHAPES for one in root.iter()):
        raise ValueError(
            "the logo draws nothing; pictures within an SVG are left out, so save it as PNG instead"
        )
    _refuse_repetition(root)
    register_namespace("", _SVG)
    return tostring(root, encoding="unicode").encode()


class _Reader:
    """Builds the tree of what is kept."""

    def __init__(self) -> None:
        self._open: list[Element | None] = []
        self._root: Element | None = None
        self._left_out = self._count = 0

    def read(self, data: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse_entity
        parser.buffer_text = True
        try:
            parser.Parse(data, True)  # noqa: FBT003  # its arguments have no names
        except (expat.ExpatError, LookupError):
            raise ValueError("the logo is neither PNG nor SVG: it is not well-formed XML") from None
        if self._root is None:
            raise ValueError("the logo is XML, but no SVG; save it as PNG or SVG")
        _apply_sheets(self._root)
        return self._root

    def _refuse_entity(self, *_: Any) -> None:
        raise ValueError("the logo declares entities; save it as plain SVG without them")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= MOST_LEVELS:
            raise ValueError("the logo has too many or too deep elements; simplify the drawing")
        namespace, _, local = name.rpartition("}")
        if not self._open and (namespace, local) != (_SVG, "svg"):
            raise ValueError("the logo is XML, but no SVG; save it as PNG or SVG")
        parent = next((one for one in reversed(self._open) if one is not None), None)
        if self._left_out or namespace != _SVG or local not in _ELEMENTS | _TRANSPARENT:
            self._left_out += 1
            self._open.append(None)
        elif local in _TRANSPARENT:
            self._open.append(None)
        else:
            element = Element(f"{{{_SVG}}}{local}", _kept(attributes))
            if parent is None:
                self._root = element
            else:
                parent.append(element)
            self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()
        self._left_out = max(0, self._left_out - 1)

    def _text(self, text: str) -> None:
        parent = next((one for one in reversed(self._open) if one is not None), None)
        if self._left_out or parent is None:
            return
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _kept(attributes: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in attributes.items():
        if name in ("href", f"{_XLINK}}}href"):
            if _FRAGMENT.fullmatch(value):
                kept["href"] = value
        elif name == "style":
            kept |= _declarations(value)
        elif name in _ATTRIBUTES and _is_harmless(value):
            kept.setdefault(name, value)
    return kept


def _is_harmless(value: str) -> bool:
    """Whether it is a plain value, and refers to parts of the same drawing alone."""
    if not _VALUE.fullmatch(value):
        return False
    names = [_last_name(before).lower() for before in value.split("(")[:-1]]
    return set(names) <= _FUNCTIONS and names.count("url") == len(_LOCAL.findall(value))


def _last_name(text: str) -> str:
    """The name that a text ends with; a regular expression would look from every letter on."""
    text = text.rstrip()
    return text[len(text.rstrip(_NAME)) :]


def _declarations(style: str) -> dict[str, str]:
    """The properties that a style sets, which are attributes as well."""
    pairs = (one.partition(":") for one in _without_comments(style).split(";"))
    return {
        name.strip(): value.strip()
        for name, _, value in pairs
        if name.strip() in _PROPERTIES and value.strip() and _is_harmless(value)
    }


def _without_comments(style: str) -> str:
    first, *others = style.split("/*")
    return first + "".join(one.partition("*/")[2] for one in others)


def _apply_sheets(root: Element) -> None:
    """Give elements the properties that style sheets set for their name, classes and id.

    Of a selector with more than these nothing is kept.
    """
    sheets = {id(one): one.text or "" for one in root.iter() if _name(one) == "style"}
    rules: dict[str, dict[str, str]] = {}
    for selector, properties in _rules("".join(sheets.values())):
        rules.setdefault(selector, {}).update(properties)
    for element in root.iter():
        for child in [one for one in element if id(one) in sheets]:
            element.remove(child)
        for selector in _selectors(element):
            for name, value in rules.get(selector, {}).items():
                element.set(name, value)


def _rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The simple selectors of a style sheet, each with the properties that it sets."""
    for rule in _without_comments(sheet).split("}"):
        selectors, brace, body = rule.partition("{")
        declared = _declarations(body) if brace else {}
        properties = {
            name: value for name, value in declared.items() if len(value) <= _LONGEST_VALUE
        }
        for selector in map(str.strip, selectors.split(",") if properties else ()):
            if selector and _SELECTOR.fullmatch(selector):
                yield selector, properties


def _selectors(element: Element) -> Iterator[str]:
    """The simple selectors that an element has, the weaker before the stronger ones."""
    name = _name(element)
    yield from ("*", name)
    for kind in element.get("class", "")[:_LONGEST_VALUE].split():
        yield from (f".{kind}", f"*.{kind}", f"{name}.{kind}")
    if (own := element.get("id")) is not None:
        yield from (f"#{own}", f"{name}#{own}")


def _set_size(root: Element) -> None:
    """Give it the size of its view box, and the view box of its size where it has none."""
    box = [
        _number(part)
        for part in re.split(r"[\s,]+", root.get("viewBox", "")[:_LONGEST_SIDE].strip())
    ]
    if len(box) != 4 or None in box:
        width, height = (_length(root.get(name, "")) for name in ("width", "height"))
        box = [0.0, 0.0, width, height]
    sides = [side for side in box[2:] if side is not None and LEAST_UNITS <= side <= MOST_UNITS]
    if len(sides) != 2 or max(sides) > 50 * min(sides):
        raise ValueError("the logo has no size that can be shown; give its svg element a viewBox")
    root.set("viewBox", " ".join(f"{part or 0:g}" for part in box))
    for name, side in zip(("width", "height"), sides, strict=True):
        root.set(name, f"{side:g}")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= MOST_UNITS else None


def _length(text: str) -> float | None:
    found = _LENGTH.fullmatch(text[:_LONGEST_SIDE])
    return None if found is None else _number(found[1])


def _refuse_repetition(root: Element) -> None:
    """Refuse parts that refer to themselves, and those that draw each other again and again."""
    by_id = {name: one for one in root.iter() if (name := one.get("id")) is not None}
    sizes: dict[str, int] = {}

    def drawn(element: Element, within: tuple[str, ...]) -> int:
        return sum(
            1 + sum(referred(name, within) for name in _references(one)) for one in element.iter()
        )

    def referred(name: str, within: tuple[str, ...]) -> int:
        if name in within or len(within) > MOST_LEVELS:
            raise ValueError("the logo refers to itself; simplify the drawing")
        if name not in by_id:
            return 0
        if name not in sizes:
            sizes[name] = drawn(by_id[name], (*within, name))
        return sizes[name]

    if drawn(root, ()) > MOST_DRAWN:
        raise ValueError("the logo draws its parts too often; simplify the drawing")


def _references(element: Element) -> Iterable[str]:
    for name, value in element.items():
        if name == "href":
            yield value.removeprefix("#")
        else:
            yield from (name for _, name in _LOCAL.findall(value))
