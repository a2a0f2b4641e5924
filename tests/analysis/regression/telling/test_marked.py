"""Samples that changed sides, as a page and a terminal show them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_runs import rows

from workbench.analysis.regression.samples import Flips, flips
from workbench.analysis.regression.telling.marked import MOST, flips_html, flips_text, marked

HOSTILE = '<script>alert(1)</script> & "x" \x1b[31m'


def found(old: str | None = "It is Rome.", new: str | None = "It is Paris.", *, samples: int = 1) -> Flips:
    then, now = np.ones((samples + 1, 2)), np.zeros((samples + 1, 2))
    then[-1] = [1, np.nan]
    now[-1] = [1, 0]
    return flips(rows(then, text=old, target="Rome"), rows(now, text=new, target="Rome"))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    tags.close()
    return tags


def test_words_that_are_gone_and_new_are_marked_in_one_text() -> None:
    assert marked("It is Rome.", "It is Paris.", "text") == "It is [-Rome.-]{+Paris.+}"
    page = marked("It is Rome.", "It is Paris.", "html")
    assert re.sub(r' style="[^"]*"', "", page) == "It is <del>Rome.</del><ins>Paris.</ins>"


def test_marks_end_where_lines_end() -> None:
    assert marked("one\ntwo\nend", "one\nthree\nend", "text") == "one\n[-two-]\n{+three+}\nend"


@pytest.mark.parametrize("form", ["html", "text"])
def test_no_answer_is_said_and_an_empty_one_is_all_gone(form: str) -> None:
    assert "no answer" in marked(None, "Rome", "text" if form == "text" else "html")
    assert marked("", "", "html") == ""
    assert marked("Rome", "", "text") == "[-Rome-]"


def test_what_models_write_is_text_on_a_page_and_in_a_terminal() -> None:
    odd = flips(
        rows(np.ones(1), text="fine", model=HOSTILE, sample=HOSTILE, target=HOSTILE),
        rows(np.zeros(1), text=HOSTILE, model=HOSTILE, sample=HOSTILE, target=HOSTILE),
    )
    page = parsed(flips_html(odd))
    assert page.tags <= {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td", "del", "ins"}
    assert page.text.count("<script>") == 4
    for shown in (flips_html(odd), flips_text(odd)):
        assert "\x1b" not in shown
    assert marked("", "\ud800", "text") == "{+\ufffd+}"


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_without_what_is_gone_a_page_has_the_new_answer(old: str, new: str) -> None:
    page = re.sub(r"<del[^>]*>.*?</del>", "", marked(old, new, "html"), flags=re.DOTALL)
    assert parsed(page.replace("\r", "␍")).text == parsed(marked(new, new, "html").replace("\r", "␍")).text


def test_a_page_tells_what_was_lost_and_what_is_flaky_and_by_which_rule() -> None:
    told = found()
    for shown in (flips_html(told), flips_text(told)):
        assert "1 lost, 0 gained" in shown
        assert "Flaky: 1, listed apart" in shown
        assert "1 –" in shown
        assert told.rule in shown
    assert "  lost: sim/swift, s0, wanted Rome\n    It is [-Rome.-]{+Paris.+}\n" in flips_text(told)


def test_an_answer_that_is_missing_is_not_the_word_nan() -> None:
    texts, none = np.array(["Rome", None]), np.array([None, None])
    told = flips(rows(np.ones(2), text=texts, target=texts), rows(np.zeros(2), text=none, target=texts))
    assert told.flips["baseline_answer"].iloc[0] == "Rome"
    for shown in (flips_html(told), flips_text(told)):
        assert "no answer" in shown
        assert "nan" not in shown


def test_many_are_counted_and_the_first_are_shown() -> None:
    told = found(samples=MOST + 5)
    assert f"The first {MOST} of them" in flips_text(told)
    assert flips_text(told).count("  lost: ") == flips_html(told).count("▼") == MOST


def test_nothing_to_show_is_nothing() -> None:
    none = flips(rows(np.ones(2), target="x"), rows(np.ones(2), target="x"))
    assert flips_html(none) == flips_text(none) == ""
    assert str(none).startswith("No sample changed sides, and none is flaky.")
    assert none._repr_html_().startswith("<p>No sample")


def test_a_cell_shows_it_by_itself() -> None:
    told = found()
    assert (repr(told), told._repr_html_()) == (flips_text(told), flips_html(told))
