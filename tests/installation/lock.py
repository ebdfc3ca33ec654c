"""Reads a lock, and finds every requirement that it leaves to chance.

A lock is installed with `--no-deps`, so it has to hold everything by itself. What its packages
require is read from their installed metadata, with nothing downloaded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, NamedTuple

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())

PYTHONS = [
    line.rpartition(" ")[2]
    for line in PROJECT["project"]["classifiers"]
    if line.startswith("Programming Language :: Python :: 3.")
]
SYSTEMS = [
    {"platform_system": "Linux", "sys_platform": "linux", "os_name": "posix"},
    {"platform_system": "Darwin", "sys_platform": "darwin", "os_name": "posix"},
    {"platform_system": "Windows", "sys_platform": "win32", "os_name": "nt"},
]
MACHINES = {"Linux": "x86_64", "Darwin": "arm64", "Windows": "AMD64"}


def environments() -> Iterator[dict[str, str]]:
    """The markers of CPython on every supported version and system."""
    for python in PYTHONS:
        for system in SYSTEMS:
            yield {
                **system,
                "platform_machine": MACHINES[system["platform_system"]],
                "python_version": python,
                "python_full_version": f"{python}.0",
                "implementation_name": "cpython",
                "implementation_version": f"{python}.0",
                "platform_python_implementation": "CPython",
            }


def this_environment() -> dict[str, str]:
    """The markers of the Python that runs the tests."""
    return {name: str(value) for name, value in default_environment().items()}


def read_pins(lock: str) -> list[Requirement]:
    """The pinned packages of a lock, markers and extras included, without their hashes."""
    return [
        Requirement(line.partition("\\")[0]) for line in lock.splitlines() if line.strip() == line
    ]


def applicable_pins(lock: str, environment: dict[str, str]) -> dict[str, Requirement]:
    """What is installed in an environment, by normalised name."""
    return {
        canonicalize_name(pin.name): pin
        for pin in read_pins(lock)
        if _applies(pin, environment, extras=())
    }


def pinned_version(pin: Requirement) -> str:
    """The one version that a pin allows."""
    (specifier,) = pin.specifier
    assert specifier.operator == "==", f"{pin} is not a pin"
    return specifier.version


def project_requirements(extras: Collection[str], groups: Iterable[str] = ()) -> list[Requirement]:
    """What the project itself and its build require; references to its own extras are followed."""
    project = PROJECT["project"]
    lines = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    for group in groups:
        lines += PROJECT["dependency-groups"][group]
    found: list[Requirement] = []
    for requirement in map(Requirement, lines):
        if requirement.name == project["name"]:
            found += project_requirements(requirement.extras)
        else:
            found.append(requirement)
    return found


class Closure(NamedTuple):
    """The result of following all requirements through a lock."""

    unmet: set[str]
    """Requirements that the lock does not satisfy, in words."""
    unused: set[str]
    """Packages that the lock holds and nothing requires."""


def follow(lock: str, roots: Iterable[Requirement], environment: dict[str, str]) -> Closure:
    """Follow every requirement from the roots, extras included, as they apply in an environment.

    A package that is not installed here at its pinned version, because its marker or another pin
    excludes it, is checked itself; what it requires is not known.
    """
    pins, unmet, seen = applicable_pins(lock, environment), set[str](), set[tuple[str, str]]()
    waiting = [(requirement, "pyproject.toml", ("",)) for requirement in roots]
    while waiting:
        requirement, parent, parent_extras = waiting.pop()
        if not _applies(requirement, environment, parent_extras):
            continue
        name = canonicalize_name(requirement.name)
        pin = pins.get(name)
        if pin is None:
            unmet.add(f"{parent} requires {requirement}: not locked")
            continue
        if not requirement.specifier.contains(pinned_version(pin), prereleases=True):
            unmet.add(f"{parent} requires {requirement}: locked is {pin}")
        if missing := requirement.extras - pin.extras:
            unmet.add(f"{parent} requires {requirement}: locked without {sorted(missing)}")
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [(inner, name, (extra,)) for inner in requirements_of(pin)]
        if not runs_on(pin, environment["python_full_version"]):
            unmet.add(f"{pin} does not run on Python {environment['python_version']}")
    return Closure(unmet, pins.keys() - {name for name, _ in seen})


def requirements_of(pin: Requirement) -> tuple[Requirement, ...]:
    """What the metadata of a pinned package requires; nothing where it is not installed."""
    found = installed(pin)
    return _requirements(found) if found else ()


def runs_on(pin: Requirement, python: str) -> bool:
    """Whether the metadata of a pinned package admits a version of Python."""
    found = installed(pin)
    return not found or SpecifierSet(found.metadata.get("Requires-Python", "")).contains(python)


@cache
def installed(pin: Requirement) -> Distribution | None:
    """The installed package, if it has exactly the pinned version."""
    try:
        found = distribution(pin.name)
    except PackageNotFoundError:
        return None
    return found if found.version == pinned_version(pin) else None


@cache
def _requirements(of: Distribution) -> tuple[Requirement, ...]:
    return tuple(map(Requirement, of.requires or ()))


def _applies(requirement: Requirement, environment: dict[str, str], extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in (extras or ("",))
    )
