"""Experiments of a log against their baselines, however these are named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from kept_experiments import KeptLog, kept_log

from workbench.analysis.regression import REPORT_TYPE, check_baseline, regression
from workbench.analysis.regression.baselines import find_baseline, save_baselines, tag_baseline
from workbench.errors import ConfigError

RIGHT = [1.0] * 40
FALLEN = [0.0] * 12 + [1.0] * 28


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptLog]:
    with kept_log(tmp_path / "home") as kept:
        yield kept


@dataclass(frozen=True)
class Sample:
    id: str
    target: str | None


@dataclass(frozen=True)
class Data:
    samples: tuple[Sample, ...]
    name: str = "set"
    hash: str = "cafe"


def test_each_data_set_is_compared_with_its_own_baseline_of_one_name(kept: KeptLog) -> None:
    for day, scores in ((1, RIGHT), (2, FALLEN)):
        kept.experiment(f"one-{day}", scores, day=day, dataset="one", content="aaaa")
        kept.experiment(f"two-{day}", RIGHT, day=day, dataset="two", content="bbbb")
    for experiment in ("one-1", "two-1"):
        tag_baseline(kept.log, "v1", find_baseline(kept.log, experiment))
    for reference in ("v1", "last"):
        found = regression(kept.log, ["one-2", "two-2"], reference, metrics=["quality"])
        assert found.worse == ("sim/a on one: quality",)
        payload = found._repr_mimebundle_()[REPORT_TYPE]
        assert [one["experiment"] for one in payload["baseline"]] == ["one-1", "two-1"]
        assert [one["reference"] for one in payload["baseline"]] == [reference] * 2
        # One test of two, the other of which no sample could decide.
        assert found.changes[0].p_worse == pytest.approx(0.5**13)


def test_what_was_asked_otherwise_is_told_and_only_what_both_have_is_compared(kept: KeptLog) -> None:
    kept.experiment("old", RIGHT, params={"temperature": 0})
    kept.experiment("new", FALLEN[:30], day=2, content="beef", params={"temperature": 1})
    with pytest.raises(ConfigError, match=r"old is no baseline of new: the data was .* say overlap=True"):
        regression(kept.log, "new", "old")
    found = regression(kept.log, "new", "old", overlap=True)
    assert found.worse == ("sim/a: quality",)
    assert found.notes == (
        "the data was 'set', 40 samples (cafe) and is 'set', 30 samples (beef)",
        "30 samples are the same in both and are compared, 10 are left out",
        "temperature was 0 and is 1",
    )
    bundle = found._repr_mimebundle_()
    assert list(found.notes) == bundle[REPORT_TYPE]["notes"]
    assert "10 are left out" in bundle["text/html"]
    assert found.changes[0].difference.n == 30


def test_a_baseline_that_will_do_is_named_by_what_stays(kept: KeptLog, tmp_path: Path) -> None:
    kept.experiment("old", RIGHT)
    data = Data(tuple(Sample(f"s{number}", "x") for number in range(40)))
    assert check_baseline(kept.log, "last", data) == "old"
    file = tmp_path / "kept.parquet"
    save_baselines(kept.log, [find_baseline(kept.log, "old")], file)
    assert check_baseline(kept.log, str(file), data) == str(file)
    kept.experiment("new", FALLEN, day=2)
    assert regression(kept.log, "new", str(file)).worse == ("sim/a: quality",)
    assert check_baseline(kept.log, "old", data, models=["sim/new", "sim/a"]) == "old"
    with pytest.raises(ConfigError, match="old have no model in common: sim/b, sim/c against sim/a"):
        check_baseline(kept.log, "old", data, models=["sim/b", "sim/c"])
    with pytest.raises(ConfigError, match="say overlap=True"):
        check_baseline(kept.log, "old", Data(data.samples[:5], hash="beef"))
    assert check_baseline(kept.log, "old", Data(data.samples[:5], hash="beef"), overlap=True) == "old"
