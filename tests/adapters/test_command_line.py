"""The command line: what a person sees who types something else."""

from __future__ import annotations

import sys

import pytest

from billhook_adapters.cli.main import main


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_a_missing_extra_is_named_with_its_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "razorpay", None)
    monkeypatch.delitem(sys.modules, "billhook_adapters.demo.main", raising=False)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == (
        "billhook demo: razorpay is missing: pip install 'billhook[demo]'\n"
    )
