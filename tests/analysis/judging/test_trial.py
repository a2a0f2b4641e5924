from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_log import JudgedLog
from scipy.stats import t, ttest_ind

from workbench.analysis.judging import JudgeTrial, judge_trial
from workbench.analysis.judging.biases import (
    family_of,
    length_bias,
    length_bias_of_pairs,
    own_family,
    position_bias,
    self_preference,
    self_preference_of_pairs,
    slope,
)
from workbench.analysis.judging.trial import trial_of_answers, trial_of_pairs
from workbench.analysis.judging.verdicts import beside_labels
from workbench.errors import ConfigError


def figure(trial: pd.DataFrame, measure: str, side: str = "judge") -> float:
    return float(trial.set_index("measure").loc[measure, side])


Said = tuple[float | None, str | None, dict[str, str]]


def trial_of(said: Sequence[Said], values: Mapping[str, float | None] | None = None) -> JudgeTrial:
    """Of a judge's score and label for each answer, and what people say of it."""
    calls = [UUID(int=n) for n in range(len(said))]
    frame = pd.DataFrame({"call_id": calls, "sample": [f"s{n}" for n in range(len(said))], "text": "so"})
    frame = frame.assign(value=[value for value, _, _ in said], label=[label for _, label, _ in said])
    frame = frame.assign(model="p/a", epoch=0, cluster=None)
    given = {call: labels for call, (_, _, labels) in zip(calls, said, strict=True)}
    return trial_of_answers("j", beside_labels(frame, given, values))


def test_a_judge_of_right_and_wrong_is_held_against_each_person() -> None:
    # the judge and ann: 4 right both, 3 wrong both, 2 judged right alone, 1 judged wrong alone
    pairs = [(1, "right")] * 4 + [(0, "wrong")] * 3 + [(1, "wrong")] * 2 + [(0, "right")]
    said: list[Said] = [
        (judge, None, {"ann": ann} | ({"ben": ann if n else "wrong"} if n < 5 else {}))
        for n, (judge, ann) in enumerate(pairs)
    ]
    trial = trial_of([*said, (1, None, {"ann": "unclear"}), (1, None, {})])
    # 7 of ann's 10; of ben's 5 the judge says the same but for the first
    assert figure(trial.agreement, "share of equal verdicts") == pytest.approx(11 / 15)
    assert figure(trial.agreement, "share of equal verdicts", "n") == 15
    assert figure(trial.agreement, "share of equal verdicts", "people") == pytest.approx(4 / 5)
    # right: ann's 5 and ben's 3, of which the judge has 4 + 3; wrong: ann's 5 and ben's 2, of which 3 + 1
    assert (trial.rates["sensitivity"].value, trial.rates["sensitivity"].n) == (7 / 8, 8)
    assert (trial.rates["specificity"].value, trial.rates["specificity"].n) == (4 / 7, 7)
    assert "j: 12 verdicts, 11 of them with labels by people." in trial.words()
    assert trial.calibration.empty


def test_without_labels_nothing_is_claimed() -> None:
    trial = trial_of([(n / 4, None, {}) for n in range(5)])
    assert trial.words() == (
        "j: 5 verdicts, 0 of them with labels by people. Without labels nothing tells whether it is right."
    )
    assert (len(trial.agreement), trial.biases, dict(trial.rates)) == (0, (), {})


def test_grades_are_compared_as_steps_of_one_scale() -> None:
    steps = [1 + n % 5 for n in range(20)]
    higher = [min(step + (n % 4 == 0), 5) for n, step in enumerate(steps)]
    trial = trial_of(
        [((step - 1) / 4, str(step), {"ann": str(more)}) for step, more in zip(steps, higher, strict=True)]
    )
    # five are a step higher by people, but for one that is at the end already
    assert figure(trial.agreement, "share of equal verdicts") == pytest.approx(16 / 20)
    assert figure(trial.agreement, "weighted kappa, quadratic") > figure(trial.agreement, "Cohen's kappa")
    assert trial.calibration["judge"].tolist() == [1, 2, 3, 4, 5]
    assert trial.calibration["people"].tolist() == pytest.approx([1.25, 2.25, 3.25, 4.25, 5])
    assert trial.calibration["n"].tolist() == [4] * 5
    assert "the judge says" in trial._repr_html_()


def test_a_graded_judge_of_right_and_wrong_says_right_from_a_half_on() -> None:
    pairs = [(0.75, "yes"), (0.5, "Yes"), (0.25, "no"), (0.75, "no")]
    trial = trial_of([(score, None, {"ann": label}) for score, label in pairs])
    assert (trial.rates["sensitivity"].value, trial.rates["specificity"].value) == (1, 0.5)
    assert trial.calibration["judge"].tolist() == [0.25, 0.5, 0.75]
    assert "from 0.5 on" in trial.words()


