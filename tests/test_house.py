"""The rules of the house: types, style, imports, and what must not be in the repository."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()


def ran(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_every_type_is_right_under_mypy_strict() -> None:
    code, said = ran(sys.executable, "-m", "mypy")
    assert code == 0, said


def test_ruff_finds_nothing() -> None:
    code, said = ran(sys.executable, "-m", "ruff", "check", ".")
    assert code == 0, said


def test_the_code_is_formatted() -> None:
    code, said = ran(sys.executable, "-m", "ruff", "format", "--check", ".")
    assert code == 0, said


OXLINT = str(Path(sys.executable).with_name("oxlint"))


def test_oxlint_finds_nothing_in_the_javascript() -> None:
    code, said = ran(OXLINT, "workbench")
    assert code == 0, said


@pytest.mark.parametrize(
    "markup",
    [
        "node.innerHTML = text;",
        'node["outerHTML"] = text;',
        'node.insertAdjacentHTML("beforeend", text);',
        "document.write(text);",
        "node.srcdoc = text;",
    ],
)
def test_the_javascript_can_not_let_text_in_as_markup(markup: str, tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text(f"export function show(node, text) {{ node.append(text); {markup} }}\n")
    code, said = ran(OXLINT, "--config", str(ROOT / ".oxlintrc.json"), str(script))
    assert code != 0
    assert "no-restricted-properties" in said


def test_imports_point_down_and_each_foreign_library_has_one_room() -> None:
    code, said = ran(str(Path(sys.executable).with_name("lint-imports")))
    assert code == 0, said


FOR_MORE_THAN_CALLS = ["duckdb", "numpy", "pandas", "plotly", "scipy", "statsmodels", "IPython", "ipywidgets"]
FOR_SOME_CALLS = ["botocore", "google.auth", "genai_prices", "pydantic", "jsonschema", "docstring_parser"]
FOR_ALL_CALLS = ["httpx", "aiohttp", "tenacity"]


@pytest.mark.parametrize(
    ("opened", "unneeded"),
    [
        ("workbench", [*FOR_MORE_THAN_CALLS, *FOR_SOME_CALLS, *FOR_ALL_CALLS]),
        ("workbench.Client", [*FOR_MORE_THAN_CALLS, *FOR_SOME_CALLS]),
    ],
)
def test_no_library_is_loaded_before_it_is_needed(opened: str, unneeded: list[str]) -> None:
    script = f"import sys, workbench; {opened}; print([name for name in {unneeded!r} if name in sys.modules])"
    code, said = ran(sys.executable, "-c", script)
    assert (code, said.strip()) == (0, "[]")


def test_every_name_of_the_front_door_opens() -> None:
    import workbench

    assert [name for name in workbench.__all__ if getattr(workbench, name, None) is None] == []


@pytest.mark.parametrize("path", [path for path in TRACKED if path.endswith(".ipynb")])
def test_a_notebook_is_stripped_and_has_a_parameters_cell(path: str) -> None:
    notebook = nbformat.read(ROOT / path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell for cell in cells if cell.outputs or cell.execution_count]
    if path.startswith("notebooks/"):
        assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1


def test_no_file_names_a_machine_or_a_registry() -> None:
    forbidden = re.compile(
        r"/(work|root|tmp/[a-z]+)/|python" r"hosted|pypi\.org/s" r"imple|npm" r"js\.org|deb\.deb" r"ian"
    )
    found = [
        f"{path}:{number}"
        for path in TRACKED
        if (ROOT / path).is_file()
        for number, line in enumerate((ROOT / path).read_text(errors="ignore").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert found == []


def test_the_json_of_the_repository_is_json() -> None:
    for path in TRACKED:
        if path.endswith(".json"):
            json.loads((ROOT / path).read_text(encoding="utf-8"))
