"""The bill of materials of a checkout: CycloneDX 1.6, made from the locks: `make sbom`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from billhook.version import VERSION
from installation.lock import PROJECT
from supply_chain.parts import Part, parts


def sbom(found: list[Part]) -> dict[str, Any]:
    """The document; the same parts give the same document."""
    project = PROJECT["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": VERSION,
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [_component(part) for part in found],
    }


def _component(part: Part) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
    }
    if part.licence is not None:
        component["licenses"] = [{"expression": part.licence}]
    if part.sha512 is not None:
        component["hashes"] = [{"alg": "SHA-512", "content": part.sha512}]
    return component


def write_sbom(path: Path) -> None:
    """Write the document of this checkout to a file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(sbom(parts()), indent=1) + "\n")


if __name__ == "__main__":
    write_sbom(Path(sys.argv[1]))
