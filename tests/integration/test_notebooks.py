"""Every notebook runs: by papermill with parameters, and as it is by nbmake."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from project import NOBODY, NOTEBOOKS, Project, errors_in
from uuid6 import uuid7

from workbench.log import Recorder

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
PARAMETERS = {
    "00_tour.ipynb": {"models": "sim/swift,sim/local", "limit": "3"},
    "10_compare.ipynb": {"models": "sim/swift,sim/local", "limit": "3"},
    "20_dataset_run.ipynb": {"models": "sim/swift,sim/local", "limit": "3", "epochs": "2"},
    "25_agreement.ipynb": {"models": "sim/swift,sim/local,sim/steady", "limit": "4"},
    "30_usage.ipynb": {"since": "7d", "by": "experiment", "reprice_to": "sim/steady"},
    "40_label.ipynb": {"pairs": "False", "labels": "1, 2, 3", "labeller": "ann"},
    "50_providers.ipynb": {"search": "free", "everyone": "True"},
    "90_regression.ipynb": {"models": "sim/swift,sim/local", "limit": "3", "epochs": "2"},
}
LOGGED = {
    "00_tour.ipynb": 9,
    "10_compare.ipynb": 6,
    "20_dataset_run.ipynb": 12,
    "25_agreement.ipynb": 24,
    "30_usage.ipynb": 0,
    "40_label.ipynb": 0,
    "50_providers.ipynb": 0,
    "90_regression.ipynb": 12,
}  # calls in the project's log; a demonstration's are not


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_papermill_runs_the_notebook_with_parameters(path: Path, simulated: Project) -> None:
    pairs = [word for pair in PARAMETERS[path.name].items() for word in ("-p", *pair)]
    process = simulated.start("-m", "papermill", str(path), "made.ipynb", *pairs)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert errors_in(simulated.folder / "made.ipynb") == []
    logged = simulated.statuses().get("ok", 0)
    assert logged >= LOGGED[path.name]
    assert bool(logged) == bool(LOGGED[path.name])


def test_the_usage_notebook_adds_up_the_log_that_it_finds(project: Project) -> None:
    recorder = Recorder(project.home)
    for n in range(30):
        row = {
            "id": str(uuid7()), "started_at": (datetime.now(UTC) - timedelta(days=n)).isoformat(),
            "status": "error" if n == 7 else "ok", "cached": n == 8, "provider": "openai", "model": "gpt-4o",
            "cost_usd": "0.5", "input_tokens": 1000, "output_tokens": 100, "duration_s": 2.0,
            "run": f"run-{n}", "error_type": "OverloadedError" if n == 7 else None, "queued_s": 0.5,
        }  # fmt: skip
        recorder.append("calls", orjson.dumps(row))
    recorder.close()
    notebook = project.folder / "made.ipynb"
    pairs = ("-p", "since", "", "-p", "reprice_to", "openai/gpt-4o-mini")
    process = project.start("-m", "papermill", str(NOTEBOOKS / "30_usage.ipynb"), str(notebook), *pairs)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    said = words_of(notebook)
    assert "30 calls of 1 models on 30 days: US$ 14.50000, and 0 calls of unknown cost." in said
    assert "1 failed, 0 were interrupted, 1 were answered from the log for nothing." in said
    assert "58.0 s of all calls together" in said
    assert "OverloadedError" in said
    assert "All on openai/gpt-4o-mini: about US$ 0.0" in said
    assert "demonstration" not in said


def test_the_usage_notebook_of_an_empty_log_says_so_and_how_to_fill_it(project: Project) -> None:
    notebook = project.folder / "made.ipynb"
    process = project.start(
        "-m", "papermill", str(NOTEBOOKS / "30_usage.ipynb"), str(notebook), "-p", "demo", "False"
    )
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "The log has no calls (since '30d'): `workbench compare` or" in words_of(notebook)
    assert "no calls yet" in words_of(notebook)
    assert not project.home.exists()


def test_the_run_notebook_goes_on_with_the_last_experiment_and_shows_its_numbers(simulated: Project) -> None:
    asked = simulated.workbench("compare", "-m", "sim/local", "--limit", "4", "--no-report")
    assert asked.code == 0, asked.err
    [experiment] = simulated.experiments()
    notebook = simulated.folder / "made.ipynb"
    pairs = ("-p", "experiment", "last", "-p", "data", "first_walk")
    process = simulated.start(
        "-m", "papermill", str(NOTEBOOKS / "20_dataset_run.ipynb"), str(notebook), *pairs
    )
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    said = words_of(notebook)
    assert f"Experiment {experiment}: 1 models" in said
    assert "4 samples of first_walk = 4 calls" in said
    assert "4 of 4 (100 %)" in said  # in the monitor's static form
    assert f"Experiment {experiment}: 4 of 4 calls, 4 answered, 0 failed or interrupted." in said
    assert simulated.statuses() == {"ok": 4}


def test_the_providers_notebook_says_where_a_key_is_from_and_what_is_wrong_but_not_the_key(
    project: Project,
) -> None:
    key = "sk-seen-by-nobody-0123456789"
    (project.folder / ".env").write_text(f"OPENAI_API_KEY={key}\nOPENAI_BASE_URL={NOBODY}\n")
    notebook = project.folder / "made.ipynb"
    process = project.start("-m", "papermill", str(NOTEBOOKS / "50_providers.ipynb"), str(notebook))
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    said = words_of(notebook)
    assert "Set up, and cannot be used: openai" in said
    assert "OPENAI_API_KEY from .env" in said
    assert "unreachable" in said
    assert "the simulator on this machine shows what it would look like" in said
    assert "4 models (sim 4)" in said
    assert project.holds(key) == [project.folder / ".env"]


def test_the_labelling_notebook_shows_what_people_have_said_so_far(project: Project) -> None:
    recorder = Recorder(project.home)
    began = {"experiment": "e", "started_at": datetime.now(UTC).isoformat()}
    recorder.append("runs", orjson.dumps({"id": "e:p/a", "model": "p/a", "samples": 5, "epochs": 1, **began}))
    for sample in range(5):
        calls = [str(uuid7()) for _ in "ab"]
        for call, model in zip(calls, "ab", strict=True):
            row = {
                "id": call, "status": "ok", "provider": "p", "model": model, "sample": f"s{sample}",
                "epoch": 0, "text": f"{model} says so", "cached": False, **began,
            }  # fmt: skip
            recorder.append("calls", orjson.dumps(row))
            score = {"id": str(uuid7()), "call_id": call, "value": float(model == "a"), "experiment": "e"}
            recorder.append("scores", orjson.dumps(score))
        vote = {
            "id": str(uuid7()), "kind": "vote", "labeller": "ann", "question": "Which answer is better?",
            "calls": calls, "chosen": calls[:1] if sample < 3 else calls[1:], "blind": True,
            "experiment": "e", "sample": f"s{sample}", "labelled_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        if sample < 4:
            recorder.append("labels", orjson.dumps(vote))
            for shown in (calls, calls[::-1]):  # a model judged it too, and took whatever came first
                judged = {"id": str(uuid7()), "labeller": "duel", "judge": "p/j", "question": "rubric"}
                recorder.append("labels", orjson.dumps(vote | judged | {"calls": shown, "chosen": shown[:1]}))
    recorder.close()
    notebook = project.folder / "made.ipynb"
    process = project.start(
        "-m", "papermill", str(NOTEBOOKS / "40_label.ipynb"), str(notebook), "-p", "labeller", "ann"
    )
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    said = words_of(notebook)
    assert "Experiment e: 10 answers of 2 models to 5 samples" in said
    assert "4 of 5" in said
    assert "4 judgements by 1 people: ann" in said
    assert "The higher score was preferred in 75.0 % [30.1, 95.4], n=4 samples." in said
    assert "75.0 %, n=4" in said
    assert "p/a and p/b cannot be told apart with 4 samples." in said
    assert "duel: 4 verdicts, 4 of them with labels by people." in said
    assert "position: +1.000" in said


def test_nbmake_runs_the_notebooks_as_they_are(simulated: Project) -> None:
    # In a copy, so that neither the log nor a `.env` of the checkout is touched.
    # Two thousand calls are for CI of those who have models; `test_regression_notebook.py` makes fewer.
    without = shutil.ignore_patterns("90_regression.ipynb")
    folder = shutil.copytree(NOTEBOOKS, simulated.folder / "notebooks", ignore=without)
    process = simulated.start("-m", "pytest", "-q", "--nbmake", "--nbmake-timeout=120", str(folder))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert f"{len(PATHS) - 1} passed" in out


def words_of(notebook: Path) -> str:
    """All that the cells of an executed notebook put out, a stream's lines as they are."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "\n".join(
        "".join(output.get("text", "")) + json.dumps(output.get("data", {})) for output in outputs
    )
