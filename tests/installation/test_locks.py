"""The locks hold all that is required, everywhere: no later release of anything can matter."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement

from installation.lock import (
    PROJECT,
    ROOT,
    applicable_pins,
    environments,
    follow,
    installed,
    project_requirements,
    this_environment,
)

DEMO, DEV, SERVICE = (
    (ROOT / f"requirements/{name}.lock").read_text() for name in ("demo", "dev", "service")
)
BUILDERS = {Requirement(line).name for line in PROJECT["build-system"]["requires"]}
ROOTS = {
    "demo": project_requirements(["demo"], ["build"]),
    # The image gets the wheel that another environment built.
    "service": [one for one in project_requirements(["all"]) if one.name not in BUILDERS],
    "dev": project_requirements(PROJECT["project"]["optional-dependencies"], ["build", "dev"]),
}
LOCKS = {"demo": DEMO, "dev": DEV, "service": SERVICE}
ENVIRONMENTS = [
    pytest.param(markers, id=f"{markers['python_version']}-{markers['platform_system']}")
    for markers in environments()
]
HERE = this_environment()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_everything_locked_is_locked(
    name: str, environment: dict[str, str]
) -> None:
    assert follow(LOCKS[name], ROOTS[name], environment).unmet == set()


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_is_required_by_something(name: str) -> None:
    assert follow(LOCKS[name], ROOTS[name], HERE).unused == set()


@pytest.mark.parametrize(
    ("was", "becomes", "finding"),
    [
        (r"^coverage\[toml\]==", "coverage==", "locked without ['toml']"),
        (r"^pygments==.*\n(?: +--hash.*\n)+", "", "pytest requires pygments"),
        (r"^pluggy==.* ", "pluggy==1.0.0 ", "locked is pluggy==1.0.0"),
        (r"^hypothesis==(\S+) ", r"hypothesis==\1 ; sys_platform == 'win32' ", "not locked"),
    ],
    ids=["an extra", "a package", "a version", "a marker"],
)
def test_a_lock_that_lacks_something_is_found_out(was: str, becomes: str, finding: str) -> None:
    broken, changed = re.subn(was, becomes, DEV, flags=re.MULTILINE)
    assert changed == 1
    assert any(finding in line for line in follow(broken, ROOTS["dev"], HERE).unmet)


def test_what_nothing_requires_is_found_out() -> None:
    assert follow(DEV + "requests-mock==1.12.1\n", ROOTS["dev"], HERE).unused == {"requests-mock"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("name", ["demo", "service"])
def test_the_tests_run_on_the_versions_of_the_demo_and_of_the_image(
    name: str, environment: dict[str, str]
) -> None:
    pins, dev = (applicable_pins(lock, environment) for lock in (LOCKS[name], DEV))
    assert pins.keys() <= dev.keys()
    assert [pin for name, pin in pins.items() if pin.specifier != dev[name].specifier] == []


def test_what_is_installed_is_what_is_locked() -> None:
    pins = applicable_pins(DEV, HERE)
    stale = [str(pin) for pin in pins.values() if not installed(pin)]
    assert stale == [], "the environment is older than the lock: make setup"


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_a_lock_names_no_host_and_hashes_everything(lock: str) -> None:
    assert "://" not in lock
    entries = re.split(r"\n(?=\S)", lock.strip())
    pin_and_hashes = r"[a-z0-9.-]+(\[.+\])?==[^\n]+(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+"
    assert [entry for entry in entries if not re.fullmatch(pin_and_hashes, entry)] == []
