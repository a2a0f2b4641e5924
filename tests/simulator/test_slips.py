"""Wrong answers to questions of a cluster are of the kind of the right ones, and come together."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from statistics import fmean

import pytest

from workbench.bundled import bundled
from workbench.simulator.answers import Answers
from workbench.simulator.models import MODELS
from workbench.simulator.questions import Known, read_questions
from workbench.simulator.slips import slip

SWIFT = MODELS[0]
CLUSTERS, EACH = 250, 4


@pytest.mark.parametrize(
    ("target", "form"),
    [
        ("2024-02-29", r"2024-0[23]-\d\d"),
        ("23:50", r"(22:50|23:40|00:00|00:50)"),
        ("U+0436", r"U\+04[234][0-9A-F]"),
        ("B", r"[ACD]"),
        ("-20", r"-\d+"),
        ("1,234,567.50", r"1,234,567\.\d\d"),
        ("0.08398", r"0\.\d{5}"),
        ("apple, fig, lime", r"(fig, apple, lime|apple, lime, fig)"),
        ("Costa, Jan Emil", "Jan Emil, Costa"),
        ("16.08.1991", r"(08\.16\.1991|16\.1991\.08)"),
        ("08/08/1991", r"08/1991/08"),
        ("003-004-005", r"(004-003-005|003-005-004)"),
        ("Monday", "(Friday|Sunday)"),
    ],
)
def test_a_slip_has_the_form_of_the_answer_and_is_another(target: str, form: str) -> None:
    slips = {slip(target, ("Friday", "monday", "Sunday"), random.Random(seed)) for seed in range(50)}
    assert target not in slips
    assert all(re.fullmatch(form, wrong) for wrong in slips), slips


def test_a_date_that_is_wrong_is_a_date() -> None:
    assert {date.fromisoformat(slip("2024-12-31", (), random.Random(seed))).year for seed in range(30)} == {
        2024,
        2025,
    }


def test_an_answer_without_others_of_its_kind_is_denied() -> None:
    assert slip("blue", ("Blue",), random.Random(0)) == "not blue"


def outcomes(correlation: float) -> list[list[bool]]:
    """Right and wrong answers, by cluster."""
    known = {
        f"Question {n} of {c}?": Known(str(1000 * n + c), "number", cluster=f"c{c}")
        for c in range(CLUSTERS)
        for n in range(EACH)
    }
    answers = Answers(known)
    model = replace(SWIFT, cluster_correlation=correlation)
    right = [
        "".join(answers.say(model, prompt).tokens) == question.target for prompt, question in known.items()
    ]
    return [right[start : start + EACH] for start in range(0, len(right), EACH)]


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.8])
def test_right_answers_in_a_cluster_correlate_as_set_and_are_as_frequent(correlation: float) -> None:
    found = outcomes(correlation)
    share = fmean(map(fmean, found))
    # 250 clusters of 4: standard error of the share 1.4 points alone, 2.6 at a correlation of 0.8.
    assert share == pytest.approx(SWIFT.accuracy, abs=3.3 * (0.014 if correlation < 0.5 else 0.026))
    pairs = [(a - share) * (b - share) for cluster in found for a, b in combinations(cluster, 2)]
    assert fmean(pairs) / (share * (1 - share)) == pytest.approx(correlation, abs=0.12)


def test_a_folder_of_questions_is_all_its_files_and_open_questions_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"input": "B?", "target": "b", "category": "x", "cluster": "x/y"}\n')
    (tmp_path / "a.jsonl").write_text('{"input": "A?", "target": null, "category": "x"}\n')
    (tmp_path / "notes.md").write_text("no questions")
    assert read_questions(tmp_path) == {"B?": Known("b", "x", "x/y")}


def test_further_sets_change_no_answer_to_the_first_walk() -> None:
    alone, all_sets = read_questions(bundled("data") / "first_walk.jsonl"), read_questions(bundled("data"))
    few, many = Answers(alone), Answers(all_sets)
    assert len(all_sets) == 220
    for model in MODELS:
        for prompt in alone:
            assert few.say(model, prompt) == many.say(model, prompt)


@pytest.mark.parametrize("name", ["basics", "regression"])
def test_simulated_models_are_as_good_at_a_bundled_set_as_they_are_set_to(name: str) -> None:
    all_sets = read_questions(bundled("data"))
    asked = read_questions(bundled("data") / f"{name}.jsonl")
    answers = Answers(all_sets)
    shares = [
        fmean("".join(answers.say(model, q).tokens) == known.target for q, known in asked.items())
        for model in MODELS
    ]
    for model, share in zip(MODELS, shares, strict=True):
        # Three standard errors of 60 questions in pairs that correlate by 0.3.
        allowed = 3 * (model.accuracy * (1 - model.accuracy) * 1.3 / 60) ** 0.5
        assert share == pytest.approx(model.accuracy, abs=allowed)
    swift, steady, sage, local = shares
    assert local < swift < steady < sage
