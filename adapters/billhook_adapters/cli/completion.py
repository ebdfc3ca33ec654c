"""`billhook completion`: what makes a shell complete commands, options and their values."""

from __future__ import annotations

import argparse

from billhook_adapters.cli.parser import set_command
from billhook_adapters.system.optional_dependencies import needs

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For which shell."""
    parser.add_argument("shell", choices=SHELLS)
    set_command(parser, _run, example="billhook completion bash")
    parser.description = "print what makes a shell complete commands; its start file runs it"


def _run(arguments: argparse.Namespace) -> int:
    with needs("cli"):
        from argcomplete.shell_integration import shellcode
    print(shellcode(["billhook"], shell=arguments.shell))
    return 0


def complete(line: str) -> None:
    """Answer a shell that wants to know how this line goes on, and end the program."""
    from billhook_adapters.cli.commands import parser_for

    with needs("cli"):
        from argcomplete import autocomplete
    words = line.split()[1:]
    autocomplete(parser_for(words))
