"""`workbench report` as a CI job runs it: its files, what it says to the job, its row in the log."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from project import Project

from workbench.report.displayed import SCHEMA

KEY = "sk-canary-0123456789abcdef"
INJECTED = "a\n::error title=x::pwned\n##[add-path]/evil"
CELLS = (
    "limit = 3\nbaseline = ''",
    "import os\nfrom workbench import report\nkey = os.environ['OPENAI_API_KEY']\nprint(key)",
    "report.record(f'with {key}', limit)",
    "report.verdict('tone', [1] * 20, [1] * 10 + [0] * 10)",
    f"report.gate(limit < 2, {INJECTED!r})",
    "report.verdict('few', [1, 0], [0, 1])",
    "report.gate(False, 'this is the end', stop=True)",
    "print('never')",
)


@pytest.fixture
def job(project: Project) -> Project:
    """A project with a notebook of its own, on GitHub Actions, with a key."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, project.folder / "mine.ipynb")
    project.settings.update(
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(project.folder / "summary"),
        GITHUB_OUTPUT=str(project.folder / "output"),
        OPENAI_API_KEY=KEY,
        PYTHONIOENCODING="ascii",  # as of a job without a locale
    )
    return project


def test_a_job_gets_every_file_the_exit_code_and_no_key(job: Project) -> None:
    said = job.workbench(
        "report", "mine.ipynb", "-p", "limit", "5", "--out", "made", "--fail-on", "undecided"
    )
    assert said.code == 1, said.out + said.err
    made = job.folder / "made"
    assert sorted(path.name for path in made.iterdir()) == [
        *("gl-code-quality-report.json", "junit.xml", "metrics.txt", "mine.html", "mine.ipynb"),
        *("report.json", "summary.md"),
    ]
    document = json.loads((made / "report.json").read_bytes())
    Draft202012Validator(SCHEMA).validate(document)
    assert (document["outcome"], document["exit_code"]) == ("worse", 1)
    assert document["parameters"] == {"limit": 5}
    assert document["figures"] == [{"name": "with ***", "value": 5}]
    xml = JUnitXml.fromstring((made / "junit.xml").read_bytes())
    assert (xml.tests, xml.failures, xml.errors) == (5, 4, 0)
    page = (made / "mine.html").read_text(encoding="utf-8")
    assert page.index("Worse beyond chance: tone") < page.index("with ***")
    assert 'href="./report.json"' in page
    assert "never" not in page

    assert said.out.splitlines()[1].startswith("\\u274c Worse beyond chance: tone. Gate failed:")
    assert "  tone: worse; changed by -0.5 [" in said.out
    commands = [line for line in (said.out + said.err).splitlines() if line.lstrip().startswith("::")]
    assert [line.partition("::")[2].partition("::")[0].split(",")[0] for line in commands] == [
        "error title=worse%3A tone",
        "error title=gate failed%3A a%0A%3A%3Aerror title=x%3A%3Apwned%0A## [add-path]/evil",
        "error title=gate failed%3A this is the end",
        "error title=undecided%3A few",
    ]
    assert "##[" not in said.out + said.err
    assert "mine.ipynb, cell 1 of 9" in said.err
    assert (job.folder / "summary").read_text() == (made / "summary.md").read_text() + "\n"
    assert (job.folder / "output").read_text() == "outcome=worse\nexit-code=1\nreport=made\n"

    [row] = job.log.reports().to_dict("records")
    assert (row["notebook"], row["outcome"], row["exit_code"]) == ("mine.ipynb", "worse", 1)
    assert job.holds(KEY) == []
    assert KEY not in said.out + said.err


def test_a_report_that_cannot_begin_leaves_files_that_say_so_and_no_row(job: Project) -> None:
    said = job.workbench(
        "report", "mine.ipynb", "-p", "github_token", "ghp_1234567890abcdef", "--out", "made"
    )
    assert said.code == 2, said.out + said.err
    document = json.loads((job.folder / "made" / "report.json").read_bytes())
    assert (document["outcome"], document["failure"]["kind"]) == ("failed", "parameter")
    assert document["parameters"] == {"github_token": "***"}
    xml = JUnitXml.fromstring((job.folder / "made" / "junit.xml").read_bytes())
    assert (xml.tests, xml.errors) == (1, 1)
    assert "::error title=mine.ipynb could not run::" in said.out
    assert not Path(job.home).exists()
    assert job.holds("ghp_1234567890abcdef") == []
