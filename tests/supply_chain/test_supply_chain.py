"""What is installed from elsewhere is pinned, listed, of a known licence, and can be audited."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from installation.lock import ROOT
from supply_chain.audit import NotAuditedError, audited, is_affected
from supply_chain.debian import other_versions
from supply_chain.parts import (
    LICENCES,
    NODE,
    Part,
    debian_parts,
    node_parts,
    parts,
    python_parts,
    wrong_licences,
)
from supply_chain.sbom import sbom

NOW = datetime.fromisoformat("2026-01-08T00:00:00Z")
PARTS = [Part("PyPI", "some", "1.5", "MIT"), Part("npm", "@of/other", "2.0.0", "MIT")]


def test_every_licence_is_allowed_and_nothing_is_listed_in_vain() -> None:
    found = parts()
    assert wrong_licences(found) == []
    assert {*LICENCES["of"]} - {part.name for part in found} == set()


@pytest.mark.parametrize("licence", [None, "", "GPL-3.0-only", "MIT AND AGPL-3.0-only"])
def test_a_licence_that_is_unknown_or_not_allowed_is_named(licence: str | None) -> None:
    (wrong,) = wrong_licences([PARTS[0]._replace(licence=licence)])
    assert "some 1.5" in wrong


def test_the_bill_of_materials_has_every_part_once() -> None:
    components = sbom(parts())["components"]
    names = [component["purl"] for component in components]
    assert len(names) == len({*names})
    assert {"pkg:pypi/pydantic", "pkg:npm/razorpay", "pkg:deb/debian/postfix"} <= {
        name.partition("@")[0] for name in names
    }
    assert len(names) == len({*python_parts(), *node_parts(), *debian_parts()})


def test_every_node_package_is_pinned_by_a_hash_and_of_the_version_that_is_wanted() -> None:
    found = {part.name: part for part in node_parts()}
    assert [part.name for part in found.values() if part.sha512 is None] == []
    wanted = json.loads(NODE.with_name("package.json").read_text())["dependencies"]
    assert {name: found[name].version for name in wanted} == wanted


def test_no_lock_names_a_host() -> None:
    locks = [NODE, *(ROOT / "requirements").iterdir()]
    # Whom to thank is no place that anything is installed from.
    named = [re.sub(r'"url": ".*"', "", lock.read_text()) for lock in locks]
    assert [lock.name for lock, text in zip(locks, named, strict=True) if "://" in text] == []


def test_the_debian_packages_are_those_that_ci_installs() -> None:
    names = {part.name for part in debian_parts()}
    script = (ROOT / ".ci" / "run").read_text()
    assert [name for name in names if name not in script] == []


def test_another_version_of_a_debian_package_is_named() -> None:
    tried = {part.name: part.version + "1" for part in debian_parts()}
    assert other_versions(tried.__getitem__) == []
    (other,) = other_versions({**tried, "qpdf": "12.0"}.__getitem__)
    assert "qpdf: 12.0" in other


def advisory(ecosystem: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": [*events]}]
    affected = [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges}]
    return {"id": f"X-{name}", "modified": "2026-01-07T00:00:00Z", "affected": affected, **more}


def stored(folder: Path, *advisories: dict[str, Any]) -> Path:
    for number, one in enumerate(advisories):
        (folder / f"{number}.json").write_text(json.dumps(one))
    return folder


def test_a_vulnerable_version_is_found_in_both_ecosystems(tmp_path: Path) -> None:
    some = advisory("PyPI", "some", {"introduced": "0"}, {"fixed": "1.6"}, summary="bad")
    other = advisory("npm", "@of/other", {"introduced": "2.0.0"})
    withdrawn = advisory("npm", "@of/other", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    folder = stored(tmp_path, some, other, withdrawn | {"id": "X-withdrawn"})
    found = audited(folder, PARTS, NOW)
    assert found == ["@of/other 2.0.0: X-@of/other", "some 1.5: X-some bad"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"introduced": "0"}, {"fixed": "1.5"}], False),
        ([{"introduced": "0"}, {"last_affected": "1.5"}], True),
        ([{"introduced": "0"}, {"last_affected": "1.4"}], False),
        ([{"introduced": "0"}, {"fixed": "1.1"}, {"introduced": "1.5rc1"}], True),
        ([{"introduced": "1.10"}], False),
    ],
)
def test_ranges_are_read_as_their_format_says(events: list[dict[str, str]], expected: bool) -> None:
    assert is_affected("1.5", advisory("PyPI", "some", *events)["affected"][0]) is expected


def test_versions_may_be_listed_one_by_one() -> None:
    assert is_affected("1.5", {"versions": ["1.4", "1.5"]})


@pytest.mark.parametrize(
    "wrong", ["no folder", "an empty folder", "one ecosystem", "old advisories", "odd versions"]
)
def test_an_audit_that_could_not_be_made_fails(tmp_path: Path, wrong: str) -> None:
    some, other = advisory("PyPI", "some"), advisory("npm", "x")
    folder, now = tmp_path, NOW
    match wrong:
        case "no folder":
            folder = tmp_path / "missing"
        case "one ecosystem":
            stored(folder, some)
        case "old advisories":
            stored(folder, some, other)
            now = NOW + timedelta(days=8)
        case "odd versions":
            stored(folder, advisory("PyPI", "some", {"introduced": "of a kind"}), other)
    with pytest.raises(NotAuditedError):
        audited(folder, PARTS, now)
