"""Everything that is installed from somewhere else: Python and Node packages, and Debian's."""

from __future__ import annotations

import json
import re
import tomllib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any, NamedTuple
from urllib.parse import quote

from packaging.utils import canonicalize_name

from installation.lock import ROOT, pinned_version, read_pins

NODE = ROOT / "tests" / "acceptance" / "node" / "package-lock.json"
DEBIAN = ROOT / "requirements" / "debian.txt"
LICENCES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (ROOT / "requirements" / "licences.toml").read_text()
)


class Part(NamedTuple):
    """A package from elsewhere."""

    ecosystem: str
    """PyPI, npm or Debian, as advisories name it."""
    name: str
    version: str
    licence: str | None
    """An SPDX expression; None where it is not known, and for Debian's, which state it per file."""
    sha512: str | None = None
    """Of a Node package, in hexadecimal; the hashes of Python packages stand in the locks."""

    @property
    def purl(self) -> str:
        """Its package URL."""
        kind = {"PyPI": "pypi", "npm": "npm", "Debian": "deb/debian"}[self.ecosystem]
        version = f"@{quote(self.version)}" if self.version else ""
        return f"pkg:{kind}/{quote(self.name)}{version}"


def parts() -> list[Part]:
    """All of them, sorted."""
    return sorted({*python_parts(), *node_parts(), *debian_parts()})


def python_parts() -> Iterator[Part]:
    """Those of the locks."""
    for lock in ("demo", "dev"):
        for pin in read_pins((ROOT / "requirements" / f"{lock}.lock").read_text()):
            name = canonicalize_name(pin.name)
            yield Part("PyPI", name, pinned_version(pin), licence_of(name))


def licence_of(name: str) -> str | None:
    """The licence of a Python package."""
    if name in LICENCES["of"]:
        return LICENCES["of"][name]
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return None
    given = found.get("License-Expression")
    if given is None:
        named = [one for one in found.get_all("Classifier", []) if one.startswith("License ::")]
        spdx = [LICENCES["classifiers"].get(one.rpartition(" :: ")[2]) for one in named]
        given = " AND ".join(one for one in spdx if one) if spdx and all(spdx) else None
    return str(given or found.get("License") or "").strip() or None


def node_parts() -> Iterator[Part]:
    """Those of the vendors' Node SDKs."""
    packages: Mapping[str, Any] = json.loads(NODE.read_text())["packages"]
    for place, package in packages.items():
        if place:
            name = place.rpartition("node_modules/")[2]
            algorithm, _, digest = package.get("integrity", "").partition("-")
            sha512 = b64decode(digest).hex() if algorithm == "sha512" else None
            licence = package.get("license") or LICENCES["of"].get(name)
            yield Part("npm", name, package["version"], licence, sha512)


def debian_parts() -> Iterator[Part]:
    """What CI installs; the version is its first part, empty where any will do."""
    for line in DEBIAN.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition(" ")
            yield Part("Debian", name, version, None)


def wrong_licences(found: list[Part]) -> list[str]:
    """The packages whose licence is unknown or not allowed, in words."""
    wrong = []
    for part in found:
        names = re.findall(r"[A-Za-z0-9.-]+", part.licence or "")
        unknown = {*names} - {"AND", "OR", "WITH", *LICENCES["allowed"]}
        if part.ecosystem != "Debian" and (not names or unknown):
            wrong.append(f"{part.name} {part.version}: {part.licence or 'no licence is known'}")
    return wrong
