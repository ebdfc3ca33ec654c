"""The rules of another distribution hold in the server, the workers and the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook import AccountId, Draft, Issue, Medium, Notify, Patch, Update, or_raise
from billhook.messaging.delivery import DeliveryStatus
from billhook_adapters.cli.database import database, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.serve import checked_settings
from billhook_adapters.composition.guards import installed_guards
from billhook_adapters.composition.service import build_application, build_worker
from billhook_adapters.composition.settings import settings
from billhook_adapters.memory import CapturedSender, RandomIds
from billhook_adapters.testing import a_document, an_account
from billhook_adapters.testing.builders import open_account
from plugins.installing import InstallPlugin

ACME = AccountId("acc_1")
DISPUTED = Update(account=ACME, invoice="inv_1", patch=Patch(notes={"dispute": "open"}))  # type: ignore[arg-type]  # the id of a test
NOTIFY = Notify(account=ACME, invoice="inv_1", medium=Medium.SMS)  # type: ignore[arg-type]  # as above


def test_without_an_installed_rule_there_are_no_guards() -> None:
    assert installed_guards()(ACME) == ()


def test_a_rule_holds_in_the_server_the_worker_and_the_commands(
    install_plugin: InstallPlugin, tmp_path: Path
) -> None:
    install_plugin("example_guard")
    url, sender = f"sqlite:///{tmp_path / 'billhook.sqlite3'}", CapturedSender()
    senders = dict.fromkeys(Medium, sender)
    service = build_application(url, ids=RandomIds(), senders=senders).service
    open_account(service, an_account(ACME))
    or_raise(service.execute(Draft(account=ACME, invoice="inv_1", document=a_document())))  # type: ignore[arg-type]  # as above
    or_raise(service.execute(Issue(account=ACME, invoice="inv_1")))  # type: ignore[arg-type]  # as above
    or_raise(service.execute(NOTIFY))
    or_raise(service.execute(DISPUTED))
    assert service.execute(NOTIFY).failure().code == "open_dispute"
    with database(url) as backend:
        assert service_over(backend).execute(NOTIFY).failure().code == "open_dispute"
    worker, _ = build_worker(settings({"BILLHOOK_DATABASE": url}), ids=RandomIds())
    worker.drain()
    (queued,) = service.messages(ACME, "inv_1")  # type: ignore[arg-type]  # as above
    assert (queued.status, queued.reason) == (DeliveryStatus.SUPPRESSED, "open_dispute")
    assert sender.delivered == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_module:guards_of", "the guard broken of other 1.0 cannot be imported"),
        ("string:digits", "the guard broken of other 1.0 is no function"),
    ],
)
def test_a_rule_that_cannot_be_used_is_an_error_at_the_start(
    value: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text(f"[billhook.guards]\nbroken = {value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    environ = {"BILLHOOK_DATABASE": f"sqlite:///{tmp_path / 'b.sqlite3'}"}
    with pytest.raises(CliError, match=reason):
        checked_settings(environ)
    with (
        database(environ["BILLHOOK_DATABASE"], new=True) as backend,
        pytest.raises(CliError, match=reason),
    ):
        service_over(backend)
