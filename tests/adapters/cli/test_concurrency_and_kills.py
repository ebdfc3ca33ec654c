"""The real program: two at once, killed in the middle, and with its output closed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from billhook.model.base import AccountId
from billhook_adapters.sql import open_database
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.sql.keys import SqlKeyring

PROGRAM = str(Path(sys.executable).with_name("billhook"))
CHOSEN = "0123456789abcdefghijkl"

# Stops right behind the last write of an opening or a rotation, before its commit.
HALFWAY = """
import sys
from billhook_adapters.cli.main import main
from billhook_adapters.sql import accounts, keys

put_key = keys.put_key

def and_wait(*given):
    put_key(*given)
    print("halfway", flush=True)
    sys.stdin.read()

accounts.put_key = keys.put_key = and_wait
sys.exit(main(sys.argv[1:]))
"""


def start(*arguments: str, program: tuple[str, ...] = (PROGRAM,)) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_those_who_want_one_key_id_at_once_one_gets_it(url: str) -> None:
    key = ("--key-id", "key_1", "--key-secret", CHOSEN)
    create = ("account", "create", "--name", "A", *key, "--database", url, "--json")
    running = [start(*create) for _ in range(4)]
    ended = [(*one.communicate(), one.returncode) for one in running]
    winner, *others = sorted(ended, key=lambda end: end[2])
    assert winner[1:] == ("", 0)
    assert [status for *_, status in others] == [1, 1, 1]
    for out, err, _ in others:
        assert json.loads(out)["error"] in err
        assert "--key-id: already used" in err
        assert err.count("\n") == 1
    engine = open_database(url)
    (listed,) = SqlAccounts(engine).listed()
    engine.dispose()
    assert listed.account.id == json.loads(winner[0])["account"]


@pytest.mark.parametrize("action", ["create", "rotate"])
def test_killed_in_the_middle_leaves_nothing_half(
    billhook: Any, acme: Any, url: str, action: str
) -> None:
    before = billhook("account", "list", "--database", url).out
    given = {"create": ("--name", "Half"), "rotate": (acme["account"],)}[action]
    halfway = start(
        "account", action, *given, "--database", url, program=(sys.executable, "-c", HALFWAY)
    )
    assert halfway.stdout is not None
    assert halfway.stdout.readline() == "halfway\n"
    os.kill(halfway.pid, signal.SIGKILL)
    halfway.communicate()
    assert billhook("account", "list", "--database", url).out == before
    engine = open_database(url)
    assert SqlKeyring(engine).find(acme["key_id"]) is not None
    engine.dispose()
    assert billhook("account", action, *given, "--database", url).status == 0


def test_an_answer_to_a_closed_pipe_says_what_is_lost(url: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [PROGRAM, "account", "create", "--name", "A", "--database", url],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    engine = open_database(url)
    (listed,) = SqlAccounts(engine).listed()
    engine.dispose()
    assert ran.returncode == 3
    assert ran.stderr == (
        "billhook account create: done, but the output could not be written (No space left on "
        f"device); the secret is lost: `billhook account rotate {listed.account.id}` creates a new "
        "key\n"
    )


def test_the_program_rotates_and_its_output_needs_no_unicode(url: str) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    create = [PROGRAM, "account", "create", "--name", "Bücher", "--database", url]
    created = subprocess.run(create, env=plain, capture_output=True, text=True, check=True)
    account, name = created.stdout.splitlines()[0].split()[1:]
    assert name == "B\\xfccher"
    rotate = [PROGRAM, "account", "rotate", account, "--database", url, "--json"]
    rotated = subprocess.run(rotate, capture_output=True, text=True, check=True)
    output = json.loads(rotated.stdout)
    engine = open_database(url)
    found = SqlKeyring(engine).find(output["key_id"])
    engine.dispose()
    assert found is not None
    assert found.account == AccountId(account)
