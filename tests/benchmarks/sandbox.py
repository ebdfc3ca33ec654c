"""What a sandbox costs: `make benchsandbox`.

A year of 1,000 invoices that are sent, reminded of and expire, its clock moved day by day, twice
from one seed; and how long it takes to go back to a snapshot of it. Exits 1 where the two years
differ or a limit is missed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter

from billhook.application.account_commands import UpdateAccount
from billhook.application.commands import DraftAndSend
from billhook.model.account import AccountPolicy
from billhook.model.customer import Medium
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.running import Credentials, Key
from billhook_adapters.sandbox.service import Shared, account_of, build_workspaces
from billhook_adapters.sandbox.start import Start
from billhook_adapters.sandbox.state import Effect
from billhook_adapters.sandbox.workspaces import Workspaces
from billhook_adapters.testing import a_document

INVOICES, DAYS = 1000, 365
YEAR_SECONDS, BACK_MILLISECONDS = 5.0, 20.0
KEY = Key("key_sandbox", "sandbox")


def main() -> int:
    """Measure, print, and say what was missed."""
    shared = Shared.made()
    years = [_year(shared) for _ in range(2)]
    seconds = min(took for took, _, _ in years)
    back = _back(years[0][2])
    for _, _, workspaces in years:
        workspaces.close()
    effects = years[0][1]
    print(f"a year of {INVOICES:,} invoices, {len(effects):,} effects: {seconds:.1f} s")
    print(f"back to a snapshot of it: {back:.1f} ms")
    missed = {
        "the effects of the two years differ": effects != years[1][1],
        f"the year takes at most {YEAR_SECONDS:.0f} s": seconds > YEAR_SECONDS,
        f"the way back takes at most {BACK_MILLISECONDS:.0f} ms": back > BACK_MILLISECONDS,
    }
    found = [what for what, is_missed in missed.items() if is_missed]
    for what in found:
        print(f"MISSED: {what}")
    return 1 if found else 0


def _year(shared: Shared) -> tuple[float, Sequence[Effect], Workspaces]:
    workspaces = build_workspaces(
        base_url="http://127.0.0.1/i/",
        credentials=Credentials([KEY]),
        start=Start(seed=1),
        shared=shared,
    )
    workspaces.default.start()
    sandbox = workspaces.default.sandbox
    service, clock = sandbox.application.service, sandbox.clock
    account = service.account(account_of(KEY))
    assert account is not None
    reminders = ReminderSchedule(
        before=[timedelta(days=3)],
        after=[timedelta(0), timedelta(days=7)],
        media=[Medium.EMAIL],
    )
    policy = AccountPolicy.model_validate({**dict(account.policy), "reminders": reminders})
    service.execute(UpdateAccount(account=account.id, name=account.name, policy=policy)).unwrap()
    moves = Moves(clock, sandbox.application.background_jobs, sandbox.recorded)
    effects: list[Effect] = []
    began = perf_counter()
    for day in range(DAYS):
        now = clock.now()
        for _ in range(INVOICES * (day + 1) // DAYS - INVOICES * day // DAYS):
            document = a_document(
                media=("email",),
                due_by=now + timedelta(days=14),
                expire_by=now + timedelta(days=30),
            )
            service.execute(DraftAndSend(account=account.id, document=document)).unwrap()
        effects += moves.move(now + timedelta(days=1)).effects
    return perf_counter() - began, effects, workspaces


def _back(workspaces: Workspaces) -> float:
    async def restored() -> float:
        await workspaces.default.save("year")
        took: list[float] = []
        for _ in range(9):
            began = perf_counter()
            await workspaces.default.restore("year")
            took.append((perf_counter() - began) * 1000)
        return sorted(took)[len(took) // 2]

    return asyncio.run(restored())


if __name__ == "__main__":
    sys.exit(main())
