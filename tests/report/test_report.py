"""A notebook that runs to its end as a report: what reaches the notebook, the page and whoever judges it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from notebook_files import notebook

from workbench.errors import ConfigError
from workbench.report import Report, run_report
from workbench.report.inside.telling import TOLD
from workbench.report.running.cells import Progress

KEY = "sk-canary/0123'456&789"
CELLS = (
    "# A question",
    "import sys\nprint('the answer is', n * 14)\nprint(sys.executable)",
    "# Charts\n\nTwo of them.",
    "import numpy as np, plotly.graph_objects as go\n"
    "go.Figure(go.Bar(x=['</script>'], y=np.array([0.375]), error_y={'array': [0.0625]}))",
    "go.Figure(go.Heatmap(z=np.array([[0.5, 0.25]]), x=['left', 'right'], y=['row']))",
    # what is another in each run
    "import pandas as pd, warnings\nwarnings.warn('careful')\n"
    "display(object(), pd.DataFrame({'a': [1.5]}).style)",
    "for part in range(3):\n    print('part', part, flush=True)",
    "import ipywidgets\nipywidgets.IntSlider()",
    # payloads: one with words beside it, one of a kind that nobody knows, one that is none
    "kind = 'application/vnd.workbench.report+json'\n"
    "display({kind: {'kind': 'figure', 'name': 'a', 'value': 1.5}, 'text/plain': 'a is 1.5'}, raw=True)\n"
    "display({kind: {'kind': 'else'}}, raw=True)\n"
    "display({kind: 'none', 'text/plain': 'none'}, raw=True)",
    "import html, json, os\nkey = os.environ['CANARY_API_KEY']\n"
    "print(key[:5], end='', flush=True)\nprint(key[5:])\nprint(html.escape(key), [key], json.dumps(key))\n"
    "display({kind: {'kind': 'figure', 'name': key, 'value': 2}, 'text/html': html.escape(key)}, raw=True)",
    # said, and taken away again
    "from IPython.display import clear_output\nfrom workbench import report\n"
    "report.gate(False, 'cleared')\nclear_output()",
    "%%capture\nreport.gate(False, key)",
    "report.gate(True, 'stays')",
    "print('<img src=x onerror=alert(1)>')",
)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A notebook that ran twice, and how the first time went."""

    once: Report
    again: Report
    progress: list[Progress]

    @property
    def page(self) -> str:
        return self.once.page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """All that goes well, though its kernel is installed for another Python, one that does not work."""
    folder = tmp_path_factory.mktemp("ran")
    broken = folder / "jupyter" / "kernels" / "python3"
    broken.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "Other", "language": "python"}
    (broken / "kernel.json").write_text(json.dumps(spec))
    path = notebook(folder, *CELLS)
    progress: list[Progress] = []
    environment = {"CANARY_API_KEY": KEY}
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as pool:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        again = pool.submit(run_report, path, {"n": 3}, folder / "again", environment=environment)
        once = run_report(
            path,
            {"n": 3},
            folder / "once",
            environment=environment,
            on_progress=progress.append,
            banner=lambda report: f'<div class="banner fine">{len(report.payloads)} payloads</div>',
        )
        yield Ran(once=once, again=again.result(), progress=progress)


def test_a_parameter_reaches_the_notebook_and_its_figures_the_page(ran: Ran) -> None:
    assert ran.once.failure is None
    assert "the answer is 42" in ran.page
    assert nbformat.read(ran.once.notebook, as_version=4).cells[-1].outputs
    assert ran.once.parameters == {"n": 3}


def test_the_folder_has_the_notebook_and_the_page_alone(ran: Ran) -> None:
    assert {path.name for path in ran.once.page.parent.iterdir()} == {"question.ipynb", "question.html"}


def test_it_runs_in_this_python_whatever_kernel_is_installed(ran: Ran) -> None:
    assert sys.executable in ran.page


