"""`make demo` installs its own small lock: nothing beyond that may be needed for it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from installation.lock import ROOT, applicable_pins, this_environment


def test_the_demo_runs_with_nothing_but_its_lock() -> None:
    lock = (ROOT / "requirements/demo.lock").read_text()
    there = {"billhook", *applicable_pins(lock, this_environment())}
    absent = [
        module
        for module, distributions in packages_distributions().items()
        if there.isdisjoint(map(canonicalize_name, distributions))
    ]
    assert {"django", "jinja2", "pytest"} <= set(absent)
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
        "from billhook_adapters.cli.main import main; sys.exit(main(['demo']))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (seen.returncode, seen.stderr) == (0, "")
