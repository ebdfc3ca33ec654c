"""What the command line says to a person who types something wrong, or nothing at all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from adapters.cli.conftest import Billhook
from billhook_adapters.cli.commands import COMMANDS, GROUPS
from billhook_adapters.cli.completion import SHELLS


def test_without_a_command_the_help_lists_all_of_them_in_groups(billhook: Billhook) -> None:
    ran = billhook()
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == billhook("--help").out
    lines = ran.out.splitlines()
    for group, commands in GROUPS.items():
        start = lines.index(f"{group}:") + 1
        named = [line.split()[0] for line in lines[start : start + len(commands)]]
        assert named == [one.name for one in commands]
    assert max(map(len, lines)) <= 80  # as wide as the narrowest terminal in use


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("invoic",), "billhook: no such command, did you mean invoice?; see `billhook --help`"),
        (("serv", "--port", "0"), "no such command, did you mean serve?"),
        (("hush-hush-hush",), "billhook: no such command; see `billhook --help`"),
        (("invoice", "shwo"), "billhook invoice: no such action, did you mean show?"),
        (("invoice", "list", "acc_1", "--stauts", "x"), "--stauts, did you mean --status?"),
        (("serve", "--port", "0", "--databse", "x"), "--databse, did you mean --database?"),
        (("status", "--databse", "x"), "did you mean --database?; the following arguments are"),
        (("webhook", "tset", "a", "b"), "no such action, did you mean test?"),
        (("invoice", "list", "a", "--status", "isued"), ", cancelled, did you mean issued?"),
        (("completion", "hush"), "argument shell: must be one of bash, zsh, fish\n"),
        (("callbacks", "hush-hush-hush"), "argument provider: must be msg91\n"),
        (("account", "list", "--hush-hush=hush"), "are required: --database"),
    ],
    ids=str,
)
def test_what_is_mistyped_is_answered_with_what_was_meant(
    billhook: Billhook, typed: tuple[str, ...], said: str
) -> None:
    ran = billhook(*typed)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "hush" not in ran.err  # what is unknown may be a secret


def test_errors_of_usage_are_json_too_where_that_was_wanted(billhook: Billhook) -> None:
    missing = billhook("account", "list", "--json")
    assert missing.status == 2
    assert missing.json == {"error": "the following arguments are required: --database"}
    unknown = billhook("invoic", "--json")
    assert unknown.json["error"].startswith("no such command, did you mean invoice?")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_what_makes_it_complete_commands(billhook: Billhook, shell: str) -> None:
    ran = billhook("completion", shell)
    assert (ran.status, ran.err) == (0, "")
    assert "billhook" in ran.out


def completions(line: str) -> list[str]:
    """What a shell is offered for a line, over the descriptor on which it reads answers."""
    reading, writing = os.pipe()
    environ = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    program = (
        f"import os, sys; os.dup2({writing}, 8); os.dup2(2, 9)\n"
        "from billhook_adapters.cli.main import main; main()"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env=environ,
        pass_fds=(writing,),
        check=True,
        capture_output=True,
        timeout=60,
    )
    os.close(writing)
    with os.fdopen(reading) as answers:
        return answers.read().split("\n")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("billhook inv", {"invoice"}),
        ("billhook invoice ex", {"explain"}),
        ("billhook completion f", {"fish"}),
        ("billhook invoice list --st", {"--status"}),
    ],
)
def test_a_line_is_completed(line: str, offered: set[str]) -> None:
    assert set(completions(line)) == offered


def test_every_command_is_offered() -> None:
    assert {one.name for one in COMMANDS} <= set(completions("billhook "))


def test_a_reader_that_has_seen_enough_is_no_error(url: str) -> None:
    program = [sys.executable, "-m", "billhook_adapters.cli"]
    subprocess.run([*program, "account", "create", "--name", "A", "--database", url], check=True)
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [*program, "account", "list", "--json", "--database", url],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 3