def test_each_cell_is_told_before_it_runs(ran: Ran) -> None:
    code = sum(not cell.startswith("# ") for cell in CELLS) + 2  # the parameters, and what was set
    assert [step.cell for step in ran.progress] == list(range(1, code + 1))
    assert {step.cells for step in ran.progress} == {code} == {ran.once.cells, ran.once.cells_run}
    assert [step.heading for step in ran.progress][:4] == ["n = 1", "Parameters", "A question", "Charts"]
    seconds = [step.seconds for step in ran.progress]
    assert seconds == sorted(seconds)


def test_the_same_outputs_make_the_same_bytes(ran: Ran) -> None:
    banner = '<div class="banner fine">7 payloads</div>'
    assert banner in ran.page
    assert ran.page.replace(banner, "") == ran.again.page.read_text(encoding="utf-8")


def test_what_a_notebook_displays_for_its_report_is_read_in_its_order(ran: Ran) -> None:
    figure = {"kind": "figure", "name": "a", "value": 1.5}
    shown = (figure, {"kind": "else"}, "none", {"kind": "figure", "name": "***", "value": 2})
    assert ran.once.payloads[:4] == shown
    assert [type(payload) for payload in ran.once.payloads if payload != "none"] == [dict] * 6
    assert "a is 1.5" in ran.page


def test_what_a_notebook_said_counts_though_its_output_was_cleared_or_captured(ran: Ran) -> None:
    gates = [(gate["name"], gate["passed"]) for gate in ran.once.payloads[4:]]
    assert gates == [("stays", True), ("cleared", False), ("***", False)]
    outputs = [cell.get("outputs") for cell in nbformat.read(ran.once.notebook, as_version=4).cells]
    assert "Gate failed: cleared" not in json.dumps(outputs)


def test_every_number_of_a_chart_is_text_too(ran: Ran) -> None:
    text = re.sub(r"<script.*?</script>", "", ran.page, flags=re.DOTALL)
    cells = re.findall(r"<td>(.*?)</td>", text)
    assert cells[:3] == ["&lt;/script&gt;", "0.375", "0.0625"]
    assert cells[3:6] == ["row", "0.5", "0.25"]


def test_a_widget_that_nothing_moves_is_left_out(ran: Ran) -> None:
    assert "widget-view" not in ran.page
    assert "widget-state" not in ran.page


def test_a_key_is_in_none_of_it(ran: Ran) -> None:
    written = ran.page + ran.once.notebook.read_text(encoding="utf-8") + str(ran.once)
    assert "0123" not in re.sub(r"<script>.*?</script>", "", written, flags=re.DOTALL)
    assert "***" in ran.page


def test_what_a_model_wrote_is_not_markup_in_a_page(ran: Ran) -> None:
    assert "<img src=x" not in ran.page
    assert "&lt;img src=x onerror=alert(1)&gt;" in ran.page


def test_a_report_can_be_made_where_a_loop_runs_and_a_notebook_clears_its_folders(tmp_path: Path) -> None:
    out = tmp_path / "out"
    clear = (
        f"import os, shutil\nshutil.rmtree({str(out)!r})\nos.unlink(os.environ[{TOLD!r}])\n"
        "os.unlink(os.readlink('/proc/self/fd/2'))"
    )
    path = notebook(tmp_path, clear, "raise SystemExit(0)", "print('never')")

    async def made() -> Report:
        return run_report(path, {}, out)

    report = asyncio.run(made())
    assert {file.name for file in out.iterdir()} == {"question.ipynb", "question.html"}
    assert report.failure is None  # it ended where its author wanted
    assert (report.cells_run, report.cells) == (3, 4)


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no notebook"):
        run_report(tmp_path / "none.ipynb", {}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    ran_already = tmp_path / "ran"
    path = notebook(tmp_path, f"open({str(ran_already)!r}, 'w')")
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written"):
        run_report(path, {}, tmp_path / "file")
    assert not ran_already.exists()


def test_a_report_does_not_replace_its_notebook(tmp_path: Path) -> None:
    path = notebook(tmp_path, "1")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="would replace"):
        run_report(path, {}, tmp_path)
    assert path.read_bytes() == before
