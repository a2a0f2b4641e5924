"""Who says the same as whom, as charts."""

from __future__ import annotations

import json
import math

import pandas as pd

from workbench import plots
from workbench.analysis.agreement import agreement_matrix, agreement_table

LABELS = {
    "b/two": ["x", "y", "x", "y", "x", "y"],
    "a/one": ["x", "y", "x", "y", "y", "x"],
    "c/still": [None] * 6,
}
MATRIX, PAIRS = agreement_matrix(LABELS), agreement_table(LABELS)


def test_a_cell_of_the_grid_tells_its_interval_and_n_to_whoever_points_at_it() -> None:
    cells = plots.agreement(MATRIX, PAIRS).data[0].customdata
    # Wilson of 4 of 6: 30 to 90 %
    assert list(cells[0][1]) == ["b/two", "a/one", " [30, 90], n=6"]
    assert list(cells[1][0]) == ["a/one", "b/two", " [30, 90], n=6"]
    assert list(cells[0][0]) == ["b/two", "b/two", ""]
    assert cells[0][2][2] == " [–, –], n=0"
    assert plots.agreement(MATRIX).data[0].customdata[0][1][2] == ""


def test_each_pair_has_kappa_beside_ac1_with_bars_and_n() -> None:
    figure = plots.agreement_pairs(PAIRS)
    kappa, ac1 = figure.data  # the pairs with the third have nothing in common
    row = PAIRS.iloc[0]
    for point, name in ((kappa, "kappa"), (ac1, "ac1")):
        assert point.x == (row[name],)
        assert point.error_x.array[0] == row[f"{name}_high"] - row[name]
        assert point.error_x.arrayminus[0] == row[name] - row[f"{name}_low"]
        assert point.text == (f"{row[name]:.2f}, n=6",)
    assert kappa.xaxis != ac1.xaxis
    assert next(iter(figure.layout.yaxis.ticktext)) == "b/two<br>a/one"
    assert figure.layout.xaxis.range[0] < row["kappa_low"]


def test_a_chart_of_pairs_fits_both_pages_and_is_valid_json() -> None:
    figure = plots.agreement_pairs(PAIRS)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.font.color == "#808080"
    assert "NaN" not in figure.to_json()
    unknown = PAIRS.assign(**dict.fromkeys(["kappa", "ac1", "kappa_low", "ac1_low"], math.nan))
    assert json.loads(plots.agreement_pairs(unknown).to_json())["data"] == []


def test_where_there_are_no_two_raters_the_chart_of_pairs_says_so() -> None:
    empty = agreement_table({"a/one": ["x"]})
    assert [note.text for note in plots.agreement_pairs(empty).layout.annotations] == ["no two to compare"]
    assert [note.text for note in plots.agreement(pd.DataFrame(), empty).layout.annotations] == [
        "no calls yet"
    ]


def test_the_name_of_a_rater_is_never_a_tag_or_a_field() -> None:
    hostile = "<b>a</b>/%{x}"
    pairs = PAIRS.replace("a/one", hostile)
    figure = plots.agreement_pairs(pairs)
    texts = [str(trace[name]) for trace in figure.data for name in ("hovertemplate", "text")]
    texts += [str(axis.ticktext) for axis in figure.select_yaxes()]
    assert not [text for text in texts if "<b>" in text or "/%{x}" in text]
    matrix = MATRIX.rename(index={"a/one": hostile}, columns={"a/one": hostile})
    assert "<b>" not in str(plots.agreement(matrix, pairs).data[0].customdata)
