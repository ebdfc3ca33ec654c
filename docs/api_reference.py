"""The pages of the Python API, from the signatures and docstrings of every public name."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping, Set
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path
from posixpath import normpath
from typing import Any, get_args, get_type_hints

from api_names import (
    Attribute,
    Definition,
    aliases,
    attributes,
    class_of,
    constant,
    constructor,
    definition,
    methods,
)
from api_pages import HOMES, PAGES
from page_parts import table
from returns.result import Result

from billhook.application.command import Command, InvoiceCommand
from billhook.lifecycle.errors import Conflict, InvoiceNotFound

DOCS = Path(__file__).parent
WIDTH = 88

FIELDS: Mapping[str, str] = tomllib.loads((DOCS / "fields.toml").read_text(encoding="utf-8"))
"""What a field means that has no docstring of its own, by its name or by its class and name."""


BASIC = {
    name: meaning
    for package in ("model", "lifecycle", "messaging", "application")
    for name, meaning in aliases(f"billhook.{package}").items()
    if name[0].isalpha() and not name.isupper() and name not in HOMES
}
"""The types of fields that are no public names, with what they hold."""


def api_page(name: str) -> str:
    """One page of the reference."""
    page = PAGES[name]
    entries = _entries(name)
    if name == "model":
        linked = re.findall(r"\(model\.md#(\w+)\)", "".join(map(_entries, PAGES)))
        entries += _basic_types(BASIC.keys() & set(linked))
    return f"# {page.title}\n\n{page.about}\n\n{entries}"


@cache
def _entries(page: str) -> str:
    return "\n".join(_entry(module, definition(module, one)) for module, one in PAGES[page].names)


def _basic_types(names: Set[str]) -> str:
    rows = [[f"{anchor(name)}`{name}`", " ".join(BASIC[name].split())] for name in sorted(names)]
    about = "Of fields, parameters and results; they are no names to import from `billhook`."
    return f"\n## Basic types\n\n{about}\n\n{table(['type', 'meaning'], rows)}"


def anchor(name: str) -> str:
    """The place of a name on its page, which links lead to."""
    return f'<a id="{name}"></a>'


def _entry(module: str, of: Definition) -> str:
    shown = (
        of.name if module.startswith("billhook.") or module == "billhook" else f"{module}.{of.name}"
    )
    parts = [anchor(of.name), f"## `{shown}`", _declaration(of), _prose(of.meaning)]
    if isinstance(of.node, ast.ClassDef):
        made = constructor(of)
        parts.append("" if made is None else _prose(ast.get_docstring(made) or ""))
        parts += [_code_and_remedy(of), _members(of), _answer(of), _methods(of)]
    elif isinstance(of.node, ast.FunctionDef):
        parts.append(_errors(_returned(_value(of))))
    return "\n\n".join(part for part in parts if part) + "\n"


def _value(of: Definition) -> Any:
    return getattr(import_module(of.module), of.name)


def _declaration(of: Definition) -> str:
    """The signature of a function, the bases of a class, the value of a constant."""
    match of.node:
        case ast.FunctionDef():
            text = _signature(of.node)
        case ast.ClassDef(bases=bases, name=name):
            parents = ", ".join(map(ast.unparse, bases))
            text = f"class {name}({parents})" if parents else f"class {name}"
            if (made := constructor(of)) is not None:
                text += "\n\n" + _signature(made, name)
        case node:
            text = _wrapped(ast.unparse(node))
    return f"```py\n{text}\n```"


def _signature(node: ast.FunctionDef, of_class: str | None = None) -> str:
    """A signature, with a line for each parameter where one line is not enough."""
    start = f"def {node.name}" if of_class is None else of_class
    end = "" if node.returns is None or of_class else f" -> {ast.unparse(node.returns)}"
    parameters = _parameters(node)
    line = f"{start}({', '.join(parameters)}){end}"
    if len(line) <= WIDTH:
        return line
    return f"{start}(\n" + "".join(f"    {one},\n" for one in parameters) + f"){end}"


def _parameters(node: ast.FunctionDef) -> list[str]:
    """The parameters of a function, without that of its object, as a formatter writes them."""
    parameters = _split(ast.unparse(node.args), ", ")
    return [" = ".join(_split(one, "=")) for one in parameters if one not in ("", "self", "cls")]


def _wrapped(assignment: str) -> str:
    """A union with a line for each member, where one line is not enough."""
    if len(assignment) <= WIDTH:
        return assignment
    name, _, value = assignment.partition(" = ")
    return f"{name} = (\n    " + "\n    | ".join(_split(value, " | ")) + "\n)"


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that are in no bracket."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            start = at + len(separator)
    return [*parts, text[start:]]


def _prose(docstring: str) -> str:
    """A docstring as Markdown: its examples become blocks of code."""
    blocks = re.split(r"\n\s*\n", docstring)
    return "\n\n".join(
        f"```pycon\n{block}\n```" if block.startswith(">>>") else block for block in blocks
    )


def _first_paragraph(docstring: str) -> str:
    return " ".join(docstring.partition("\n\n")[0].split())


def code(text: str, pages: str = "") -> str:
    """Code in a cell of a table, linked where it names something that is explained.

    `pages` is the path to the pages of the API.
    """
    shown = (
        f"`{text}`" if "|" not in text else f"<code>{escape(text).replace('|', '&#124;')}</code>"
    )
    for name in re.findall(r"\w+", text):
        if name in HOMES or name in BASIC:
            return f"[{shown}]({normpath(pages + HOMES.get(name, 'model.md'))}#{name})"
    return shown


def _code_and_remedy(of: Definition) -> str:
    kind = constant(of, "code")
    return "" if kind is None else f"Code: `{ast.literal_eval(kind)}`."


def meaning_of(owner: str, field: Attribute) -> str:
    """What a field means: its own docstring, else the words that its name has everywhere."""
    return field.meaning or FIELDS.get(f"{owner}.{field.name}") or FIELDS.get(field.name, "")


def _members(of: Definition) -> str:
    """The fields of a class, or the members of an enum."""
    found = attributes(of)
    if not found or _is_protocol(of):
        return ""
    if not any(one.type for one in found):
        return table(["member", "value"], [[f"`{one.name}`", f"`{one.default}`"] for one in found])
    return table(
        ["field", "type", "default", "meaning"],
        [
            [
                f"`{one.name}`",
                code(one.type),
                "required" if one.default is None else f"`{one.default}`",
                _cell(of, one),
            ]
            for one in found
            if one.type
        ],
    )


def _cell(of: Definition, field: Attribute) -> str:
    return " ".join(meaning_of(of.name, field).split())


def _is_protocol(of: Definition) -> bool:
    return any(ast.unparse(base).startswith("Protocol") for base in class_of(of).bases)


def _methods(of: Definition) -> str:
    rows = [
        [
            code(f"{node.name}: {ast.unparse(node.returns)}" if is_property and node.returns else
                 _signature_of_method(node)),
            _first_paragraph(ast.get_docstring(node) or ""),
        ]
        for node, is_property in methods(of)
    ]  # fmt: skip
    return table(["member", "meaning"], rows) if rows else ""


def _signature_of_method(node: ast.FunctionDef) -> str:
    returns = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    return f"{node.name}({', '.join(_parameters(node))}){returns}"


def _returned(function: Any) -> tuple[Any, ...]:
    """The value and the errors that a function returns as a Result; empty if it returns none."""
    hint = get_type_hints(function).get("return")
    return get_args(hint) if getattr(hint, "__origin__", None) is Result else ()


def _answer(of: Definition) -> str:
    """What the service returns for a command, and its errors."""
    kind = _value(of)
    if not (isinstance(kind, type) and issubclass(kind, Command)) or kind in (
        Command,
        InvoiceCommand,
    ):
        return ""
    if issubclass(kind, InvoiceCommand) and "decide_on" in vars(kind):
        value, errors = _returned(kind.decide_on)
        errors = errors | InvoiceNotFound | Conflict
    else:
        value, errors = _returned(kind.decide)
    return f"Answers {code(getattr(value, '__name__', str(value)))}.\n\n{_errors((value, errors))}"


def _errors(returned: tuple[Any, ...]) -> str:
    if not returned:
        return ""
    kinds = [kind for kind in get_args(returned[1]) or (returned[1],) if isinstance(kind, type)]
    names = sorted({kind.__name__ for kind in kinds})
    return f"Errors: {', '.join(map(code, names))}." if names else ""


def details(kind: type[object]) -> str:
    """The fields of an error or an event with their meanings, in one cell."""
    of = definition(kind.__module__, kind.__name__)
    return "<br>".join(f"`{one.name}`: {_cell(of, one)}" for one in attributes(of) if one.type)


def api_index() -> str:
    """The list of all public names, each with its line of meaning."""
    parts = [
        "# Python API\n\nEvery public name, from its signature and docstring. "
        "`from billhook import ...` finds those of the first five tables, the "
        "[errors](../errors.md) and the [events](../events.md).\n"
    ]
    for page, of in PAGES.items():
        rows = [
            [f"[`{name}`]({page}.md#{name})", _first_paragraph(definition(module, name).meaning)]
            for module, name in of.names
        ]
        parts.append(f"## {of.title}\n\n{table(['name', 'meaning'], rows)}")
    return "\n".join(parts)
