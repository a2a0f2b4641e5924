"""What a user may do wrong, or find broken: one clear message, the documented exit code, and no traceback."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import nbformat
import pytest
from project import NOTEBOOKS, ROOT, Project, Said, errors_in

from workbench.simulator import Simulator, start

COMPARE = NOTEBOOKS / "10_compare.ipynb"
SHORT = ("--limit", "3", "--no-report")
KEY, WRONG_KEY = "sk-canary-right-4711", "sk-canary-wrong-0815"


def refused(said: Said, *words: str) -> None:
    """The command ended with 2, and beside its progress said one line on stderr, with these patterns."""
    everything = said.out + said.err
    assert said.code == 2, everything
    assert "Traceback" not in everything
    assert "Warning" not in everything
    progress = re.compile(r"\s*$|.*Asking|\S+\.ipynb, cell \d")
    lines = [line for line in said.err.splitlines() if not progress.match(line)]
    assert len(lines) == 1, said.err
    for word in words:
        assert re.search(word, lines[0]), lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "openai/gpt-5.4-mini"], ["no key for openai", r"set OPENAI_API_KEY .* \S+/\.env"]),
        (["-m", "opnai/gpt-5.4-mini"], ["unknown provider 'opnai'", "did you mean 'openai'"]),
        (["-m", "gpt-5.4-mini"], ["no provider in 'gpt-5.4-mini'", "write 'provider/model'"]),
        (["-d", "first_wlak"], ["no data set 'first_wlak'", "did you mean 'first_walk'"]),
        (["-d", "nowhere/questions.csv"], [r"no data set 'nowhere/questions\.csv'", "Give the path"]),
        (
            ["-m", "sim/swift", "--baseline", "yesterday"],
            ["no baseline 'yesterday'", "the log has no experiment"],
        ),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("-") else "",
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    arguments: list[str], words: list[str], project: Project
) -> None:
    refused(project.workbench("compare", *arguments), *words)
    assert project.statuses() == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "--limit", "0"], ["'--limit'", "0 is not in the range x>=1"]),
        (["compare", "--modle", "sim/swift"], ["No such option", "--model"]),
    ],
    ids=" ".join,
)
def test_a_slip_in_the_command_is_answered_with_its_usage(
    arguments: list[str], words: list[str], project: Project
) -> None:
    said = project.workbench(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: ")
    assert all(word in said.err for word in words), said.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "no_target.jsonl",
            '{"input": "2+2?", "target": "4"}\n{"input": "3+3?"}\n',
            [r"line 2", "no column for the target", "'target' or 'answer'"],
        ),
        ("no_input.csv", "text,target\n2+2?,4\n", ["line 2", "no column for the input", "found: 'text'"]),
        (
            "twice.jsonl",
            '{"id": "a", "input": "2+2?", "target": "4"}\n{"id": "a", "input": "3+3?", "target": "6"}\n',
            ["line 2", "the id 'a'", "line 1", "give each its own"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[:12] else "",
)
def test_a_broken_prompt_set_is_named_with_the_line(
    name: str, text: str, words: list[str], project: Project
) -> None:
    (project.folder / name).write_text(text)
    refused(project.workbench("compare", "-m", "sim/swift", "-d", name), name, *words)


def test_a_malformed_env_file_is_named_with_the_line_and_not_quoted(project: Project) -> None:
    (project.folder / ".env").write_text(f"# keys\nLLM_PROVIDER=openai\nOPENAI_API_KEY {KEY}\n")
    said = project.workbench("compare")
    refused(said, r"\.env, line 3", "write NAME=value")
    assert KEY not in said.err + said.out


def test_a_wrong_key_is_refused_is_a_row_and_stands_nowhere(project: Project) -> None:
    with start(answers=ROOT / "data" / "first_walk.jsonl", api_key=KEY) as locked:
        said = project.workbench(
            *("compare", "-m", "sim/swift", *SHORT), SIM_BASE_URL=locked.url, WORKBENCH_SIM_KEY=WRONG_KEY
        )
    refused(said, "sim/swift: 401", r"set WORKBENCH_SIM_KEY .*\.env")
    assert set(project.statuses()) == {"error"}
    assert WRONG_KEY not in said.out + said.err + project.log.calls().to_csv()
    assert project.holds(WRONG_KEY) == []


def test_an_unknown_model_is_answered_with_the_nearest_names_and_is_a_row(simulated: Project) -> None:
    said = simulated.workbench("compare", "-m", "sim/swfit", *SHORT)
    refused(said, "sim/swfit: 404", "nearest names there are 'swift'")
    assert set(simulated.log.calls()["error_type"]) == {"ModelNotFoundError"}


def test_a_budget_that_allows_no_call_fails_the_command(simulated: Project) -> None:
    said = simulated.workbench("compare", "-m", "sim/sage", "--budget", "0", "--limit", "2", "--no-report")
    assert said.code == 2
    assert "the budget of $0.0 would not surely hold" in " ".join(said.out.split())
    assert simulated.statuses() == {}


def test_a_model_that_cannot_be_asked_fails_the_command_and_does_not_stop_the_others(
    simulated: Project,
) -> None:
    said = simulated.workbench("compare", "-m", "sim/swfit", "-m", "sim/local", *SHORT)
    assert said.code == 2
    assert "workbench: sim/swfit: 404" in said.err
    calls = simulated.log.calls()
    assert (calls["status"][calls["model"] == "local"] == "ok").sum() == 3


@pytest.fixture
def web_server() -> Iterator[Callable[[str, bytes], str]]:
    """Makes a server that answers everything with the same page; gives its URL."""
    servers: list[http.server.HTTPServer] = []

    def serve(kind: str, page: bytes) -> str:
        class Answer(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *words: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("text/html", b"<!DOCTYPE html><title>Welcome to the router</title>"),
        ("application/json", b'{"choices": [{"mess'),
        ("application/json", b'{"greeting": "I am another API"}'),
    ],
    ids=["HTML", "half JSON", "other JSON"],
)
def test_a_port_where_something_else_answers_is_named_with_how_it_begins(
    kind: str, page: bytes, project: Project, web_server: Callable[[str, bytes], str]
) -> None:
    url = web_server(kind, page)
    said = project.workbench("compare", "-m", "llamacpp/tiny", *SHORT, LLAMACPP_BASE_URL=f"{url}/v1")
    refused(said, "llamacpp/tiny", url, re.escape(page[:10].decode()), "is the base URL right")
    assert project.statuses() == {"error": 3}
    assert set(project.log.calls()["error_type"]) == {"UnreadableError"}


def test_a_port_where_nothing_listens_is_named(project: Project) -> None:
    said = project.workbench("compare", "-m", "llamacpp/tiny", *SHORT)
    refused(said, "llamacpp/tiny", r"nothing answers at http://127\.0\.0\.1:9 ", "is the server running")
    assert project.statuses() == {"error": 3}


def test_a_stream_that_is_cut_every_time_leaves_rows_with_its_half(
    simulated: Project, fault: Callable[..., None]
) -> None:
    fault(model="local", fault="cut", chunks=1, times=1000)
    refused(simulated.workbench("compare", "-m", "sim/local", *SHORT), "sim/local", "stopped half way")
    calls = simulated.log.calls()
    assert list(calls["status"]) == ["error"] * 3
    assert list(calls["attempts"]) == [4] * 3
    assert calls["text"].str.len().min() > 0


@pytest.fixture
def used(simulated: Project) -> Project:
    """A project whose log has one experiment, in the file."""
    said = simulated.workbench("compare", "-m", "sim/swift", *SHORT)
    assert said.code == 0, said.err
    assert (simulated.home / "log.duckdb").exists()
    return simulated


def corrupt(path: Path) -> None:
    path.write_bytes(b"this is no database " * 1000)


def from_the_future(path: Path) -> None:
    with duckdb.connect(path) as db:
        db.execute("UPDATE meta SET schema_version = 99")


def another_kind(path: Path) -> None:
    path.unlink()
    with duckdb.connect(path) as db:
        db.execute("CREATE TABLE recipes (name VARCHAR)")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (corrupt, ["is not a DuckDB file", "move it away"]),
        (from_the_future, ["has schema 99", "pip install -U llm-workbench"]),
        (another_kind, ["is a DuckDB file, but not a call log", "move it away"]),
    ],
)
def test_a_log_that_cannot_be_read_is_said_before_money_is_spent_and_is_left_as_it_is(
    harm: Callable[[Path], None], words: list[str], used: Project
) -> None:
    path = used.home / "log.duckdb"
    harm(path)
    before = path.read_bytes()
    refused(used.workbench("compare", "-m", "sim/swift", *SHORT), r"log\.duckdb", *words)
    assert path.read_bytes() == before
    path.unlink()
    assert used.statuses() == {}


def test_a_log_that_another_program_holds_is_said_with_the_program(used: Project) -> None:
    hold = (
        "import sys, duckdb, time\n"
        "held = duckdb.connect(sys.argv[1])\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    holder = used.start("-c", hold, ".workbench/log.duckdb")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    try:
        said = used.workbench("compare", "-m", "sim/swift", *SHORT)
    finally:
        holder.kill()
        holder.communicate()
    refused(said, r"log\.duckdb", f"held open by process {holder.pid}", "close it there")
    assert used.statuses() == {"ok": 3}


def test_a_file_in_the_place_of_the_logs_folder_is_said_before_money_is_spent(simulated: Project) -> None:
    simulated.home.write_text("a file")
    refused(simulated.workbench("compare", "-m", "sim/swift", *SHORT), r"\.workbench", "cannot be written")


def test_a_folder_without_permission_is_said_before_money_is_spent(simulated: Project) -> None:
    simulated.folder.chmod(0o555)
    command = [sys.executable, "-m", "workbench", "compare", "-m", "sim/swift", *SHORT]
    if os.geteuid() == 0:  # who may otherwise write everywhere
        command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
    done = subprocess.run(
        command,
        cwd=simulated.folder,
        env=simulated.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    said = Said(code=done.returncode, out=done.stdout, err=done.stderr)
    refused(said, r"\.workbench", "Permission denied", "make the folder writable")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["10_compare.ipynb", "-p", "modles", "sim/swift"],
            ["no parameter 'modles'", "it has models, prompt"],
        ),
        (["nowhere.ipynb"], [r"no notebook 'nowhere\.ipynb'", "give the path"]),
        # One that comes with the workbench is known by its name.
        (
            ["30_usage.ipynb", "-p", "sinc", "7d"],
            [r"30_usage\.ipynb has no parameter 'sinc'", "has home, since"],
        ),
        (["text.ipynb"], [r"text\.ipynb is not a notebook"]),
    ],
    ids=lambda value: value[-1],
)
def test_a_report_that_cannot_begin_says_why(
    arguments: list[str], words: list[str], project: Project
) -> None:
    (project.folder / "10_compare.ipynb").write_bytes(COMPARE.read_bytes())
    (project.folder / "text.ipynb").write_text("no notebook")
    refused(project.workbench("report", *arguments), *words)
    outcomes = [json.loads(path.read_bytes())["outcome"] for path in project.home.rglob("report.json")]
    assert outcomes == ([] if arguments == ["nowhere.ipynb"] else ["failed"])
    assert not (project.home / "journal").exists()


def test_a_report_against_a_baseline_that_is_not_there_says_which_there_are(used: Project) -> None:
    (experiment,) = used.experiments()
    said = used.workbench("report", str(COMPARE), "-p", "experiment", experiment, "--baseline", "yesterday")
    refused(said, "did not run to its end", "no baseline 'yesterday'", experiment)
    (page,) = (used.home / "reports").rglob("*.html")
    assert "This report is not complete" in page.read_text(encoding="utf-8")


def test_a_baseline_with_other_samples_is_refused_before_anything_is_asked(used: Project) -> None:
    (experiment,) = used.experiments()
    command = ("compare", "-m", "sim/swift", "--limit", "4", "--no-report", "--baseline")
    refused(used.workbench(*command, experiment), "3 samples", "4 samples", "needs the same samples")
    refused(
        used.workbench(*command, "last"), "ran to its end on 'first_walk' with the same samples", experiment
    )
    assert used.statuses() == {"ok": 3}


def test_a_notebook_that_raises_leaves_itself_and_its_page_and_exits_with_2(project: Project) -> None:
    cells = ["print('before the fall')", "raise RuntimeError('no <b>luck</b> today')", "print('never')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, project.folder / "unlucky.ipynb")
    refused(
        project.workbench("report", "unlucky.ipynb", "--out", "made"),
        *("unlucky.ipynb did not run to its end", "RuntimeError: no <b>luck</b> today"),
    )
    assert errors_in(project.folder / "made" / "unlucky.ipynb") == ["no <b>luck</b> today"]
    page = (project.folder / "made" / "unlucky.html").read_text(encoding="utf-8")
    assert "before the fall" in page
    assert "This report is not complete" in page
    assert "<b>luck" not in page


def test_a_simulator_whose_port_is_taken_says_so(project: Project, simulator: Simulator) -> None:
    port = simulator.url.rpartition(":")[2]
    said = project.workbench("simulate", "--port", port)
    assert said.code != 0
    assert port in said.err
    assert "Traceback" not in said.err
