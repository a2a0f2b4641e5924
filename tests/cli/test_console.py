"""What others wrote is shown on a terminal, and does nothing there."""

from __future__ import annotations

import pytest
from rich.console import Console

from workbench.cli.console import out, plain, tell
from workbench.errors import DataError


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("red [bold]text[/] :smile:", "red [bold]text[/] :smile:"),
        ("\x1b[2J\x1b]0;title\x07gone", r"\x1b[2J\x1b]0;title\x07gone"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\rxyz", r"abc\rxyz"),
        ("abc\u202etxt", r"abc\u202etxt"),
        ("two\r\nlines\tand a tab, Mäuse, 日本, 👩‍🔬", "two\nlines\tand a tab, Mäuse, 日本, 👩‍🔬"),
    ],
)
def test_text_is_shown_and_steers_nothing(written: str, shown: str) -> None:
    assert out.render_str(plain(written)).plain == shown


def test_an_error_is_told_with_its_notes(capsys: pytest.CaptureFixture[str]) -> None:
    problem = DataError("no such thing")
    problem.add_note("But there is another.")
    tell(problem)
    assert capsys.readouterr().err == "workbench: no such thing\nBut there is another.\n"


def test_a_console_gets_no_escape_from_a_text() -> None:
    console = Console(force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(plain("\x1b[31mred"))
    assert "\x1b" not in captured.get()
