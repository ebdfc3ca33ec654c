"""Where a public name is defined, and what its source says of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from inspect import cleandoc
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

Node = ast.ClassDef | ast.FunctionDef | ast.Assign | ast.AnnAssign


class Definition(NamedTuple):
    """A name, the module that defines it, its source, and its docstring."""

    name: str
    module: str
    node: Node
    meaning: str


class Attribute(NamedTuple):
    """A field of a class, or a member of an enum."""

    name: str
    type: str
    default: str | None
    meaning: str


def definition(module: str, name: str) -> Definition:
    """The definition of a name that a module defines or imports."""
    found = _defined(module).get(name)
    if isinstance(found, Definition):
        return found
    if found is None:
        raise LookupError(f"{module} has no {name}")
    return definition(found, name)


def aliases(package: str) -> dict[str, str]:
    """The types that the modules of a package name and explain, such as `Amount`."""
    root = find_spec(package)
    if root is None or root.submodule_search_locations is None:
        raise LookupError(f"no package {package}")
    return {
        name: one.meaning
        for module in iter_modules(root.submodule_search_locations, f"{package}.")
        if not module.ispkg
        for name, one in _defined(module.name).items()
        if isinstance(one, Definition) and isinstance(one.node, ast.Assign) and one.meaning
    }


@cache
def _defined(module: str) -> dict[str, Definition | str]:
    """What a module defines, and the module that each name comes from which it imports."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise LookupError(f"no module {module}")
    stub = Path(spec.origin).with_suffix(".pyi")
    source = stub if stub.exists() else Path(spec.origin)
    found: dict[str, Definition | str] = {}
    for node, meaning in _documented(ast.parse(source.read_text(encoding="utf-8")).body):
        match node:
            case ast.ImportFrom(module=str(origin)):
                found |= {one.asname or one.name: origin for one in node.names}
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found[name] = Definition(name, module, node, ast.get_docstring(node) or "")
            case (
                ast.Assign(targets=[ast.Name(id=name)])
                | ast.AnnAssign(target=ast.Name(id=name))
            ):  # fmt: skip
                found[name] = Definition(name, module, node, meaning)
            case _:
                pass
    return found


def _documented(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement with the text behind it, which is the docstring of an attribute."""
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, (ast.If, ast.With)):  # imports for type checkers, and of an extra
            yield from _documented(node.body)
        match following:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node, cleandoc(text)
            case _:
                yield node, ""


def class_of(of: Definition) -> ast.ClassDef:
    """The source of a class. Raises TypeError where the name is no class."""
    if not isinstance(of.node, ast.ClassDef):
        raise TypeError(f"{of.name} is not a class")
    return of.node


def bases(of: Definition) -> list[Definition]:
    """The classes of this project that a class inherits from, itself first."""
    found = [of]
    for base in class_of(of).bases:
        name = ast.unparse(base).partition("[")[0]
        if isinstance(home := _defined(of.module).get(name), Definition):
            found += bases(home)
        elif home is not None and home.startswith("billhook"):
            found += bases(definition(home, name))
    return found


def attributes(of: Definition) -> list[Attribute]:
    """The public fields of a class, those that it inherits first."""
    found: dict[str, Attribute] = {}
    for one in reversed(bases(of)):
        for node, meaning in _documented(class_of(one).body):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=value):
                    text = ast.unparse(kind)
                    default = None if value is None else _default(value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    text, default = "", ast.unparse(value)
                case _:
                    continue
            if not name.startswith(("_", "model_config")) and not text.startswith("ClassVar"):
                found[name] = Attribute(name, _without_limits(kind_of=text), default, meaning)
    return list(found.values())


def _default(value: ast.expr) -> str | None:
    """The default in the source of a field; None if the field is required."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in ("Field", "field"):
        for one in value.keywords:
            if one.arg == "default":
                return ast.unparse(one.value)
            if one.arg == "default_factory":
                return f"{ast.unparse(one.value)}()"
        return None
    return ast.unparse(value)


class _Unannotated(ast.NodeTransformer):
    """`Annotated[type, ...]` becomes the type."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            return node.slice.elts[0]
        return node


def _without_limits(kind_of: str) -> str:
    if not kind_of:
        return ""
    return ast.unparse(_Unannotated().visit(ast.parse(kind_of, mode="eval")))


def methods(of: Definition) -> list[tuple[ast.FunctionDef, bool]]:
    """The public methods of a class with a docstring, and whether each is a property."""
    found: dict[str, tuple[ast.FunctionDef, bool]] = {}
    for one in bases(of):
        for node in class_of(one).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                marks = {ast.unparse(mark) for mark in node.decorator_list}
                if ast.get_docstring(node) and "pytest.fixture" not in marks:
                    found.setdefault(
                        node.name, (node, bool(marks & {"property", "cached_property"}))
                    )
    return list(found.values())


def constructor(of: Definition) -> ast.FunctionDef | None:
    """The `__init__` of a class; None where its fields are the parameters."""
    for one in bases(of):
        for node in class_of(one).body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return node
    return None


def constant(of: Definition, name: str) -> str | None:
    """The value of a class variable such as `code`, as its source has it."""
    for node in class_of(of).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value):
                if found == name:
                    return ast.unparse(value)
            case _:
                pass
    return None
