"""Uses an installed billhook as its README says: run by the Python of an environment with it.

python -I try_wheel.py VERSION README.md
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[str]:
    """The Python of a page, each block at the line that it has in the page."""
    return ["\n" * page.count("\n", 0, found.start(1)) + found[1] for found in BLOCK.finditer(page)]


def run_page(path: Path) -> int:
    """Run the blocks of a page, one after the other; how many there are."""
    found = blocks(path.read_text())
    namespace: dict[str, object] = {}
    for block in found:
        exec(compile(block, str(path), "exec"), namespace)  # noqa: S102  # it is this repository's
    return len(found)


def notify_twice() -> None:
    """A notification that is refused, and one that is sent."""
    from returns.pipeline import is_successful

    from billhook import Medium, Status, notify
    from billhook_adapters.testing import NOON, an_invoice

    refused = notify(an_invoice(Status.PAID), Medium.EMAIL, now=NOON)
    sent = notify(an_invoice(Status.ISSUED), Medium.EMAIL, now=NOON)
    assert not is_successful(refused)
    assert refused.failure().code == "operation_not_allowed"
    assert is_successful(sent)
    assert sent.unwrap().address == "ravi@example.com"


def run_command(*arguments: str) -> str:
    """What the installed command prints."""
    command = [str(Path(sys.executable).with_name("billhook")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(wanted: str, readme: Path) -> None:
    """All of it."""
    import billhook

    assert Path(billhook.__file__).is_relative_to(sys.prefix), "it is not the installed one"
    assert version("billhook") == wanted
    assert run_command("--version").strip() == wanted
    assert run_page(readme) > 0
    notify_twice()
    assert run_command("demo")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
