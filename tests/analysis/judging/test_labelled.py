from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from judged_log import JudgedLog

from workbench.analysis.judging import labelled_estimate, next_to_label, ppi_mean
from workbench.analysis.judging.to_label import spread
from workbench.errors import ConfigError


def judged(tmp_path: Path, *, labelled: int = 30, chosen: str = "chance") -> JudgedLog:
    """Two models on 80 samples; a judge that says right too often, and people who label some."""
    rng = np.random.default_rng(1)
    log = JudgedLog(tmp_path)
    right = rng.random((80, 2)) < (0.8, 0.4)
    judge = right | (rng.random((80, 2)) < 0.3)
    places = np.argsort(judge.sum(axis=1)) if chosen == "worst" else rng.permutation(80)
    for sample in range(80):
        for place, model in enumerate(("p/a", "p/b")):
            call = log.answer(model, f"s{sample}", score=float(judge[sample, place]))
            if sample in places[:labelled]:
                log.label(call, "right" if right[sample, place] else "wrong")
    return log


def test_each_model_has_the_mean_by_people_by_the_judge_and_by_both(tmp_path: Path) -> None:
    found = labelled_estimate(judged(tmp_path).written(), "e", "j")
    frame = found.frame.set_index("model")
    assert frame["n"].tolist() == [30, 30]
    assert frame["judged"].tolist() == [80, 80]
    assert (frame["effective"] > 30).all()
    assert (frame["high"] - frame["low"] < frame["people_high"] - frame["people_low"]).all()
    assert (frame["judge"] > frame["value"]).all()  # it says right too often
    assert (frame["low"] < [0.8, 0.4]).all()
    assert (frame["high"] > [0.8, 0.4]).all()
    (pair,) = found.differences.to_dict("records")
    assert (pair["model"], pair["other"], pair["n"]) == ("p/a", "p/b", 30)
    assert pair["low"] < 0.4 < pair["high"]
    assert pair["p"] < 0.05
    assert "p/a less p/b" in found.words()
    assert found.notes == ()
    assert "people and judge" in found._repr_html_()


def test_labels_that_chance_did_not_choose_are_noticed(tmp_path: Path) -> None:
    found = labelled_estimate(judged(tmp_path, chosen="worst").written(), "e", "j")
    assert "which chance hardly explains" in found.words()


def test_few_labels_leave_people_s_mean_and_no_label_nothing(tmp_path: Path) -> None:
    few = labelled_estimate(judged(tmp_path / "few", labelled=5).written(), "e", "j")
    assert few.frame["value"].tolist() == few.frame["people"].tolist()
    assert "fewer than 15 labels" in few.words()
    none = labelled_estimate(judged(tmp_path / "none", labelled=0).written(), "e", "j")
    assert none.words() == "No answer that j judged has a label by people: label some of them."
    assert none.frame["value"].isna().all()


def test_what_one_cluster_cannot_tell_is_a_dash(tmp_path: Path) -> None:
    log = JudgedLog(tmp_path)
    for sample in range(20):
        for model in ("p/a", "p/b"):
            call = log.answer(model, f"s{sample}", score=float(sample % 3 > 0), cluster="all")
            log.label(call, "right" if sample % 2 else "wrong")
    found = labelled_estimate(log.written(), "e", "j")
    assert "as sure as – labels" in found.words()
    assert "nan" not in found.words() + found._repr_html_()


def test_whole_samples_that_nobody_labelled_are_chosen_for_all_models(tmp_path: Path) -> None:
    log = judged(tmp_path, labelled=30)
    for epoch in (1, 2):
        log.answer("p/a", "s0", score=1.0, epoch=epoch)
    log = log.written()
    labelled = {call for calls in log.labels()["calls"] for call in calls}
    chosen = next_to_label(log, "e", 10, judge="j")
    assert chosen.groupby("sample")["model"].apply(sorted).tolist() == [["p/a", "p/b"]] * 10
    assert set(chosen["experiment"]) == {"e"}
    assert not set(chosen["call_id"]) & labelled
    assert len(next_to_label(log, "e", 99, judge="j", question="Right?")) == 100
    pd.testing.assert_frame_equal(chosen, next_to_label(log, "e", 10, judge="j"))
    with pytest.raises(ConfigError, match="no score by 'k'"):
        next_to_label(log, "e", 10, judge="k")
    with pytest.raises(ValueError, match="cannot choose 0 samples"):
        next_to_label(log, "e", 0)


def test_every_sample_is_equally_likely_to_be_chosen_and_scores_come_in_proportion() -> None:
    scores = pd.Series(
        [0.0] * 10 + [0.5] * 20 + [1.0] * 9 + [None], index=[f"s{n}" for n in range(40)], dtype=float
    )
    times = dict.fromkeys(scores.index, 0)
    for seed in range(200):
        chosen = spread(scores, 8, np.random.default_rng(seed))
        assert len(set(chosen)) == 8
        assert 1 <= sum(scores[name] == 0 for name in chosen) <= 3
        assert 3 <= sum(scores[name] == 0.5 for name in chosen) <= 5
        for name in chosen:
            times[name] += 1
    # 200 times one in five: 40, give or take 4 standard errors of 5.7
    assert all(17 <= count <= 63 for count in times.values())


def test_the_estimate_of_chosen_samples_is_surer_than_of_any_and_as_unbiased() -> None:
    rng = np.random.default_rng(3)
    human = (rng.random(300) < 0.6).astype(float)
    judge = np.clip(human + rng.normal(0.2, 0.4, 300), 0, 1)
    names = [str(n) for n in range(300)]
    found = []
    for seed in range(80):
        chosen = spread(pd.Series(judge, index=names), 40, np.random.default_rng(seed))
        known = np.full(300, np.nan)
        places = [int(name) for name in chosen]
        known[places] = human[places]
        found.append(ppi_mean(known, judge).estimate)
    values = [each.value for each in found]
    assert np.mean(values) == pytest.approx(human.mean(), abs=0.015)
    assert np.mean([each.low <= human.mean() <= each.high for each in found]) >= 0.93
    assert np.std(values) < np.sqrt(0.6 * 0.4 / 40)