def test_different_scales_are_not_compared() -> None:
    trial = trial_of([(n / 5, "fair", {"ann": str(1 + n % 5)}) for n in range(6)])
    assert "different scales" in trial.words()
    assert (len(trial.agreement), trial.biases, len(trial.calibration)) == (0, (), 6)


def test_categories_are_compared_by_their_names() -> None:
    labels = [("polite", "polite"), ("rude", "polite"), ("rude", "rude")]
    trial = trial_of([(None, judge, {"ann": ann}) for judge, ann in labels])
    assert figure(trial.agreement, "share of equal verdicts") == pytest.approx(2 / 3)
    assert trial.biases == ()


def test_labels_are_worth_what_the_user_says() -> None:
    said: list[Said] = [(1, None, {"ann": "ok"}), (0, None, {"ann": "ok"}), (1, None, {"ann": "meh"})]
    trial = trial_of(said, {"ok": 1, "meh": 0})
    assert trial.verdicts["human"].tolist() == [1, 1, 0]
    assert trial.rates["sensitivity"].value == 0.5


def test_scores_and_labels_of_the_log_are_put_beside_each_other(tmp_path: Path) -> None:
    log = JudgedLog(tmp_path)
    for n in range(2):
        call = log.answer("p/<b>x", f"s{n}", "word " * n, score=n, cluster="text")
        log.label(call, "right", "<script>ann")
        log.label(call, "no", question="Polite?")
    log.judge_call("q/<b>y")
    found = log.written()
    with pytest.raises(ConfigError, match="no score by 'k': its scorers are j"):
        judge_trial(found, "e", "k")
    with pytest.raises(ConfigError, match=r"2 questions: give `question`, one of \['Polite\?', 'Right\?'\]"):
        judge_trial(found, "e", "j")
    families = {"p/<b>x": "f", "q/<b>y": "f"}
    trial = judge_trial(found, "e", "j", question="Right?", families=families)
    assert trial.verdicts["human"].tolist() == [1, 1]
    assert trial.verdicts["judge"].tolist() == [0, 1]
    assert trial.verdicts["length"].tolist() == [0, 5]
    assert trial.verdicts["cluster"].tolist() == ["text", "text"]
    page = trial._repr_html_()
    assert "p/&lt;b&gt;x" in page
    assert "<b>" not in page
    assert "<script>" not in page


def votes_of(log: JudgedLog, verdicts: Sequence[tuple[str, str, str]]) -> list[tuple[UUID, UUID]]:
    """Pairs of answers: who wins if a is first, if b is, and by people; models `q/a` and `p/b`, a longer."""
    pairs = []
    for n, (first, second, people) in enumerate(verdicts):
        a, b = log.answer("q/a", f"s{n}", "long " * 20), log.answer("p/b", f"s{n}", "long " * 10)
        chosen = {"a": [a], "b": [b], "=": [a, b]}
        log.vote([a, b], chosen[first], "duel", judge="q/j")
        log.vote([b, a], chosen[second], "duel", judge="q/j")
        if people:
            log.vote([b, a], chosen[people])
        pairs.append((a, b))
    return pairs


def test_a_judge_of_pairs_is_held_against_people_s_votes(tmp_path: Path) -> None:
    log = JudgedLog(tmp_path)
    # 4 a in both orders, 2 whichever is first, 2 b in both, and two that people did not see
    verdicts = [("a", "a", "a")] * 3 + [("a", "a", "b")] + [("a", "b", "=")] * 2 + [("b", "b", "b")] * 2
    votes_of(log, [*verdicts, ("a", "b", ""), ("a", "a", "")])
    trial = judge_trial(log.written(), "e", "duel", families={"q/a": "q", "q/j": "q"})
    assert figure(trial.agreement, "share of equal verdicts") == pytest.approx(7 / 8)
    assert trial.verdicts["judge"].tolist() == [1, 1, 1, 1, 0.5, 0.5, 0, 0, 0.5, 1]
    assert trial.verdicts["human"].tolist()[:8] == [1, 1, 1, 0, 0.5, 0.5, 0, 0]
    assert (
        trial.rates["same verdict in both orders"].value,
        trial.rates["same verdict in both orders"].n,
    ) == (0.7, 10)
    position, length, own = trial.biases
    assert position.estimate.value == pytest.approx(3 / 10)  # three pairs go to whoever is first
    # a is twice as long in each pair: one doubling, so the slope is the mean of judge - people, 1/8
    assert length.estimate.value == pytest.approx(1 / 8)
    assert own.estimate.value == pytest.approx(1 / 8)
    assert "Of the judge's own family are taken to be: q/a." in trial.words()


