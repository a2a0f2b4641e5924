from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from workbench.widgets.interactive import interactive

REPOSITORY = Path(__file__).parents[2]
CELLS = (
    "from workbench.widgets.interactive import interactive\ninteractive()",
    "from workbench.widgets.playground.playground import playground\nplayground(None, ['a/b'], 'Why?')",
)


@pytest.mark.parametrize(
    ("environ", "modules", "expected"),
    [
        ({}, (), False),
        ({"JPY_SESSION_NAME": "compare.ipynb"}, (), True),
        ({"JPY_SESSION_NAME": ""}, (), False),
        ({"VSCODE_PID": "4711"}, (), True),
        ({"VSCODE_CWD": "/"}, (), True),
        ({}, ("google.colab",), True),
        ({"JPY_SESSION_NAME": "compare.ipynb", "WORKBENCH_HEADLESS": "1"}, (), False),
        ({"JPY_SESSION_NAME": "compare.ipynb", "WORKBENCH_HEADLESS": "0"}, (), True),
    ],
)
def test_a_front_end_is_known_by_its_signs(
    environ: dict[str, str], modules: tuple[str, ...], expected: bool
) -> None:
    assert interactive(environ, modules) is expected


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """What a kernel of a shell, not of a front end, finds in its environment."""
    for sign in ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "WORKBENCH_HEADLESS"):
        monkeypatch.delenv(sign, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
    )


def test_a_notebook_run_by_nbclient_or_papermill_holds_the_static_form(
    notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    nbformat.write(notebook, tmp_path / "in.ipynb")
    papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    NotebookClient(notebook).execute()
    for executed in (notebook, nbformat.read(tmp_path / "out.ipynb", as_version=4)):
        first, second = (cell.outputs[0]["data"] for cell in executed.cells)
        assert first["text/plain"] == "False"
        assert set(second) == {"text/plain", "text/html"}
        assert "a/b" in second["text/html"]
