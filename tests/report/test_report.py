"""Notebooks as reports: what is left behind, whatever happens."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from workbench.errors import ConfigError
from workbench.report import run_report

HEAD = "n = 1\nname = 'x'"


def notebook(folder: Path, *cells: str, tagged: bool = True) -> Path:
    document = nbformat.v4.new_notebook()
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document.cells = [nbformat.v4.new_code_cell(source) for source in (HEAD, *cells)]
    if tagged:
        document.cells[0].metadata["tags"] = ["parameters"]
    path = folder / "question.ipynb"
    nbformat.write(document, path)
    return path


def test_a_parameter_reaches_the_notebook_and_its_figures_the_page(tmp_path: Path) -> None:
    made = run_report(notebook(tmp_path, "print('the answer is', n * 14)"), {"n": 3}, tmp_path / "out")
    assert made.failure == ""
    assert "the answer is 42" in made.page.read_text(encoding="utf-8")
    assert nbformat.read(made.notebook, as_version=4).cells[-1].outputs


def test_a_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    chart = "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=['</script>'], y=[1]))"
    made = run_report(notebook(tmp_path, chart, chart), {}, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    assert page.count("Plotly.newPlot(") >= 2
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=.?https?:", page)
    assert len(page) < 2 * 5_000_000  # plotly's script is there once


def test_a_verdict_that_a_notebook_displays_is_read(tmp_path: Path) -> None:
    cell = (
        "from IPython.display import display\n"
        "kind = 'application/vnd.workbench.report+json'\n"
        "display({kind: {'worse': ['a/b']}, 'text/plain': 'a/b: worse'}, raw=True)"
    )
    made = run_report(notebook(tmp_path, cell), {}, tmp_path / "out")
    assert made.worse == ("a/b",)


def test_a_notebook_that_fails_leaves_what_it_had_done(tmp_path: Path) -> None:
    made = run_report(notebook(tmp_path, "print('so far')", "1 / 0", "print('never')"), {}, tmp_path / "out")
    assert made.failure == "ZeroDivisionError: division by zero"
    page = made.page.read_text(encoding="utf-8")
    assert "so far" in page
    assert "This report is not complete." in page
    assert "never" not in page.replace("print", "")


def test_a_page_with_simulated_models_says_so_at_the_top(tmp_path: Path) -> None:
    real = run_report(notebook(tmp_path, "print('openai/gpt')"), {}, tmp_path / "real")
    made_up = run_report(notebook(tmp_path, "print('sim/swift')"), {}, tmp_path / "sim")
    notice = "contains simulated models"
    assert notice not in real.page.read_text(encoding="utf-8")
    page = made_up.page.read_text(encoding="utf-8")
    assert page.index("<main>") < page.index(notice) < page.index("sim/swift")


def test_what_a_model_wrote_is_not_markup_in_a_page(tmp_path: Path) -> None:
    cell = (
        "from workbench import Completion\n"
        "Completion(text='<img src=x onerror=alert(1)>', provider='a', model='b')"
    )
    made = run_report(notebook(tmp_path, cell), {}, tmp_path / "out")
    page = made.page.read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


@pytest.mark.parametrize(
    ("tagged", "words"), [(True, "no parameter 'm': it has n, name"), (False, "tagged 'parameters'")]
)
def test_a_parameter_that_the_notebook_does_not_have_is_refused(
    tmp_path: Path, tagged: bool, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        run_report(notebook(tmp_path, tagged=tagged), {"m": 1}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no notebook"):
        run_report(tmp_path / "none.ipynb", {}, tmp_path / "out")
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{}")
    with pytest.raises(ConfigError, match="is not a notebook"):
        run_report(broken, {}, tmp_path / "out")


def test_a_notebook_whose_kernel_is_not_installed_says_so(tmp_path: Path) -> None:
    path = notebook(tmp_path, "print(n)")
    path.write_text(path.read_text().replace('"python3"', '"cobol"'))
    made = run_report(path, {}, tmp_path / "out")
    assert "cobol" in made.failure
    assert made.page.is_file()