def test_position_needs_no_labels() -> None:
    votes = pd.DataFrame(
        {"first": [1.0] * 12, "second": [0.0] * 12, "judge": [0.5] * 12, "human": [math.nan] * 12}
    )
    votes = votes.assign(one="q/a", other="p/b", cluster=range(12), people=0, longer=1.0, each=[{}] * 12)
    trial = trial_of_pairs("duel", votes, ["q/a"])
    (position,) = trial.biases
    assert (position.estimate.value, position.found) == (1, True)
    assert position.estimate.low > 0.5
    assert "position: +1.000" in trial.words()
    assert "beyond noise" in trial.words()


RNG = np.random.default_rng


def pairs(rng: np.random.Generator, n: int, *, length: float = 0.0, place: float = 0.0) -> pd.DataFrame:
    """Judged pairs whose judge adds so much for each doubling, and so often takes the first unseen."""
    truth, longer = rng.normal(size=n), rng.normal(size=n)
    human = (truth + rng.normal(scale=0.3, size=n) > 0).astype(float)
    swayed = truth + length * longer
    first = np.where(rng.random(n) < place, 1.0, (swayed + rng.normal(scale=0.3, size=n) > 0))
    second = np.where(rng.random(n) < place, 0.0, (swayed + rng.normal(scale=0.3, size=n) > 0))
    frame = pd.DataFrame({"first": first, "second": second, "judge": (first + second) / 2, "human": human})
    return frame.assign(longer=longer, cluster=range(n), one="q/a", other="p/b")


def test_biases_are_found_where_they_are_and_seldom_where_they_are_not() -> None:
    rng = RNG(1)
    fair = [pairs(rng, 40) for _ in range(80)]
    swayed = [pairs(rng, 40, length=1.0) for _ in range(20)]
    misplaced = [pairs(rng, 40, place=0.5) for _ in range(20)]
    for bias, unfair in ((position_bias, misplaced), (length_bias_of_pairs, swayed)):
        false_alarms = np.mean([bool(bias(each).found) for each in fair])
        assert false_alarms <= 0.125  # 3 standard errors of 80 trials above .05
        assert np.mean([bool(bias(each).found) for each in unfair]) > 0.8
    swapped = [(pairs, bias) for pairs in fair[:3] for bias in (position_bias, length_bias_of_pairs)]
    for frame, bias in swapped:
        turned = frame.assign(
            first=1 - frame["second"], second=1 - frame["first"], judge=1 - frame["judge"],
            human=1 - frame["human"], longer=-frame["longer"],
        )  # fmt: skip
        assert bias(turned).estimate.value == pytest.approx(bias(frame).estimate.value)


