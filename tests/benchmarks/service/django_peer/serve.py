"""Make and seed the peer's database, and become gunicorn: `serve.py FOLDER OPTION...`."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path

FOLDER_OF_PEER = str(Path(__file__).parent.parent)


def seed() -> None:
    """The tables, the key and the invoices."""
    from django.db import connection  # needs django.setup
    from django_peer.models import ApiKey, Invoice, OutboxMessage  # so do these

    from benchmarks.service import seed  # beside the peer's folder, which main puts on the path

    with connection.schema_editor() as editor:
        for model in (ApiKey, Invoice, OutboxMessage):
            editor.create_model(model)
    hashed = sha256(seed.SECRET.encode()).hexdigest()
    ApiKey.objects.create(id=seed.KEY_ID, account=seed.ACCOUNT, secret_sha256=hashed)
    Invoice.objects.bulk_create(
        Invoice(
            id=name,
            account=seed.ACCOUNT,
            status="issued",
            amount=99800,
            currency="INR",
            customer_name="Ravi",
            email=seed.payer(number)[0],
            contact=seed.payer(number)[1],
            short_url=f"https://bill.example/i/{name}",
        )
        for number, name in enumerate(map(seed.invoice, range(seed.INVOICES)))
    )


def main(folder: str, options: list[str]) -> None:
    """Seed, and hand this process over to gunicorn."""
    sys.path[0] = FOLDER_OF_PEER
    os.environ |= {"DJANGO_PEER_FOLDER": folder, "DJANGO_SETTINGS_MODULE": "django_peer.settings"}
    import django  # only once its settings are named

    django.setup()
    seed()
    served = [*options, f"--pythonpath={FOLDER_OF_PEER}", "django_peer.wsgi"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *served])  # noqa: S606  # the arguments are ours


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
