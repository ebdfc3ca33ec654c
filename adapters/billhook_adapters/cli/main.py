"""`billhook`: where the command line starts."""

from __future__ import annotations

import os
import sys

from billhook.version import VERSION

TYPE_CHECKING = False  # what `typing` has, without loading it
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if list(given[:1]) == ["--version"]:  # scripts ask for it often: nothing else is loaded
        print(VERSION)
        raise SystemExit(0)
    if "_ARGCOMPLETE" in os.environ:  # a shell completes what is typed
        from billhook_adapters.cli.completion import complete

        complete(os.environ.get("COMP_LINE", ""))
    from billhook_adapters.cli.commands import run

    return run(given)