def test_self_preference_is_what_the_judge_gives_its_own_beyond_others() -> None:
    rng = RNG(2)
    quality = rng.normal(size=200)
    models = np.where(np.arange(200) % 2, "q/a", "p/b")
    own = (models == "q/a").astype(float)
    answers = pd.DataFrame({"human": quality, "judge": quality + 0.1 + 0.3 * own + rng.normal(0, 0.5, 200)})
    answers = answers.assign(model=models, cluster=np.arange(200) // 2, length=rng.integers(20, 2000, 200))
    found = self_preference(answers, ["q/a"])
    assert found.estimate.low < 0.3 < found.estimate.high
    assert found.found is True
    assert length_bias(answers).found is False
    assert length_bias(
        answers.assign(judge=np.log2(answers["length"]), human=0)
    ).estimate.value == pytest.approx(1)
    turned = pd.DataFrame(
        {"one": ["p/b", "q/a"], "other": ["q/a", "p/b"], "judge": [0.0, 1.0], "human": [0.5, 0.5]}
    )
    assert self_preference_of_pairs(turned.assign(cluster=[0, 1]), ["q/a"]).estimate.value == 0.5


def test_too_few_to_tell_is_said() -> None:
    few = pairs(RNG(3), 2)
    found = length_bias_of_pairs(few)
    assert found.found is None
    assert "not known, 2 pairs that people compared are too few or too alike" in found.sentence()
    assert math.isnan(slope([], np.zeros((0, 1)), []).value)
    assert math.isnan(slope([1.0, 2, 3, 4, 5], np.zeros((5, 1)), range(5)).value)


def test_a_slope_that_one_answer_decides_or_that_nothing_departs_from_has_no_bounds() -> None:
    alone = np.column_stack([[1.0, 0, 0, 0, 0, 0], np.ones(6)])
    found = slope([3.0, 1, 0, 1, 2, 1], alone, range(6))
    assert (found.value, found.n) == (pytest.approx(2), 6)
    column = np.column_stack([[1.0, 2, 3, 4, 5, 6], np.ones(6)])
    same = slope([1.5, 2, 2.5, 3, 3.5, 4], column, range(6))
    assert same.value == pytest.approx(0.5)
    for each in (found, same):
        assert math.isnan(each.low)
        assert math.isnan(each.high)
    assert slope([0.0] * 6, column, range(6)).value == 0
    assert math.isnan(slope([0.0] * 6, column, range(6)).low)


def test_a_slope_between_two_groups_has_welchs_error_and_his_freedom() -> None:
    one, other = [3.0, 5.0, 4.0], [1.0, 2.0, 2.0, 0.0, 1.0, 3.0, 2.0]
    mine = np.repeat([1.0, 0.0], [3, 7])
    found = slope([*one, *other], np.column_stack([mine, np.ones(10)]), range(10))
    welch = ttest_ind(one, other, equal_var=False)
    error = math.sqrt(np.var(one, ddof=1) / 3 + np.var(other, ddof=1) / 7)
    assert found.value == pytest.approx(np.mean(one) - np.mean(other))
    # Welch's degrees of freedom if both spread alike: (1/3 + 1/7)² / ((1/3)² / 2 + (1/7)² / 6)
    df = (1 / 3 + 1 / 7) ** 2 / ((1 / 3) ** 2 / 2 + (1 / 7) ** 2 / 6)
    assert found.high - found.value == pytest.approx(float(t.isf(0.025, df)) * error)
    assert welch.statistic == pytest.approx(found.value / error)


@pytest.mark.parametrize(("n", "own", "spread"), [(30, 3, 2.0), (40, 20, 1.0), (60, 6, 1.0)])
def test_slopes_cover_where_few_answers_are_of_the_judges_family(n: int, own: int, spread: float) -> None:
    rng = np.random.default_rng(4)
    mine = (np.arange(n) < own).astype(float)
    held = []
    for _ in range(300):
        outcome = 0.3 * mine + rng.normal(size=n) * np.where(mine == 1, spread, 1)
        found = slope(outcome, np.column_stack([mine, np.ones(n)]), range(n))
        held.append(found.low <= 0.3 <= found.high)
    assert np.mean(held) > 0.95 - 3 * math.sqrt(0.05 * 0.95 / 300)  # by t on n - 2 degrees, .84 for 3 of 30


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-2, 2), st.floats(-3, 3), st.integers(0, 4)), min_size=1, max_size=20),
    st.randoms(use_true_random=False),
)
def test_a_slope_does_not_hang_on_order_or_sign(
    rows: list[tuple[float, float, int]], order: random.Random
) -> None:
    def bounds(rows: list[tuple[float, float, int]], sign: int = 1) -> list[float]:
        outcome, column, groups = (list(each) for each in zip(*rows, strict=True))
        design = np.column_stack([np.round(column), np.ones(len(column))])
        found = slope([sign * round(each, 2) for each in outcome], design, groups)
        return [found.value, found.low, found.high][:: 1 if sign > 0 else -1]

    given = bounds(rows)
    order.shuffle(rows)
    assert bounds(rows) == pytest.approx(given, nan_ok=True, rel=1e-6, abs=1e-9)
    high, low, value = bounds(rows, -1)
    assert [-value, -high, -low] == pytest.approx(given, nan_ok=True, rel=1e-6, abs=1e-9)


def test_slopes_cover_in_clusters() -> None:
    rng = RNG(4)
    clusters = np.repeat(np.arange(15), 6)
    covered = 0
    for _ in range(100):
        column = rng.normal(size=15)[clusters] + rng.normal(size=90)
        outcome = 0.5 * column + rng.normal(size=15)[clusters] + rng.normal(size=90)
        found = slope(outcome, np.column_stack([column, np.ones(90)]), clusters)
        covered += found.low <= 0.5 <= found.high
    assert covered / 100 >= 0.88


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai/gpt-4o", "gpt"),
        ("router/meta/Llama3.2 [brief]", "llama"),
        ("p/3b", "3b"),
        ("p/qwen2", "qwen"),
    ],
)
def test_a_family_is_the_letters_that_a_name_begins_with(model: str, family: str) -> None:
    assert family_of(model) == family


def test_families_are_as_given_before_they_are_guessed() -> None:
    models = ["openai/gpt-4o", "openai/o3", "x/claude-4"]
    assert own_family(["openai/gpt-5"], models) == ["openai/gpt-4o"]
    given = {"openai/o3": "openai", "openai/gpt-5": "openai"}
    assert own_family(["openai/gpt-5"], models, given) == ["openai/o3"]
