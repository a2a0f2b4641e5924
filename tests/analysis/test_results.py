"""What is read out of the log about an experiment, on rows written by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from uuid6 import uuid7

from workbench.analysis.regression import REPORT_TYPE, regression
from workbench.analysis.results import (
    agreement,
    agreement_in_words,
    begun_experiment,
    disagreements,
    experiments,
    find_experiment,
    item_scores,
    results,
    summary,
)
from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.dataset import load_dataset
from workbench.evals.runs import evaluate
from workbench.log import Log, Recorder

Write = Callable[..., None]


def test_a_summary_counts_each_model_by_itself(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 1, 0, None], durations=[0.1, 0.2, 0.3, 0.4], cost="0.5")
    write("e1", "sim/b", values=[1, 0, 0, 0], durations=[1, 1, 1, 1], cost=None)
    table = summary(results(Log(home), "e1")).set_index("model")
    a, b = table.loc["sim/a"], table.loc["sim/b"]
    assert (a["calls"], a["errors"], a["n"]) == (4, 1, 3)
    assert a["accuracy"] == pytest.approx(2 / 3)
    assert a["accuracy_low"] < 2 / 3 < a["accuracy_high"]
    assert a["duration_p50_s"] == pytest.approx(0.2)  # of 0.1, 0.2, 0.3: the failed call is not timed
    assert (a["cost_usd"], a["unknown_cost"]) == (pytest.approx(1.5), 0)
    assert math.isnan(b["cost_usd"])
    assert b["unknown_cost"] == 4


def test_agreement_is_between_the_answers_that_were_read(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 1, 0, 0], labels=["x", "y", "z", "w"])
    write("e1", "sim/b", values=[1, 1, 0, 0], labels=["x", "y", "q", None])
    # Three samples have both answers, two of them equal.
    assert agreement(results(Log(home), "e1")).loc["sim/a", "sim/b"] == pytest.approx(2 / 3)


def test_agreement_of_all_is_said_in_words_with_intervals(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 1, 1, 1], labels=["x", "y", "z", "w"])
    write("e1", "sim/b", values=[1, 1, 1, 1], labels=["x", "y", "z", "w"])
    write("e1", "sim/c", values=[0, 0, 1, 1], labels=["p", "q", "z", "w"])
    words = agreement_in_words(results(Log(home), "e1"))
    # Fleiss: P = (1/3 + 1/3 + 1 + 1) / 4 = 2/3; P_e = (2² + 2² + 3² + 3² + 1 + 1) / 12² = 28/144; 0.586.
    assert re.search(r"Fleiss' kappa 0\.59 \[-0\.\d\d, 0\.\d\d\], .* AC1 0\.60 .* n=4\)", words)
    assert words.endswith("No model departs from the others by more than noise explains.")


def test_the_one_that_departs_is_named_with_how_far(home: Path, write: Write) -> None:
    right = ["x", "y", "z", "w"] * 5
    write("e1", "sim/a", values=[1] * 20, labels=right)
    write("e1", "sim/b", values=[1] * 20, labels=right)
    write("e1", "sim/c", values=[0] * 20, labels=["p"] * 15 + right[15:])
    words = agreement_in_words(results(Log(home), "e1"))
    assert "Apart from the others: sim/c says the same as another one in 25 % of samples" in words


def test_repeats_do_not_make_agreement_surer(home: Path, write: Write) -> None:
    for epoch in range(3):
        write("e1", "sim/a", values=[1] * 8, labels=["x", "y"] * 4, epoch=epoch)
        write("e1", "sim/b", values=[1] * 8, labels=["x", "y", "x", "y", "x", "y", "y", "x"], epoch=epoch)
    write("e2", "sim/a", values=[1] * 8, labels=["x", "y"] * 4)
    write("e2", "sim/b", values=[1] * 8, labels=["x", "y", "x", "y", "x", "y", "y", "x"])
    often, once = (summary(results(Log(home), name)) for name in ("e1", "e2"))
    for name in ("agreement", "kappa"):
        assert often[name].tolist() == once[name].tolist()
        widths = [frame[f"{name}_high"] - frame[f"{name}_low"] for frame in (often, once)]
        assert (widths[0] > 0.99 * widths[1]).all()
    assert often["kappa"].tolist() == pytest.approx([0.5, 0.5])


def test_models_disagree_on_samples_whose_scores_differ(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 1, 0, None], labels=["x", "y", None, "z"])
    write("e1", "sim/b", values=[1, 0, 1, 1], labels=["x", "n", "w", "z"])
    table = disagreements(results(Log(home), "e1"))
    assert table.drop(columns="target").to_dict("list") == {
        "sample": ["s1", "s2"],
        "sim/a": ["y", "no answer"],
        "sim/b": ["n", "w"],
    }


def test_an_experiment_in_which_every_call_failed_has_empty_tables(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[None, None])
    write("e1", "sim/b", values=[None, None])
    frame = results(Log(home), "e1")
    assert disagreements(frame).empty
    assert agreement(frame).isna().all(axis=None)
    assert summary(frame)[["errors", "n"]].to_numpy().tolist() == [[2, 0], [2, 0]]


def test_the_score_of_a_sample_is_the_mean_over_its_epochs(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 0], epoch=0)
    write("e1", "sim/a", values=[1, 1], epoch=1)
    assert item_scores(results(Log(home), "e1"), "sim/a").to_dict() == {"s0": 1.0, "s1": 0.5}


def test_an_experiment_is_found_by_its_beginning_its_run_or_as_the_last(home: Path, write: Write) -> None:
    write("20260101-0000-aaaa", "sim/a", values=[1], day=1)
    write("20260102-0000-bbbb", "sim/a", values=[1], day=2)
    log = Log(home)
    assert find_experiment(log, "20260101") == "20260101-0000-aaaa"
    assert find_experiment(log, "20260102-0000-bbbb:sim/a") == "20260102-0000-bbbb"
    assert find_experiment(log, "last") == "20260102-0000-bbbb"
    assert find_experiment(log, "last", before="20260102-0000-bbbb") == "20260101-0000-aaaa"
    assert list(experiments(log)["experiment"]) == ["20260102-0000-bbbb", "20260101-0000-aaaa"]
    with pytest.raises(ConfigError, match="2 experiments begin with '2026'"):
        find_experiment(log, "2026")
    with pytest.raises(ConfigError, match=r"no experiment 5: give its id, a text, such as experiment\.id"):
        find_experiment(log, 5)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no experiment 'nope': the latest are 20260102-0000-bbbb"):
        find_experiment(log, "nope")


def test_an_empty_log_has_no_experiment(home: Path) -> None:
    with pytest.raises(ConfigError, match="the log has none yet"):
        find_experiment(Log(home), "last")


def test_a_model_that_failed_throughout_before_decides_nothing_and_shows_dashes(
    home: Path, write: Write
) -> None:
    write("base", "sim/a", values=[None] * 20)
    write("base", "sim/b", values=[1] * 20)
    write("cand", "sim/a", values=[1] * 20, day=2)
    found = regression(Log(home), "cand", "base", metrics=["quality"])
    assert str(found).splitlines() == [
        "set: cand against baseline base",
        "sim/a on set: quality undecided: nothing to compare, 0 of 20 samples, p – "
        "(tolerance 0, margin ±5 points)",
        "sim/b: in the baseline, but not in the candidate; undecided",
        "set: with 0 of 20 samples no change of any size could be told from chance (paired, one-sided, "
        "α = 0.05 for the whole report).",
    ]
    page = found._repr_mimebundle_()["text/html"]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", re.sub(r"</?span.*?>", "", page))
    assert cells[2:5] == ["– %<br>[–, –]", "– %<br>[–, –]", "– points<br>[–, –]"]
    assert cells[-1].startswith("0 of 20 samples")


def test_a_fall_beyond_chance_is_worse_and_reaches_the_report(home: Path, write: Write) -> None:
    write("old", "sim/a", values=[1] * 30 + [0] * 10, day=1)
    write("old", "sim/b", values=[1] * 30 + [0] * 10, day=1)
    write("new", "sim/a", values=[1] * 18 + [0] * 22, day=2)  # 12 lost, none gained: mid-p 0.5^13
    write("new", "sim/b", values=[0] + [1] * 30 + [0] * 9, day=2)  # one lost, one gained
    found = regression(Log(home), "new", "old")
    verdicts = {change.model: change.verdict for change in found.changes if change.metric == "quality"}
    assert verdicts["sim/a"] == "worse"
    assert verdicts["sim/b"] != "worse"
    assert found.worse == ("sim/a: quality",)
    bundle = found._repr_mimebundle_()
    said = {change["said"] for change in bundle[REPORT_TYPE]["changes"] if change["verdict"] == "worse"}
    assert said == {
        "sim/a on set: quality worse by 30.0 points [−45.4, −18.1], 40 samples, p 0.00024 (tolerance 0)"
    }
    assert "sim/a" in bundle["text/html"]
    # Holm: the smaller of two p values counts double; nothing but quality can differ here.
    [change] = [change for change in found.changes if (change.model, change.metric) == ("sim/a", "quality")]
    assert change.p_worse == pytest.approx(2 * 0.5**13)


def test_a_baseline_of_another_data_set_is_refused(home: Path, write: Write) -> None:
    write("old", "sim/a", values=[1, 1], dataset_hash="aaaa", day=1)
    write("new", "sim/a", values=[1, 1], dataset_hash="bbbb", day=2)
    with pytest.raises(ConfigError, match="same samples"):
        regression(Log(home), "new", "old")


async def test_answers_that_are_the_baselines_own_are_refused(client: Client, questions_path: Path) -> None:
    dataset = load_dataset(questions_path).take(4)
    made = [
        await evaluate(client, ["sim/swift"], dataset, refresh=refresh)
        for refresh in (True, False, False, True)
    ]
    first, copied, copied_again, measured = (each.id for each in made)
    for candidate, baseline in ((copied, first), (copied_again, copied), (first, copied), (first, first)):
        with pytest.raises(ConfigError, match=f"4 answers of {candidate} come from the log.* refresh"):
            regression(client.log, candidate, baseline)
    assert regression(client.log, measured, copied).worse == ()


def test_what_was_asked_again_counts_once_by_its_answer(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[None, 1.0, None], cost="0.001")
    write("e", "sim/a", values=[1.0], cost="0.001")
    frame = results(Log(home), "e")
    assert dict(zip(frame["sample"], frame["status"], strict=True)) == {"s0": "ok", "s1": "ok", "s2": "error"}
    [row] = summary(frame).to_dict("records")
    assert (row["calls"], row["errors"], row["n"]) == (3, 1, 2)
    assert row["cost_usd"] == pytest.approx(0.002)


def test_an_answer_with_two_scores_counts_once_by_the_first(home: Path, write: Write) -> None:
    write("e", "sim/a", values=[1.0, 0.0])
    frame = results(Log(home), "e")
    recorder = Recorder(home)
    for call_id, sample in zip(frame["call_id"], frame["sample"], strict=True):
        score = {
            "id": str(uuid7()),
            "call_id": str(call_id),
            "sample": sample,
            "value": 0.5,
            "scorer": "judge",
        }
        recorder.append("scores", orjson.dumps(score | {"experiment": "e"})).result()
    recorder.close()
    assert results(Log(home), "e")["value"].tolist() == [1.0, 0.0]


def test_experiments_without_a_common_model_are_not_compared(home: Path, write: Write) -> None:
    write("old", "sim/a", values=[1, 1], day=1)
    write("new", "sim/b", values=[1, 1], day=2)
    write("new", "sim/c", values=[1, 1], day=2)
    with pytest.raises(ConfigError, match="no model in common"):
        regression(Log(home), "new", "old")


def test_the_last_experiment_is_one_that_ran_to_its_end_on_the_same_samples(home: Path, write: Write) -> None:
    write("e1", "sim/a", values=[1, 1], day=1)
    write("e2", "sim/a", values=[1, 1, 1], dataset_hash="other", day=2)
    write("e3", "sim/a", values=[1], samples=2, day=3)  # killed after the first of two
    log = Log(home)
    assert find_experiment(log, "last") == "e2"
    assert find_experiment(log, "last", dataset_hash="cafe") == "e1"
    with pytest.raises(ConfigError, match="ran to its end, with the same samples"):
        find_experiment(log, "last", dataset_hash="none")


def test_the_last_experiment_to_go_on_with_is_the_one_that_was_begun_last(home: Path, write: Write) -> None:
    with pytest.raises(ConfigError, match="no experiment that ran to its end for 'last': the log has none"):
        begun_experiment(Log(home), "last")
    write("e1", "sim/a", values=[1, 1], day=1)
    write("e2", "sim/a", values=[1], samples=2, day=2)  # killed after the first of two
    assert begun_experiment(Log(home), "last") == ("e2", ("sim/a",), 2, 1)


def test_what_several_models_could_have_shown_is_less_than_what_one_could(home: Path, write: Write) -> None:
    for experiment, day in (("old", 1), ("new", 2)):
        for model in ("sim/a", "sim/b", "sim/c", "sim/d"):
            # one in ten lost or gained: an error of sqrt(0.1 / 40) = 0.05
            values = [1, 0] * 20 if experiment == "old" else [0, 1, 0, 1] + [1, 0] * 18
            write(experiment, model, values=values, day=day)
    # z is 0.842 + 2.241, that of 0.05 / 4. A fall δ adds δ / 40 to the variance: δ² = z² (0.05² + δ / 40),
    # and with 3.083² / 80 = 0.1188 and 3.083 × 0.05 = 0.1542, 0.1188 + sqrt(0.1188² + 0.1542²) = 0.3135.
    found = regression(Log(home), "new", "old", metrics=["quality"])
    assert "would be found four times out of five from these sizes on: quality 31.3 points." in found.sees()
    assert [change.visible for change in found.changes] == pytest.approx([0.3135] * 4, abs=2e-4)
