"""Adding is plugging in: only its own folder and the registry name a vendor API."""

from __future__ import annotations

from pathlib import Path

import pytest

import billhook_adapters
from billhook_adapters.composition.apis import OURS

ADAPTERS = Path(billhook_adapters.__path__[0])
VENDORS = ("razorpay", "highlevel")

ELSEWHERE = {
    "composition/apis.py": "the registry",
    "demo/main.py": "drives the service by the vendor's own SDK",
    "sandbox/console/snippets.py": "the lines that point each vendor's own SDK at a sandbox",
}
"""The files outside the folder of an API that may name it, and why."""

FILES = ("api.py", "commands.py", "errors.py", "request.py", "routes", "schemas", "serializers.py")


def test_no_file_names_a_vendor_but_its_own_and_the_registry() -> None:
    naming = {
        path.relative_to(ADAPTERS).as_posix()
        for path in ADAPTERS.rglob("*.py")
        for vendor in VENDORS
        if f"http/{vendor}/" not in path.as_posix() and vendor in path.read_text().lower()
    }
    assert naming == {*ELSEWHERE}


@pytest.mark.parametrize("name", [api.name for api in OURS])
def test_every_vendor_api_has_the_same_files(name: str) -> None:
    folder = ADAPTERS / "http" / name
    missing = [file for file in FILES if not (folder / file).exists()]
    assert missing == ([] if name in VENDORS else ["commands.py"])  # native has the domain's own
    has_formats = any(api.webhook_formats for api in OURS if api.name == name)
    assert (folder / "webhooks.py").exists() is has_formats
