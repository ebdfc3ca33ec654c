"""Fuzz the parsers, guided by coverage: `make fuzz SECONDS=60 PARSER=json`.

Each parser has a process of its own, which starts from the examples in `examples/`. An input that
raises what it should not, or takes over two seconds, is printed and kept in the folder that is
named.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["billhook", "billhook_adapters", "email", "json"]):
    from fuzz.parsers import PARSERS

EXAMPLES = Path(__file__).parent / "examples"
AT_ONCE = 2
MOST_SECONDS_FOR_ONE = 2
LONGEST = 4096


def main() -> int:
    """The number of parsers that failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3, help="for each parser")
    parser.add_argument("--parser", choices=PARSERS, action="append")
    options = parser.parse_args()
    logging.disable()  # which settings are unknown
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))
    running: dict[int, str] = {}
    failed: list[str] = []
    for name in options.parser or PARSERS:
        running[_started(name, options.seconds, kept)] = name
        if len(running) == AT_ONCE:
            failed += _ended(running)
    while running:
        failed += _ended(running)
    for name in failed:
        print(f"\n{name}: {(kept / f'{name}.log').read_text(errors='replace')[-3000:]}")
    print(f"{len(failed)} parsers failed; logs and inputs are in {kept}")
    return len(failed)


def _started(name: str, seconds: int, kept: Path) -> int:
    """The process that fuzzes a parser."""
    child = os.fork()
    if child:
        return child
    log = os.open(kept / f"{name}.log", os.O_CREAT | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    found = kept / f"{name}-corpus"
    found.mkdir()
    arguments = [
        f"-max_total_time={seconds}",
        f"-timeout={MOST_SECONDS_FOR_ONE}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={kept}/{name}-",
        str(found),
        str(EXAMPLES / name),
    ]
    atheris.Setup([name, *arguments], PARSERS[name])
    atheris.Fuzz()
    os._exit(0)


def _ended(running: dict[int, str]) -> Sequence[str]:
    """The parser whose process ended, if it failed."""
    child, status = os.wait()
    name = running.pop(child)
    print(f"{name}: {'failed' if status else 'passed'}", flush=True)
    return [name] if status else []


if __name__ == "__main__":
    sys.exit(main())
