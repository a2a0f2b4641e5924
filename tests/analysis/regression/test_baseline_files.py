"""Baselines in Parquet files: what comes back, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import orjson
import pandas as pd
import pytest
from kept_experiments import KeptLog, kept_log
from pandas.testing import assert_frame_equal

from workbench.analysis.regression.baselines import (
    Baseline,
    find_baseline,
    load_baselines,
    save_baselines,
    tag_baseline,
)
from workbench.errors import ConfigError, DataError
from workbench.log.parquet import parquet_facts, read_parquet, write_parquet

HASHES = {
    "e1": "9f5900680e0b40d6",
    "e2": "45ddefbab8cc065f",
    "capitals": "0ee05fe9b268ac7b",
    "failed": "4c16ae337425c637",
}
COLUMNS = ["call_id", "error_message"]  # the id is text in a file, and nobody needs the words of errors


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptLog]:
    """Two experiments on one data set, one on another, and one that failed throughout."""
    with kept_log(tmp_path_factory.mktemp("kept") / "home") as kept:
        kept.experiment("e1", [1, None, 0.1], models=("sim/a", "sim/b"), params={"temperature": 0})
        kept.experiment("e2", day=2, revision="a" * 40)
        kept.experiment("capitals", dataset="capitals", content="beef", targets=["Oslo", "Rím", "x'y"])
        kept.experiment("failed", [None, None], dataset="failed")
        yield kept


@pytest.fixture(scope="module")
def baselines(kept: KeptLog, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Baseline]:
    folder = tmp_path_factory.mktemp("empty")
    names = ("e1", "e2", "capitals", "failed")
    return {name: find_baseline(kept.log, name, project=folder) for name in names}


@pytest.fixture(scope="module")
def saved(kept: KeptLog, baselines: dict[str, Baseline], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "new folder" / "kept.parquet"
    assert save_baselines(kept.log, [baselines["e1"], baselines["capitals"]], path)
    assert [each.name for each in path.parent.iterdir()] == ["kept.parquet"]
    return path.read_bytes()


@pytest.fixture
def path(saved: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "kept.parquet"
    path.write_bytes(saved)
    return path


def edit(path: Path, query: str = "SELECT * FROM rows", **facts: object) -> None:
    """Write a file again with other rows, or saying something else."""
    said = orjson.loads(parquet_facts(path)["workbench.baseline"]) | facts
    rows = read_parquet(path)
    with duckdb.connect() as db:
        db.register("rows", rows)
        changed = db.sql(query).df()
    types = {name: "VARCHAR" if name == "text" else str(kind) for name, kind in _types(path).items()}
    types = {name: types[name] for name in changed.columns}
    write_parquet(changed, path, types=types, facts={"workbench.baseline": orjson.dumps(said).decode()})


def _types(path: Path) -> dict[str, str]:
    with duckdb.connect() as db:
        found = db.sql("SELECT * FROM read_parquet(?)", params=[str(path)])
        return dict(zip(found.columns, map(str, found.types), strict=True))


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """What is known in all columns that a file has as the log has them."""
    known = rows.drop(columns=COLUMNS).astype(object)
    return known.where(known.notna(), None)


def test_what_was_saved_is_what_was_measured(path: Path, baselines: dict[str, Baseline]) -> None:
    first, second = load_baselines(path)
    for loaded, name in ((first, "e1"), (second, "capitals")):
        there, saved = loaded.measured, baselines[name].measured
        assert (loaded.hash, loaded.revision, loaded.found_by) == (baselines[name].hash, None, "file")
        assert there.settings == saved.settings
        assert (there.dataset, there.dataset_hash, there.samples, there.epochs) == (
            *(saved.dataset, saved.dataset_hash, saved.samples),
            saved.epochs,
        )
        assert (there.experiment, there.started_at) == (saved.experiment, saved.started_at)
        assert_frame_equal(plain(there.rows[saved.rows.columns]), plain(saved.rows))
        assert there.rows["call_id"].tolist() == [str(each) for each in saved.rows["call_id"]]
    assert first.measured.models == ("sim/a", "sim/b")


def test_the_hash_of_a_content_is_the_same_everywhere(baselines: dict[str, Baseline]) -> None:
    assert {name: each.hash for name, each in baselines.items()} == HASHES


def test_neither_requests_nor_words_of_errors_are_in_it(path: Path) -> None:
    assert {"request", "response", "error_message"}.isdisjoint(read_parquet(path).columns)


def test_the_same_baselines_give_the_same_bytes_and_are_not_written_twice(
    kept: KeptLog, baselines: dict[str, Baseline], path: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.parquet"
    save_baselines(kept.log, load_baselines(path), again)  # from the file, as from the log
    assert again.read_bytes() == path.read_bytes()
    before = path.stat()
    assert not save_baselines(kept.log, [baselines["e1"], baselines["capitals"]], path)
    assert path.stat() == before


def test_another_content_is_never_written_over(
    kept: KeptLog, baselines: dict[str, Baseline], path: Path, tmp_path: Path
) -> None:
    before = path.read_bytes()
    diary = tmp_path / "diary.parquet"
    diary.write_text("dear diary")
    for there in (path, diary):
        with pytest.raises(ConfigError, match="has another content, and a baseline is never changed"):
            save_baselines(kept.log, [baselines["e2"]], there)
    assert (path.read_bytes(), diary.read_text()) == (before, "dear diary")


def test_what_cannot_be_a_baseline_is_not_saved(
    kept: KeptLog, baselines: dict[str, Baseline], tmp_path: Path
) -> None:
    for names, file, reason in (
        ([], "x.parquet", "nothing to save"),
        (["e1"], "x.csv", r"'x.csv' does not end in \.parquet"),
        (["e1", "e2"], "x.parquet", "e1, e2 are all of the data set 'set': a file has one baseline for each"),
        (["failed"], "x.parquet", r"failed has no answer, all of its 2 calls failed \(OverloadedError\)"),
    ):
        with pytest.raises(ConfigError, match=reason):
            save_baselines(kept.log, [baselines[name] for name in names], tmp_path / file)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * REPLACE (1.0 AS value) FROM rows",
        "SELECT * REPLACE (replace(text, 'said', 'says') AS text) FROM rows",
        "SELECT * REPLACE (duration_s * 2 AS duration_s) FROM rows",
        "SELECT * FROM rows WHERE sample <> 's0'",
        "SELECT * FROM rows UNION ALL SELECT * FROM rows",
    ],
)
def test_a_file_with_other_rows_is_refused(path: Path, query: str) -> None:
    edit(path, query)
    with pytest.raises(
        DataError, match=r"was edited or is damaged: e1 had the content \w{16} .* and has \w{16}"
    ):
        load_baselines(path)


def test_a_file_that_says_something_else_is_refused(path: Path) -> None:
    [first, second] = orjson.loads(parquet_facts(path)["workbench.baseline"])["experiments"]
    edit(path, experiments=[first, second | {"dataset_hash": "cafe"}])
    with pytest.raises(DataError, match="was edited or is damaged: capitals"):
        load_baselines(path)


def test_a_file_whose_rows_only_stand_in_another_order_is_the_same(path: Path) -> None:
    edit(path, "SELECT * FROM rows ORDER BY random()")
    assert [each.measured.experiment for each in load_baselines(path)] == ["e1", "capitals"]


def test_what_is_no_baseline_is_refused_in_words(path: Path, tmp_path: Path) -> None:
    other, text, empty = (tmp_path / f"{name}.parquet" for name in ("other", "text", "empty"))
    with duckdb.connect() as db:
        db.execute(f"COPY (SELECT 1 AS a) TO '{other}' (FORMAT parquet)")
    text.write_text("no Parquet at all")
    empty.touch()
    for file, reason in (
        (tmp_path / "none.parquet", "there is no file"),
        (other, "is no baseline but some other Parquet file: `workbench baseline save` makes one"),
        (text, "cannot be read as a Parquet file: "),
        (empty, "cannot be read as a Parquet file: "),
    ):
        with pytest.raises(DataError, match=reason):
            load_baselines(file)
    cut = path.read_bytes()
    path.write_bytes(cut[: len(cut) // 2] + cut[len(cut) // 2 + 40 :])
    with pytest.raises(DataError, match=r"cannot be read|was edited or is damaged"):
        load_baselines(path)


def test_a_later_version_and_missing_columns_are_named(path: Path) -> None:
    edit(path, "SELECT * EXCLUDE (text) FROM rows")
    with pytest.raises(DataError, match="was edited, it has no column 'text'"):
        load_baselines(path)
    edit(path, format=2)
    with pytest.raises(DataError, match=r"later llm-workbench \(format 2, this one knows 1\): upgrade it"):
        load_baselines(path)


def test_of_several_data_sets_in_a_file_the_one_that_is_compared_is_taken(
    kept: KeptLog, path: Path, tmp_path: Path
) -> None:
    for dataset, content, experiment in (
        ("set", "cafe", "e1"),
        ("capitals", "changed since", "capitals"),
        ("renamed", "beef", "capitals"),
    ):
        found = find_baseline(
            kept.log, str(path), dataset=dataset, dataset_hash=content, project=tmp_path, scorer="exact"
        )
        assert (found.measured.experiment, found.reference) == (experiment, str(path))
    with pytest.raises(ConfigError, match="is of the data sets 'set', 'capitals': not of 'sums'"):
        find_baseline(kept.log, str(path), dataset="sums", dataset_hash="feed", project=tmp_path)
    with pytest.raises(ConfigError, match="has no scores by 'judge': they are by exact"):
        find_baseline(kept.log, str(path), dataset="set", project=tmp_path, scorer="judge")
    with pytest.raises(ConfigError, match="is a file: it is known by its path"):
        tag_baseline(kept.log, "v1", load_baselines(path)[0])


def test_a_number_that_is_not_known_stays_unknown(path: Path) -> None:
    rows = load_baselines(path)[0].measured.rows
    assert [math.isnan(value) for value in rows["value"]] == [False, True, False] * 2
