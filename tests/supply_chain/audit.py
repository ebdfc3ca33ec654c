"""Compare what the locks pin with known vulnerabilities: `make audit ADVISORIES=folder`.

The advisories are files in the format of OSV, one each, as its database is exported by ecosystem.
The exit status is 0 where everything was compared and nothing found, 1 where something was found,
and 2 where not everything could be compared: an audit that did not happen is no success.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from billhook_adapters.system.clock import SystemClock
from supply_chain.parts import Part, parts

ECOSYSTEMS = ("PyPI", "npm")
OLDEST = timedelta(days=7)
"""Of the newest advisory: every day has some."""


class NotAuditedError(Exception):
    """Why the parts could not all be compared."""


def audited(folder: Path | None, found: Iterable[Part], now: datetime) -> list[str]:
    """The vulnerabilities of these parts, in words. Raises NotAuditedError."""
    if folder is None or not folder.is_dir():
        raise NotAuditedError(
            "there are no advisories here; give a folder with those of OSV for "
            f"{' and '.join(ECOSYSTEMS)}: make audit ADVISORIES=folder"
        )
    by_name: dict[tuple[str, str], list[Part]] = {}
    for part in found:
        if part.ecosystem in ECOSYSTEMS:
            by_name.setdefault((part.ecosystem, part.name), []).append(part)
    read, newest, vulnerable = Counter[str](), "", []
    for file in folder.rglob("*.json"):
        advisory = json.loads(file.read_text())
        newest = max(newest, advisory["modified"])
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            ecosystem, name = package.get("ecosystem", ""), package.get("name", "")
            read[ecosystem] += 1
            for part in by_name.get((ecosystem, name), ()):
                if "withdrawn" not in advisory and is_affected(part.version, affected):
                    summary = advisory.get("summary", "")
                    vulnerable.append(f"{name} {part.version}: {advisory['id']} {summary}".rstrip())
    missing = [one for one in ECOSYSTEMS if not read[one]]
    if missing:
        raise NotAuditedError(f"the folder has no advisory for {' and '.join(missing)}")
    if now - datetime.fromisoformat(newest) > OLDEST:
        raise NotAuditedError(f"the newest advisory is of {newest}; get newer ones")
    return sorted({*vulnerable})


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether an advisory names this version, one by one or by a range."""
    if version in affected.get("versions", ()):
        return True
    ranges = (one for one in affected.get("ranges", ()) if one["type"] in ("ECOSYSTEM", "SEMVER"))
    return any(_is_within(_version(version), one["events"]) for one in ranges)


def _is_within(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    # Of the events at or before a version the last one decides.
    is_within = False
    for at, kind in sorted(_ordered(events)):
        if kind == "last_affected":
            is_within = is_within and version <= at
        elif at <= version:
            is_within = kind == "introduced"
    return is_within


def _ordered(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            if kind in event:
                yield _version(event[kind]), kind


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise NotAuditedError(f"{text} cannot be compared with other versions") from None


def main(arguments: list[str]) -> int:
    """Print what was found, or why nothing was compared; the exit status."""
    folder = Path(arguments[0]) if arguments else None
    found = [part for part in parts() if part.ecosystem in ECOSYSTEMS]
    try:
        vulnerable = audited(folder, found, SystemClock().now())
    except NotAuditedError as reason:
        print(f"NOT AUDITED: {reason}")
        return 2
    print("\n".join(vulnerable) or f"no known vulnerability in {len(found)} packages")
    return bool(vulnerable)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
