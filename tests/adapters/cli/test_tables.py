"""Tables on a terminal: ids are copied, so none is broken, however narrow the terminal is."""

from __future__ import annotations

import pytest

from billhook_adapters.cli.output import print_table

ID = "inv_A1b2C3d4E5f6G7"
HEAD = ("invoice", "customer", "amount due")
LONG_NAME = "Ravi and Daughters Trading Company of Pune"
ROWS = [(ID, LONG_NAME, "INR 998.00"), ("inv_2", "Asha", "INR 1.00")]


def shown(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    rows: list[tuple[str, str, str]],
) -> list[str]:
    """The lines of a table on a terminal of this width."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for name, value in {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    print_table("Invoices", HEAD, rows)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_columns_of_text_shrink_before_an_id_is_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    lines = shown(capsys, monkeypatch, width, ROWS)
    assert max(map(len, lines)) <= width
    assert [line for line in lines if ID in line] != []
    assert [line.split()[1] for line in lines if "INR" in line][:2] == [ID, "inv_2"]


@pytest.mark.parametrize("width", [20, 40])
def test_without_room_for_a_table_each_field_has_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    assert shown(capsys, monkeypatch, width, ROWS) == [
        "Invoices",
        "",
        f"invoice     {ID}",
        f"customer    {LONG_NAME}",
        "amount due  INR 998.00",
        "",
        "invoice     inv_2",
        "customer    Asha",
        "amount due  INR 1.00",
    ]


def test_the_longest_id_is_whole_at_60_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = "i" * 64
    lines = shown(capsys, monkeypatch, 60, [(longest, "Ravi", "INR 998.00")])
    assert f"invoice     {longest}" in lines
