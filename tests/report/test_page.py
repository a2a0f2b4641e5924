"""An executed notebook as a page: what it shows, what it leaves out, and that it is the same each time."""

from __future__ import annotations

import base64
import copy
import random
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbench.report.charts import drawn
from workbench.report.page import POLICY, page_of
from workbench.report.running.failure import Failure, NotRunnableError
from workbench.report.running.files import write_whole
from workbench.report.running.streams import joined

PIXEL = base64.b64encode(b"GIF89a").decode()


def display(kind: str, content: Any) -> nbformat.NotebookNode:
    return new_output("display_data", {kind: content})


def page(*cells: Any, **how: Any) -> str:
    """The page of these cells, without plotly's script; outputs are put into a cell of their own."""
    document = new_notebook(
        cells=[cell if "cell_type" in cell else new_code_cell("1", outputs=[cell]) for cell in cells]
    )
    before = copy.deepcopy(document)
    made = page_of(document, title="a <title>", **how)
    assert document == before
    return re.sub(r"<script>(?!\s*window\.PLOTLYENV).*?</script>", "", made, flags=re.DOTALL)


FOREIGN = (
    new_markdown_cell("![a map](https://a.example/map.png) and [a link](https://a.example/there)"),
    display("text/html", '<script src="https://cdn.example/x.js"></script><img src="//a.example/p.png">'),
    display(
        "text/html", '<link rel="stylesheet" href="https://a.example/s.css"><base href="https://a.example">'
    ),
    display("text/html", "<style>@import url('https://a.example/i.css'); b { color: red }</style>"),
    display("text/html", '<p style="background: url(https://a.example/b.png); color: red">red</p>'),
    display(
        "text/html", '<iframe src="https://a.example/frame"></iframe><video poster="//a.example/v"></video>'
    ),
    display("text/html", '<meta http-equiv="refresh" content="0; url=https://a.example">'),
    display("application/javascript", "fetch('https://a.example')"),
    display("image/png", PIXEL),
)


def test_nothing_is_loaded_from_elsewhere() -> None:
    made = page(*FOREIGN)
    links = re.findall(r'<a href="(https?:[^"]*)"', made)
    assert links == ["https://a.example/map.png", "https://a.example/there"]
    assert re.findall(r'(?:src|srcset|poster|action|data)\s*=\s*["\']?(?:https?:)?//', made) == []
    assert re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import", made) == []
    assert re.findall(r"<(?:link|base|iframe|video|script)\b", made) == []
    assert "fetch(" not in made
    assert "color: red }" in made
    assert ">a map</a>" in made
    assert f"data:image/png;base64,{PIXEL}" in made
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in made
    assert made.count("http-equiv") == 1


def test_what_others_wrote_is_text() -> None:
    failure = Failure(
        kind="cell", message="E: <script>1</script>", cell=2, heading="<b>", traceback="<script>2</script>"
    )
    error = new_output(
        "error", ename="<i>", evalue="<script>3</script>", traceback=["\x1b[31m<script>4</script>"]
    )
    made = page(new_markdown_cell("# <a>\n\n# b\n\n# c"), error, failure=failure, banner="<div>banner</div>")
    assert "<script>" not in made
    assert "Cell 2 (&lt;b&gt;): E: &lt;script&gt;1&lt;/script&gt;" in made
    assert "<pre>&lt;script&gt;2&lt;/script&gt;</pre>" in made
    assert "<summary>&lt;i&gt;: &lt;script&gt;3&lt;/script&gt;</summary><pre>&lt;script&gt;4" in made
    assert "<title>a &lt;title&gt;</title>" in made
    assert made.index("<div>banner</div>") < made.index("This report is not complete.") < made.index("<h1")


def test_headings_are_a_table_of_contents() -> None:
    made = page(new_markdown_cell("# One & all\n\n## Two"), new_markdown_cell("### Three"))
    assert re.findall(r'<li class="(h\d)"><a href="#([^"]*)">(.*?)</a>', made) == [
        ("h1", "One-&amp;-all", "One &amp; all"),
        ("h2", "Two", "Two"),
        ("h3", "Three", "Three"),
    ]
    assert "<nav>" not in page(new_markdown_cell("# One"), display("text/html", "<h2>Two</h2><h3>Three</h3>"))


