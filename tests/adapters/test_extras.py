"""An adapter whose packages are missing names the extra that brings them."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("adapter", "package", "extra"),
    [
        ("sql", "sqlalchemy", "sql"),
        ("http.native.application", "fastapi", "http"),
        ("http.core.server", "uvicorn", "http"),
        ("documents.templating", "jinja2", "messages"),
        ("documents.figures", "babel", "messages"),
        ("documents.pdf", "typst", "pages"),
        ("documents.factur_x", "pikepdf", "einvoice"),
        ("einvoice.writing", "facturx", "einvoice"),
        ("sms.kannel", "httpcore", "sms"),
        ("sms.smpp", "smpplib", "sms"),
        ("webhooks.post", "httpcore", "webhooks"),
        ("webhooks.secret_box", "cryptography", "webhooks"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(adapter: str, package: str, extra: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; import billhook_adapters.{adapter}"
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    last = seen.stderr.strip().splitlines()[-1]
    assert last.endswith(f"{package} is missing: pip install 'billhook[{extra}]'")


@pytest.mark.parametrize("adapter", ["memory", "testing", "email", "engine"])
def test_these_adapters_need_only_the_core(adapter: str) -> None:
    heavy = ("sqlalchemy", "alembic", "starlette", "uvicorn", "razorpay", "aiosmtpd", "pytest")
    program = f"import sys; sys.modules.update(dict.fromkeys({heavy})); import billhook_adapters.{adapter} as a; print([getattr(a, n) and n for n in a.__all__])"  # noqa: E501  # one program
    seen = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (seen.returncode, seen.stderr) == (0, "")
