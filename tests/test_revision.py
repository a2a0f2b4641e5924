from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from repository import Repository

from workbench.client import Client
from workbench.config import Settings
from workbench.evals.dataset import load_dataset
from workbench.evals.runs import evaluate
from workbench.revision import Revision, commit_of, read_revision, revision_of

ON_GITHUB = {"GITHUB_SHA": "a" * 40, "GITHUB_REF_NAME": "main"}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project")


def test_the_revision_is_the_commit_and_the_branch(repository: Repository) -> None:
    commit = repository.commit(code="1")
    assert read_revision(repository.folder, {}) == Revision(commit=commit, branch="main", dirty=False)
    repository.git("switch", "--quiet", "--create", "feature/x y".replace(" ", "-"))
    assert read_revision(repository.folder, ON_GITHUB).branch == "feature/x-y"


def test_it_is_that_of_the_repository_around_a_folder(repository: Repository) -> None:
    commit = repository.commit(code="1")
    inside = repository.folder / "deep" / "er"
    inside.mkdir(parents=True)
    assert read_revision(inside, {}).commit == commit


def test_a_changed_file_makes_it_dirty_and_a_new_one_does_not(repository: Repository) -> None:
    repository.commit(code="1")
    (repository.folder / "notes").write_text("mine")
    assert read_revision(repository.folder, {}).dirty is False
    (repository.folder / "code").write_text("2")
    assert read_revision(repository.folder, {}).dirty is True
    repository.git("add", "code")
    assert read_revision(repository.folder, {}).dirty is True


@pytest.mark.parametrize(
    ("environment", "branch"),
    [
        ({}, None),
        (ON_GITHUB, "main"),
        (ON_GITHUB | {"GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "fix"}, "fix"),
        ({"CI_COMMIT_BRANCH": "main"}, "main"),
        ({"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix"}, "fix"),
        ({"BRANCH_NAME": "main", "GITHUB_HEAD_REF": ""}, "main"),
    ],
)
def test_where_a_server_has_checked_a_commit_out_it_names_the_branch(
    repository: Repository, environment: Mapping[str, str], branch: str | None
) -> None:
    commit = repository.commit(code="1")
    repository.git("checkout", "--quiet", "--detach")
    assert read_revision(repository.folder, environment) == Revision(
        commit=commit, branch=branch, dirty=False
    )


def test_a_folder_without_a_repository_has_none_but_what_a_server_names(tmp_path: Path) -> None:
    assert read_revision(tmp_path, {}) == Revision()
    assert read_revision(tmp_path / "not there", {}) == Revision()
    assert read_revision(tmp_path, ON_GITHUB) == Revision(commit="a" * 40, branch="main")
    assert commit_of(tmp_path, "HEAD") is None


def test_a_repository_without_a_commit_has_a_branch_alone(repository: Repository) -> None:
    assert read_revision(repository.folder, {}) == Revision(branch="main", dirty=False)
    assert commit_of(repository.folder, "HEAD") is None


def test_without_git_it_is_not_known(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(code="1")
    monkeypatch.setenv("PATH", str(repository.folder))
    assert read_revision(repository.folder, {}) == Revision()


def test_a_repository_of_somebody_else_is_not_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(code="1")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to try "dubious ownership"
    monkeypatch.setenv("HOME", str(repository.folder))
    assert read_revision(repository.folder, {}) == Revision()


def test_what_a_hook_says_of_its_repository_does_not_matter(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit(code="1")
    other = Repository(tmp_path / "other")
    other.commit(code="2")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    assert read_revision(repository.folder, {}) == Revision(commit=commit, branch="main", dirty=False)


def test_it_takes_no_lock_that_a_user_of_git_could_run_into(repository: Repository) -> None:
    repository.commit(code="1")
    index = repository.folder / ".git" / "index"
    (repository.folder / "code").touch()  # git would write the file's new time into its index
    before = index.stat().st_mtime_ns, index.read_bytes()
    assert read_revision(repository.folder, {}).dirty is False
    assert (index.stat().st_mtime_ns, index.read_bytes()) == before


def test_words_are_a_commit_where_git_knows_them(repository: Repository) -> None:
    first = repository.commit(code="1")
    repository.git("tag", "v1")
    second = repository.commit(code="2")
    found = [commit_of(repository.folder, words) for words in ("HEAD", "HEAD~1", "v1", first[:8], "main")]
    assert found == [second, first, first, first, second]
    for words in ("no such", "--help", "-v", "HEAD:code", "", "\0"):
        assert commit_of(repository.folder, words) is None


def test_git_is_not_asked_again_at_once(repository: Repository) -> None:
    repository.commit(code="1")
    first = revision_of(repository.folder)
    assert revision_of(repository.folder) == first
    subprocess.run(["rm", "-r", str(repository.folder / ".git")], check=True)
    again = [revision_of(repository.folder) for _ in range(2)]
    assert again[0] is again[1]


async def test_an_evaluation_notes_by_which_code_it_was_made(
    tmp_path: Path, simulated: Settings, questions_path: Path
) -> None:
    repository = Repository(tmp_path)
    commit = repository.commit(code="1")
    (tmp_path / "code").write_text("2")
    async with Client(home=tmp_path / "home", settings=simulated) as client:
        await evaluate(client, ["sim/steady"], load_dataset(questions_path).take(1))
        [run] = client.log.runs().to_dict("records")
    assert (run["revision"], run["branch"], run["dirty"]) == (commit, "main", True)
