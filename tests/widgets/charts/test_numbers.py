"""The numbers of a run as tables for a saved notebook."""

from __future__ import annotations

import math
from decimal import Decimal
from html.parser import HTMLParser

from workbench.analysis.agreement.similarity import similarity_matrix
from workbench.widgets.charts.numbers import frame_of, numbers_table, similarity_table
from workbench.widgets.panes.comparison import PaneState

HOSTILE = "x/</td></table><script>alert(1)</script><img src=x onerror=alert(1)>"
DONE = PaneState(
    model="a/one",
    state="done",
    elapsed_s=1.5,
    ttft_s=0.25,
    tokens_per_s=40.4,
    output_tokens=51,
    cost_usd=Decimal("0.0123"),
)


class Cells(HTMLParser):
    """The text of each cell, row by row, and the tags that there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows:
            self.rows[-1][-1] += data


def test_a_frame_has_a_row_an_answer_and_nan_for_what_is_not_known() -> None:
    frame = frame_of([DONE, PaneState(model="a/one", repeat=1, state="queued")])
    assert list(frame["repeat"]) == [0, 1]
    numbers = ["ttft_s", "duration_s", "tokens_per_s", "output_tokens", "cost_usd"]
    assert frame.loc[0, numbers].tolist() == [0.25, 1.5, 40.4, 51, 0.0123]
    assert frame.loc[1, numbers].isna().all()


def test_the_table_has_the_median_of_every_number_and_how_the_answers_ended() -> None:
    second = PaneState(model="a/one", repeat=1, state="done", elapsed_s=2.5, ttft_s=0.35, output_tokens=53)
    panes = [DONE, second, PaneState(model="b/two", state="failed", elapsed_s=9.0)]
    table = Cells(numbers_table(frame_of(panes)))
    assert table.rows == [
        ["model", "answers", "TTFT", "time", "speed", "tokens", "cost"],
        ["a/one", "2 done", "0.30 s, n=2", "2.00 s, n=2", "40 tok/s", "52, n=2", "$0.0123"],
        ["b/two", "1 failed", *["failed"] * 5],
    ]


def test_the_similarity_table_has_every_number_and_says_what_they_mean() -> None:
    html = similarity_table(similarity_matrix({"a/one": "x y", "b/two": "x z"}))
    assert "a/one and b/two agree to 50 %." in html
    assert Cells(html).rows == [
        ["model", "a/one", "b/two"],
        ["a/one", "–", "50 %"],
        ["b/two", "50 %", "–"],
    ]


def test_names_of_models_are_text_and_never_markup() -> None:
    frame = frame_of([PaneState(model=HOSTILE, state="done")])
    matrix = similarity_matrix({HOSTILE: "x", "b": "x", "c": "y"})
    assert math.isnan(matrix.loc[HOSTILE, HOSTILE])
    page = Cells(numbers_table(frame) + similarity_table(matrix))
    assert page.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    # a row of each table, a head and the words about who agrees
    assert "".join(cell for row in page.rows for cell in row).count(HOSTILE) == 4
