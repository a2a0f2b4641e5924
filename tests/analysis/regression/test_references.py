"""What a reference to a baseline means, and why it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kept_experiments import BEGAN, KeptLog, kept_log
from repository import Repository

from workbench.analysis.regression.baselines import (
    Baseline,
    find_baseline,
    save_baselines,
    tag_baseline,
)
from workbench.analysis.regression.baselines.search import Search
from workbench.errors import ConfigError, DataError

LATER = BEGAN + timedelta(days=3000)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptLog]:
    with kept_log(tmp_path / "home") as kept:
        yield kept


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "project")


def found(kept: KeptLog, reference: str, tmp_path: Path, **more: object) -> Baseline:
    how = {"dataset": "set", "dataset_hash": "cafe", "project": tmp_path / "project", **more}
    return find_baseline(kept.log, reference, **how)  # type: ignore[arg-type]


def name(kept: KeptLog, reference: str, tmp_path: Path, **more: object) -> tuple[str, str]:
    baseline = found(kept, reference, tmp_path, **more)
    return baseline.measured.experiment, baseline.found_by


def search(kept: KeptLog, tmp_path: Path, **more: object) -> Search:
    how = {"dataset": "set", "dataset_hash": "cafe", "project": tmp_path / "project", **more}
    return Search(log=kept.log, **how)  # type: ignore[arg-type]


def test_an_id_its_beginning_and_a_run_are_the_experiment(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("2026-a", revision="a" * 40)
    kept.experiment("2026-b", day=2)
    baseline = found(kept, "2026-a", tmp_path)
    assert (baseline.measured.experiment, baseline.found_by, baseline.revision) == (
        *("2026-a", "experiment"),
        "a" * 40,
    )
    assert name(kept, "2026-b:sim/a", tmp_path) == ("2026-b", "run")
    look = search(kept, tmp_path)
    assert look.experiment("2026-b") == ["2026-b"]
    assert look.experiment("b") == []
    with pytest.raises(ConfigError, match=r"2 experiments begin with '2026', write more .* 2026-b, 2026-a"):
        look.experiment("2026")
    kept.experiment("2026", day=3)
    assert search(kept, tmp_path).experiment("2026") == ["2026"]


def test_the_last_is_the_whole_one_before_with_the_same_samples(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("first", day=1)
    kept.experiment("short", day=2, samples=9)
    kept.experiment("others", day=3, content="beef")
    kept.experiment("candidate", day=4)
    kept.experiment("later", day=5)
    assert name(kept, "last", tmp_path) == ("later", "last")
    # A report that is made again from the log compares with what it compared with then.
    assert search(kept, tmp_path, before="candidate").last() == ["first"]
    assert search(kept, tmp_path, before="candidate", overlap=True).last() == ["first"]
    assert search(kept, tmp_path, dataset_hash="feed").last() == []
    assert search(kept, tmp_path, dataset_hash="feed", overlap=True).last() == ["later"]
    assert search(kept, tmp_path, dataset=None, dataset_hash=None, before="candidate").last() == ["others"]
    with pytest.raises(
        ConfigError,
        match="no baseline 'last': no experiment that ran to its end on 'set' with the same samples; "
        "the latest experiments are later, candidate, others, short, first, and no tag",
    ):
        found(kept, "last", tmp_path, before="first")
    # So ends a replay for which the limit of then was not set again.
    with pytest.raises(ConfigError, match=r"others asked other samples than these: set what was set then"):
        found(kept, "green", tmp_path, before="others")


def test_the_last_one_is_none_that_nobody_answered(kept: KeptLog) -> None:
    kept.experiment("good", day=1)
    kept.experiment("dead", (None, None, None), day=2)
    kept.recorder.flush()
    assert find_baseline(kept.log, "last", dataset="set", dataset_hash="cafe").measured.experiment == "good"


def test_the_last_green_one_is_of_a_report_on_that_branch_that_failed_no_job(
    kept: KeptLog, tmp_path: Path
) -> None:
    for day, experiment in enumerate(("good", "bad", "changed", "aside", "more"), start=1):
        kept.experiment(experiment, day=day)
    kept.experiment("others", day=6, content="beef")
    kept.report("good", day=1)
    kept.report("bad", outcome="worse", exit_code=1, day=2)
    kept.report("bad", outcome="worse", exit_code=0, day=2)  # nobody wanted it to fail
    kept.report("bad", outcome="undecided", exit_code=3, day=2)
    kept.report("changed", dirty=True, day=3)
    kept.report("aside", outcome="undecided", branch="fix", day=4)
    kept.report("others", day=6)
    assert name(kept, "last green on main", tmp_path) == ("good", "green")
    assert name(kept, "green:fix", tmp_path) == ("aside", "green")
    assert search(kept, tmp_path, dataset_hash="beef").green("main") == ["others"]
    kept.report("more", "others", day=7)
    assert search(kept, tmp_path).green("main") == ["more"]
    assert search(kept, tmp_path, before="more").green("main") == ["good"]
    with pytest.raises(
        ConfigError, match="no report on branch 'release' that was green on 'set' with the same"
    ):
        found(kept, "last green on release", tmp_path)


@pytest.mark.parametrize("words", ["green", "last green"])
def test_green_is_that_of_main_unless_a_branch_is_named(kept: KeptLog, tmp_path: Path, words: str) -> None:
    with pytest.raises(
        ConfigError, match=f"no baseline '{words}': no report on branch 'main' that was green"
    ):
        found(kept, words, tmp_path)


def test_a_revision_is_the_latest_whole_experiment_of_that_commit(
    kept: KeptLog, repository: Repository, tmp_path: Path
) -> None:
    first, second = repository.commit(code="1"), repository.commit(code="2")
    repository.git("tag", "v1", first)
    kept.experiment("old", day=1, revision=first)
    kept.experiment("better", day=2, revision=first)
    kept.experiment("others", day=3, revision=first, content="beef")
    kept.experiment("changed", day=4, revision=first, dirty=True)
    kept.experiment("short", day=5, revision=first, samples=9)
    kept.experiment("another set", day=6, revision=first, dataset="capitals", content="feed")
    assert name(kept, "v1", tmp_path) == name(kept, "git:HEAD~1", tmp_path) == ("better", "revision")
    look = search(kept, tmp_path)
    assert [look.commit(words) for words in (first[:9], "HEAD", "nope")] == [first, second, None]
    assert search(kept, tmp_path, dataset_hash="beef").at(first) == ["others"]
    assert search(kept, tmp_path, dataset_hash="none of them").at(first) == ["others"]
    assert search(kept, tmp_path, before="better").at(first) == ["old"]
    with pytest.raises(
        ConfigError, match=f"commit {second[:12]} has no experiment that ran to its end on 'set'"
    ):
        found(kept, "main", tmp_path)
    with pytest.raises(ConfigError, match="'nope' is no revision of a repository in "):
        found(kept, "git:nope", tmp_path)


def test_a_commit_that_the_log_knows_needs_no_repository(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("old", revision="abcdef0123" * 4)
    look = search(kept, tmp_path)
    assert look.commit("abcdef0") == "abcdef0123" * 4
    assert look.commit("abcdef") is None  # a word may look like so few digits
    assert look.at("abcdef0123" * 4) == ["old"]


def test_nothing_found_says_what_was_looked_for_and_what_there_is(kept: KeptLog, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"no baseline 'tag:x': no tag 'x'; the log has no experiment, and no"
    ):
        found(kept, "tag:x", tmp_path)
    kept.experiment("e")
    tag_baseline(kept.log, "v1", found(kept, "e", tmp_path))
    with pytest.raises(
        ConfigError,
        match=r"no baseline 'x': no experiment or run has this id, none is tagged so, and it is no revision "
        r"of a repository in .*; the latest experiments are e; the tags are v1",
    ):
        found(kept, "x", tmp_path)


def test_nonsense_is_no_baseline(kept: KeptLog, tmp_path: Path) -> None:
    for nonsense in ("", " ", None, "--help", "a\0b", "'; DROP TABLE runs; --"):
        with pytest.raises(ConfigError, match="no baseline"):
            found(kept, nonsense, tmp_path)  # type: ignore[arg-type]


def test_a_tag_is_given_once_for_each_data_set(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("e1")
    kept.experiment("e2", day=2)
    kept.experiment("capitals", dataset="capitals", content="beef")
    look = search(kept, tmp_path)
    e1, e2, capitals = (look.baseline(each, each, "experiment") for each in ("e1", "e2", "capitals"))
    assert tag_baseline(kept.log, "v1", e1, note="before")
    assert not tag_baseline(kept.log, "v1", e1)
    assert tag_baseline(kept.log, "v1", capitals)
    with pytest.raises(
        ConfigError, match=r"'v1' is that of e1 on 'set' since 20.* never moved: choose another"
    ):
        tag_baseline(kept.log, "v1", e2)
    assert kept.log.baselines()["experiment"].tolist() == ["capitals", "e1"]
    assert name(kept, "v1", tmp_path) == ("e1", "tag")
    assert name(kept, "tag:v1", tmp_path, dataset="renamed", dataset_hash="beef") == ("capitals", "tag")
    with pytest.raises(ConfigError, match="'tag:v1' is of the data sets 'set', 'capitals': not of 'sums'"):
        found(kept, "tag:v1", tmp_path, dataset="sums", dataset_hash="feed")


def test_a_tag_from_two_logs_is_not_guessed_at(kept: KeptLog, tmp_path: Path) -> None:
    for experiment in ("e1", "e2"):
        kept.experiment(experiment)
        row = {"id": kept.id(), "name": "v1", "experiment": experiment, "dataset": "set", "hash": ""}
        kept.add("baselines", **row)
    with pytest.raises(
        ConfigError, match=r"the tag 'v1' on 'set' is that of e1 and of e2, .*: name the experiment"
    ):
        found(kept, "v1", tmp_path)


@pytest.mark.parametrize("wrong", ["", "last", "green", "a b", "-x", "tag:x", "x.parquet", "../x y"])
def test_a_name_that_could_mean_something_else_is_no_tag(kept: KeptLog, wrong: str) -> None:
    kept.experiment("e")
    with pytest.raises(ConfigError, match="cannot be a tag: write letters, digits"):
        tag_baseline(kept.log, wrong, find_baseline(kept.log, "e"))


def rescored(kept: KeptLog) -> None:
    call = kept.log.calls(where="sample = 's1'")["id"].iloc[0]
    kept.score(str(call), "e", "sim/a", "s1", value=1.0, at=LATER)


def resumed(kept: KeptLog) -> None:
    kept.call("e", "sim/a", "s2", "answered", LATER)


def pruned(kept: KeptLog) -> None:
    kept.log.prune(where="true", bodies=True)


def gone(kept: KeptLog) -> None:
    kept.log.prune(where="true")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (rescored, r" \(content \w{16} then, \w{16} now; since then 1 scores were given\)"),
        (resumed, "since then 1 calls were made"),
        (pruned, "since then 2 answers have no text any more"),
        (gone, "is that of e, which is no longer in the log: it was pruned"),
    ],
)
def test_what_changed_since_it_was_tagged_is_refused_with_the_reason(
    kept: KeptLog, tmp_path: Path, change: Callable[[KeptLog], None], reason: str
) -> None:
    kept.experiment("e", [1, 0, None])
    tag_baseline(kept.log, "v1", search(kept, tmp_path).baseline("e", "e", "experiment"))
    change(kept)
    kept.recorder.flush()
    with pytest.raises(ConfigError, match=reason):
        found(kept, "tag:v1", tmp_path)


def test_what_has_a_tag_and_changed_gets_it_no_more(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("e")
    tag_baseline(kept.log, "v1", search(kept, tmp_path).baseline("e", "e", "experiment"))
    rescored(kept)
    kept.recorder.flush()
    now = found(kept, "e", tmp_path)  # by its id it is what it is now
    with pytest.raises(ConfigError, match="e is no longer what it was when it was tagged 'v1' on 20"):
        tag_baseline(kept.log, "v1", now)
    assert tag_baseline(kept.log, "v2", now)


def test_a_score_by_somebody_else_changes_no_baseline(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("e")
    tag_baseline(kept.log, "v1", search(kept, tmp_path).baseline("e", "e", "experiment"))
    call = str(kept.log.calls(where="sample = 's1'")["id"].iloc[0])
    kept.score(call, "e", "sim/a", "s1", value=0.5, at=LATER, scorer="judge")
    kept.recorder.flush()
    by_judge = found(kept, "tag:v1", tmp_path, scorer="judge")
    assert by_judge.measured.rows["value"].dropna().tolist() == [0.5]


def test_a_file_is_found_from_here_and_from_the_project(
    kept: KeptLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.experiment("e")
    kept.experiment("kept/e", day=2)
    here, project = tmp_path / "here", tmp_path / "project"
    here.mkdir()
    monkeypatch.chdir(here)
    save_baselines(kept.log, [find_baseline(kept.log, "e")], project / "kept" / "v1.parquet")
    assert name(kept, "kept/v1.parquet", tmp_path) == ("e", "file")
    assert name(kept, str(project / "kept" / "v1.parquet"), tmp_path) == ("e", "file")
    (project / "kept" / "v1.parquet").rename(project / "kept" / "v1")
    assert name(kept, "kept/v1", tmp_path) == ("e", "file")
    (here / "e").write_text("a file like the experiment")
    assert name(kept, "e", tmp_path) == ("e", "experiment")
    with pytest.raises(DataError, match=re.escape("there is no file 'v2.parquet'")):
        found(kept, "v2.parquet", tmp_path)
