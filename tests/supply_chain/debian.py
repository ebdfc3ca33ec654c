"""Check that Debian's packages are those of `requirements/debian.txt`: `make debian`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable

from supply_chain.parts import debian_parts


def other_versions(installed: Callable[[str], str]) -> list[str]:
    """The packages of another version than was tried, in words; one that is missing is none."""
    return [
        f"{part.name}: {version} is installed, and {part.version} was tried"
        for part in debian_parts()
        if (version := installed(part.name)) and not version.startswith(part.version)
    ]


def _installed(name: str) -> str:
    query = ["dpkg-query", "--show", "--showformat=${Version}", name]
    version = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    # An epoch counts how often a package began to number anew.
    return version.partition(":")[2] or version


def main() -> int:
    """Print what differs; the exit status."""
    if shutil.which("dpkg-query") is None:
        print("SKIPPED: this is no Debian")
        return 0
    found = other_versions(_installed)
    print("\n".join(found) or "all as it was tried")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