def test_only_what_a_page_can_show_is_on_it() -> None:
    widget = new_output(
        "display_data",
        {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Slider()"},
    )
    payload = display("application/vnd.workbench.report+json", {"kind": "figure"})
    made = page(widget, payload, new_code_cell("secret_code = 1"))
    assert "Slider()" in made
    assert "model_id" not in made
    assert "secret_code" not in made


def test_pages_with_simulated_models_say_so_at_the_top() -> None:
    notice = "contains simulated models"
    assert notice not in page(display("text/plain", "openai/gpt and sim/2"))
    made = page(display("text/plain", "sim/swift"))
    assert made.index("<main>") < made.index(notice) < made.index("sim/swift")


def test_a_page_does_not_wait_for_long_words_and_styles() -> None:
    # Where time grows with the square of the length, these take hours.
    word, style = "x" * 3_000_000, f"<style>{'url(//' * 200_000}</style>"
    assert word in page(new_output("stream", name="stdout", text=word))
    assert "url(//" not in page(display("text/html", style))


def test_ids_addresses_and_files_of_cells_are_the_same_each_time() -> None:
    def made(seed: int) -> str:
        rng = random.Random(seed)
        address, uuid = (f"{rng.getrandbits(40):010x}" for _ in range(2))
        styler = (
            f'<style>#T_{uuid[:5]}_row0_col0 {{ color: red }}</style><table id="T_{uuid[:5]}">'
            f'<td id="T_{uuid[:5]}_row0_col0">T_1</td></table>'
        )
        return page(
            display("text/plain", f"<object object at 0x7f{address}> 0xdeadbeef"),
            display("text/html", styler),
            new_output("stream", name="stderr", text=f"/tmp/ipykernel_{seed}/{seed}.py:1: Warning"),
            display("application/vnd.plotly.v1+json", go.Figure(go.Bar(y=[1])).to_plotly_json()),
        )

    assert made(1) == made(2)
    assert "&lt;object object at 0x…&gt; 0xdeadbeef" in made(1)
    assert 'id="T_1_row0_col0">T_1<' in made(1)
    assert "cell:1: Warning" in made(1)


def numbers(figure: go.Figure) -> list[list[str]]:
    """The rows of the tables of a chart, headings first."""
    rows = re.findall(r"<tr>(.*?)</tr>", drawn(figure.to_plotly_json(), "chart"))
    return [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]


def test_numbers_of_a_chart_have_the_titles_of_its_axes() -> None:
    error = {"array": [0.5, 0.25], "arrayminus": [0.125, 0]}
    figure = go.Figure(go.Scatter(x=["a<br>b", "&lt;c&gt; <d>"], y=np.array([1.5, np.nan]), error_y=error))
    figure.update_yaxes(title="Seconds")
    assert numbers(figure) == [
        ["x", "Seconds", "Seconds +", "Seconds −"],
        ["a b", "1.5", "0.5", "0.125"],
        ["&lt;c&gt; &lt;d&gt;", "–", "0.25", "0"],
    ]


@pytest.mark.parametrize("kind", ["f4", "i8", "u1"])
def test_packed_numbers_are_unpacked(kind: str) -> None:
    z = np.arange(6, dtype=kind).reshape(2, 3)
    packed = {"dtype": kind, "bdata": base64.b64encode(z.tobytes()).decode(), "shape": "2, 3"}
    chart = drawn({"data": [{"type": "heatmap", "z": packed, "y": ["p", "q"]}]}, "chart")
    assert re.findall(r"<td>(.*?)</td>", chart) == ["p", "0", "1", "2", "q", "3", "4", "5"]


def test_a_long_chart_says_how_many_numbers_it_leaves_out() -> None:
    chart = drawn(go.Figure(go.Scatter(y=list(range(2001)))).to_plotly_json(), "chart")
    assert "… and 1 more." in chart
    assert "<td>1999</td>" in chart
    assert "<td>2000</td>" not in chart


def test_an_empty_chart_has_no_numbers() -> None:
    assert "<details" not in drawn({"data": [], "layout": {}}, "chart")


def streams(*pieces: tuple[str, str]) -> list[tuple[str, str]]:
    """What is left of outputs, of which a `display` is none of a stream."""
    outputs = [
        display("text/plain", text) if name == "display" else new_output("stream", name=name, text=text)
        for name, text in pieces
    ]
    document = new_notebook(cells=[new_markdown_cell("# "), new_code_cell("1", outputs=outputs)])
    before = copy.deepcopy(document)
    made = joined(document)
    assert document == before
    return [(output.get("name", "display"), output.get("text", "")) for output in made.cells[1].outputs]


def test_how_prints_were_cut_and_mixed_does_not_show() -> None:
    pieces = [("stdout", "a"), ("stderr", "x"), ("stdout", "b\n")]
    late = ("stdout", "c")
    wanted = [("stdout", "ab\n"), ("stderr", "x"), ("display", ""), ("stdout", "c")]
    assert streams(*pieces, ("display", "1"), late) == wanted
    assert streams(*reversed(pieces[:2]), pieces[2], ("display", "1"), late) == wanted


def test_a_progress_bar_is_its_last_line_however_long_the_lines_are() -> None:
    assert streams(("stdout", "1 %\r2 %"), ("stdout", "\r3 %\r\nnext\n")) == [("stdout", "3 %\nnext\n")]
    long = "x" * 5_000_000
    assert streams(("stdout", f"{long}\r{long}")) == [("stdout", long)]


def test_half_a_character_can_be_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", "half \ud83d")
    assert (tmp_path / "file").read_text() == "half \\ud83d"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_run_says_why() -> None:
    assert str(NotRunnableError("parameter", "words").failure) == "words"
