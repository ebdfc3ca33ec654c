"""Mutates the domain, tests every mutant, and compares which survive.

The tests are those of tests/unit and the contract of the service over memory.

`make mutants` runs it in a folder of its own, because mutmut names modules by their path and knows
only a source root called `src`. Survivors must be listed in survivors.txt, each with its reason;
a listed mutant that dies is reported as well, so that the list stays true.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("survivors.txt")


def stage(folder: Path) -> None:
    """Lay the project out the way mutmut wants it."""
    ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
    shutil.copytree(ROOT / "domain", folder / "src", ignore=ignored)
    for name in ("adapters", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    settings = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(
        settings.replace('pythonpath = ["domain",', 'pythonpath = ["src",')
    )


def survivors(folder: Path) -> tuple[dict[str, str], int]:
    """Each mutant that no test killed, with its change in one line, and how many there were."""
    found: dict[str, str] = {}
    count = 0
    for meta in sorted((folder / "mutants" / "src").rglob("*.meta")):
        for name, exit_code in json.loads(meta.read_text())["exit_code_by_key"].items():
            if exit_code is None:  # not asked for
                continue
            count += 1
            if exit_code in (0, 33):  # survived, or no test reached it
                shown = subprocess.run(
                    [sys.executable, "-m", "mutmut", "show", name],
                    cwd=folder,
                    capture_output=True,
                    text=True,
                    check=False,
                ).stdout.splitlines()
                changed = [
                    line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")
                ]
                found[name] = "  ".join(" ".join(line.split()) for line in changed)
    return found, count


def listed() -> dict[str, str]:
    """The survivors that are known, by their change, with the reason for each."""
    known: dict[str, str] = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            mutant, _, reason = line.rpartition(" | ")  # a change may hold the separator too
            known[mutant] = reason
    return known


def main() -> int:
    """Run; 1 where a survivor has no reason or a reason has no survivor."""
    with TemporaryDirectory(prefix="billhook-mutants-") as temporary:
        folder = Path(temporary)
        stage(folder)
        command = [sys.executable, "-m", "mutmut", "run", *sys.argv[1:]]
        log = folder / "log"
        with log.open("w") as output:
            subprocess.run(
                command,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        found, count = survivors(folder)
        if count == 0:
            print(log.read_text()[-2000:])
            return 1
    changes = {f"{name.rpartition('__mutmut_')[0]} | {change}" for name, change in found.items()}
    known = listed()
    for change in sorted(changes - known.keys()):
        print(f"survived without a reason: {change}")
    if not sys.argv[1:]:
        for change in sorted(known.keys() - changes):
            print(f"listed, but dies: {change}")
    print(f"{count} mutants, {count - len(found)} killed, {len(found)} survived")
    return 1 if changes != known.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
