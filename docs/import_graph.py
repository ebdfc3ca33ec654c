"""The import graph of the packages, read from the code by grimp: as Mermaid and as SVG."""

from __future__ import annotations

import grimp

from billhook_adapters.diagrams import svg as diagrams
from billhook_adapters.diagrams.layout import Edge as Arrow

Edge = tuple[str, str]
"""The package that imports, and the package that is imported."""

GROUPED = ("billhook_adapters.http",)
"""Packages that are shown by their subpackages."""

DOMAIN = ("application", "messaging", "lifecycle", "model")
"""The packages of the domain, the outermost first."""


def package_of(module: str) -> str | None:
    """The package that a module is shown in; None for a module directly below a root."""
    parts = module.split(".")
    depth = 3 if ".".join(parts[:2]) in GROUPED else 2
    if len(parts) < depth or parts[1] == "examples":
        return None
    return ".".join(parts[1:depth])


def imports() -> set[Edge]:
    """The edges between two packages, from the imports of their modules."""
    graph = grimp.build_graph("billhook", "billhook_adapters", cache_dir=None)
    found: set[Edge] = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            edge = package_of(importer), package_of(imported)
            if edge[0] is not None and edge[1] is not None and edge[0] != edge[1]:
                found.add((edge[0], edge[1]))
    return found


def mermaid(edges: set[Edge]) -> str:
    """The domain's packages as a Mermaid diagram."""
    rows = [
        f"    {importer} --> {imported}\n"
        for importer in DOMAIN
        for imported in DOMAIN
        if (importer, imported) in edges
    ]
    return "```mermaid\nflowchart TD\n" + "".join(rows) + "```\n"


def cycles(edges: set[Edge]) -> set[Edge]:
    """The edges that lead back to where they come from, over others or directly."""
    return {(a, b) for a, b in edges if a in _reachable(b, edges)}


def _reachable(start: str, edges: set[Edge]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        new = {b for a, b in edges if a == at} - seen
        seen |= new
        waiting += sorted(new)
    return seen


def _without_implied(edges: set[Edge]) -> set[Edge]:
    """The edges that no longer path implies (the transitive reduction)."""
    return {(a, b) for a, b in edges if b not in _reachable(a, edges - {(a, b)})}


def svg(edges: set[Edge]) -> str:
    """All packages as a picture: arrows point down, from what imports to what is imported.

    Edges that a longer path implies are left out; edges of a cycle are dashed.
    """
    circular = cycles(edges)
    shown = sorted(_without_implied(edges - circular) | circular)
    return diagrams.svg(
        diagrams.Diagram(
            id="imports",
            title="Which package imports which",
            description=" ".join(f"{importer} imports {imported}." for importer, imported in shown),
            boxes=sorted({name for edge in edges for name in edge}),
            edges=[Arrow(*edge) for edge in shown],
            marked=DOMAIN,
            dashed={Arrow(*edge) for edge in circular},
        )
    )
