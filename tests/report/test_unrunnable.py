"""What cannot run at all: a report that says so, from which no kernel was started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_files import notebook

from workbench.config import Settings
from workbench.report import run_report
from workbench.report.running.failure import Failure, NotRunnableError
from workbench.report.running.secrets import Secrets
from workbench.report.running.source import notebook_of, parameterised

KEY = "sk-canary-0123456789"
HEAD = (
    "baseline: str\nlimit = 10\nshare = 0.5\ncache = False\nmodels = []\noptions = {}\ndata = 'walk'\n"
    "when = None\nalso = len('x')\n%matplotlib inline"
)


def refused(path: Path, parameters: dict[str, Any], **how: Any) -> Failure:
    """Why it could not run; the page says so, and nothing else is there."""
    made = run_report(path, parameters, path.parent / "out", **how)
    assert made.failure is not None
    assert made.cells_run == 0
    assert made.payloads == ()
    nbformat.read(made.notebook, as_version=4)
    page = made.page.read_text(encoding="utf-8")
    assert "This report is not complete." in page
    assert KEY not in page + made.notebook.read_text(encoding="utf-8") + str(made)
    return made.failure


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"m": 1},
            "no parameter 'm': it has baseline, limit, share, cache, models, options, data, when, also",
        ),
        ({}, "needs the parameter 'baseline': set it with -p baseline VALUE"),
        ({"limit": "ten"}, "'limit' of question.ipynb is 'ten': it has to be a whole number (it is 10)"),
        ({"limit": 1.5}, "a whole number"),
        ({"limit": True}, "a whole number"),
        ({"share": "half"}, "a number"),
        ({"cache": 1}, "true or false"),
        ({"models": {"a": 1}}, "a list"),
        ({"options": []}, "a mapping"),
        ({"data": 1.50}, "a text"),
        ({"data": ["a"]}, "a text"),
        ({"data": f"x{KEY}"}, "would be a secret"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    baseline = {} if not given else {"baseline": "last"}
    failure = refused(notebook(tmp_path, head=HEAD), baseline | given, environment={"CANARY_TOKEN": KEY})
    assert failure.kind == "parameter"
    assert words in failure.message


def test_a_parameter_with_the_name_of_a_key_is_refused_and_masked(tmp_path: Path) -> None:
    path = notebook(tmp_path, head="api_key = ''")
    assert "'api_key' of question.ipynb would be a secret" in refused(path, {"api_key": KEY}).message
    assert run_report(path, {"api_key": KEY}, tmp_path / "out").parameters == {"api_key": "***"}


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ({"options": {"api_key": "abc", "n": [1]}}, {"options": {"api_key": "***", "n": [1]}}),
        ({"data": ["https://ann:pw@host/set.csv"]}, {"data": ["https://***@host/set.csv"]}),
        ({"prompt": "use sk-proj-0123456789abcdef"}, {"prompt": "use ***"}),
    ],
)
def test_what_looks_like_a_secret_is_masked(secret: dict[str, Any], shown: dict[str, Any]) -> None:
    secrets = Secrets(Settings(project=Path(), values={}))
    assert secrets.masked(secret) == shown
    harmless = {"data": "https://host:8000/a@b", "models": ["hf_local/sk-learn"], "max_tokens": 3}
    assert secrets.masked(harmless) == harmless


def test_where_no_cell_is_tagged_there_are_no_parameters(tmp_path: Path) -> None:
    assert "tagged 'parameters'" in refused(notebook(tmp_path, tagged=False), {"n": 1}).message


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{}", b"[]", b'"text"', b"no JSON", b"\xff\xfe\x00", b'{"nbformat": 4, "nbformat_minor": 5}'),
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "co',  # half saved
        b"<<<<<<< HEAD\n{}",
        b"[" * 100_000,
        b'{"nbformat": 4, "nbformat_minor": "x", "metadata": {}, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": null, "cells": []}',
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": null}, "cells": []}',
        b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": null}',
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": '
        b'[{"cell_type": "raw", "metadata": {}, "source": "\\ud83d"}]}',
    ],
    ids=range(15),
)
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "question.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotRunnableError, match=r"^question\.ipynb is not a notebook: ."):
        notebook_of(path)


def test_a_notebook_of_another_language_says_so(tmp_path: Path) -> None:
    path = notebook(tmp_path)
    document = json.loads(path.read_text())
    document["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    path.write_text(json.dumps(document))
    assert "is in 'R', for the kernel 'ir'" in refused(path, {}).message


@pytest.mark.parametrize("head", ["n = ", "n = [1,\n%pip", f"n = {'-' * 20_000}1"], ids=range(3))
def test_a_cell_of_parameters_that_is_not_python_says_so(tmp_path: Path, head: str) -> None:
    path = notebook(tmp_path, head=head)
    with pytest.raises(NotRunnableError, match=r"the cell of .* 'parameters' is not Python: ."):
        parameterised(notebook_of(path), path.name, {}, Secrets(Settings(project=tmp_path, values={})))


def test_a_notebook_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "question.ipynb"
    path.symlink_to("/proc/self/mem")  # a file that nobody can read from its beginning, root neither
    failure = refused(path, {})
    assert (failure.kind, failure.message) == (
        "notebook",
        "question.ipynb cannot be read: Input/output error",
    )


def test_old_notebooks_and_what_an_earlier_run_noted_in_them_are_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": "n = {[1]: 2}", "language": "python", "outputs": []}
    path = tmp_path / "question.ipynb"
    path.write_text(json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": [cell]}]}))
    document = notebook_of(path)
    assert [cell.source for cell in document.cells] == ["n = {[1]: 2}"]
    document.metadata.papermill = document.cells[0].metadata.papermill = None
    document.cells[0].metadata.tags = ["parameters"]
    path.write_text(json.dumps(document))
    made = parameterised(
        notebook_of(path), path.name, {"n": 3}, Secrets(Settings(project=tmp_path, values={}))
    )
    assert made.metadata.papermill.parameters == {"n": 3}
