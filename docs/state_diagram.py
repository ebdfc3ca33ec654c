"""A Mermaid diagram of states or packages as an SVG, drawn without a browser or a network."""

from __future__ import annotations

import re
from hashlib import sha256

from billhook_adapters.diagrams.layout import Edge
from billhook_adapters.diagrams.svg import Diagram, svg

_EDGE = re.compile(r"^ *(\w+) --> (\w+)(?:: (.+))?$", re.MULTILINE)


def drawn(source: str) -> str:
    """The picture of a diagram; on the site it has the colours of the page that shows it."""
    labels: dict[tuple[str, str], list[str]] = {}
    for start, end, label in _EDGE.findall(source):
        labels.setdefault((start, end), []).extend([label] if label else [])
    diagram = Diagram(
        id=f"diagram-{sha256(source.encode()).hexdigest()[:8]}",
        title="Diagram",
        description=" ".join(
            f"From {start} to {end}{': ' if names else ''}{', '.join(names)}."
            for (start, end), names in labels.items()
        ),
        boxes=list(dict.fromkeys(name for edge in labels for name in edge)),
        edges=[Edge(*ends, tuple(names)) for ends, names in labels.items()],
    )
    # In one line: Markdown ends a block of HTML at an empty one.
    return f'<div class="diagram">{svg(diagram).replace(chr(10), "")}</div>\n'
