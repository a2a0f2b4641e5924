from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pandas as pd
import pytest
from scipy.stats import binom

from workbench.analysis.rankings import Ranking, bradley_terry, comparison_table, ranked, ranking
from workbench.analysis.rankings.leads import pairs_of
from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.log.labelling import Judgement, keep

CALLS = {(model, sample): UUID(int=ord(model) * 1000 + sample) for model in "abc" for sample in range(40)}
MODELS = {call: f"p/{model}" for (model, _), call in CALLS.items()}


def vote(sample: int, shown: str, chosen: str, labeller: str = "ann", **fields: Any) -> Judgement:
    return Judgement(
        kind="vote",
        labeller=labeller,
        question="Better?",
        calls=tuple(CALLS[model, sample] for model in shown),
        chosen=tuple(CALLS[model, sample] for model in chosen),
        **{"experiment": "e", "sample": str(sample), **fields},
    )


def test_votes_on_one_pair_and_sample_share_the_weight_of_one() -> None:
    both_orders = [vote(0, "ab", "a"), vote(0, "ba", "a"), vote(1, "ab", ""), vote(2, "abc", "ab")]
    frame = comparison_table(both_orders, MODELS)
    assert frame["weight"].tolist() == [0.5, 0.5, 1, 1, 1, 1]
    assert frame["score"].tolist() == [1, 0, 0.5, 0.5, 1, 1]
    assert frame["first"].tolist()[:2] == ["p/a", "p/b"]
    assert frame.groupby("sample")["weight"].sum().tolist() == [1, 1, 3]


def test_samples_of_one_cluster_are_one_cluster() -> None:
    clusters = {CALLS["a", 0]: "text", CALLS["a", 1]: "text"}
    frame = comparison_table([vote(n, "ab", "a") for n in range(3)], MODELS, clusters)
    assert frame["cluster"].tolist() == [0, 0, 1]
    assert frame["sample"].tolist() == [0, 1, 2]


def of(votes: Sequence[Judgement]) -> Ranking:
    return ranked(comparison_table(votes, MODELS))


CLEAR = [vote(n, "ab" if n % 2 else "ba", "b" if n % 7 == 0 else "a") for n in range(40)]
CLEAR += [vote(n, "bc" if n % 2 else "cb", "c" if n % 7 == 0 else "b") for n in range(40)]


def test_models_are_ranked_with_what_is_sure_and_what_is_not() -> None:
    result = of(CLEAR)
    assert result.frame["model"].tolist() == ["p/a", "p/b", "p/c"]
    assert result.frame["strength"].is_monotonic_decreasing
    assert result.frame[["won", "equal", "lost", "comparisons", "n"]].iloc[0].tolist() == [34, 0, 6, 40, 40]
    assert result.better == {("p/a", "p/b"), ("p/b", "p/c"), ("p/a", "p/c")}
    assert result.frame[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]
    assert result.frame["p_best"].iloc[0] > 0.99
    assert result.words().startswith(
        "p/a is better than p/b and p/c; p/b is better than p/c, with 40 samples."
    )
    # 34 of 40 won; the prior pulls a little
    assert result.wins.loc["p/a", "p/b"] == pytest.approx(34 / 40, abs=0.02)
    assert result.place.low < 0.5 < result.place.high


def test_few_votes_tell_nobody_apart() -> None:
    result = of([vote(0, "ab", "a"), vote(1, "ba", "a"), vote(2, "ab", "a")])
    assert result.better == set()
    assert result.words().startswith("p/a and p/b cannot be told apart with 3 samples.")
    assert result.frame[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert "Never beaten by the rest: p/a" in result.words()
    assert math.isnan(result.frame["high"].iloc[0])
    assert result.frame["low"].iloc[0] < 0
    assert 0.5 < result.frame["p_best"].iloc[0] < 0.99


def test_who_wins_each_of_ten_is_told_apart_though_nobody_knows_by_how_much() -> None:
    ten = of([vote(n, "ab" if n % 2 else "ba", "a") for n in range(10)])
    [pair] = ten.pairs.to_dict("records")
    assert ten.better == {("p/a", "p/b")}
    # a sign test of 10 of 10 says .002; ours has t on 9 degrees of freedom, and a prior of a vote each
    assert 0.002 < pair["p"] < 0.01
    assert 0 < pair["low"] < pair["difference"]
    assert math.isnan(pair["high"])


@pytest.mark.parametrize("votes", [6, 8, 12, 20, 30])
def test_models_of_equal_strength_are_told_apart_in_5_of_100_cases_or_fewer(votes: int) -> None:
    told = 0.0
    for won in range(votes + 1):  # each number of wins, as often as a fair coin gives it
        table = comparison_table([vote(n, "ab", "a" if n < won else "b") for n in range(votes)], MODELS)
        [pair] = pairs_of(bradley_terry(table, ["p/a", "p/b"])).to_dict("records")
        told += binom.pmf(won, votes, 0.5) * (pair["p"] < 0.05)
        assert (pair["low"] > 0) == (pair["p"] < 0.05)
    assert 0 < told < 0.06


def test_models_that_never_met_are_not_told_apart_however_strong_each_is_among_its_own() -> None:
    calls = {**MODELS, **{CALLS["c", n]: f"p/{'cdefgh'[n % 6]}" for n in range(40)}}
    ladder = [
        replace(vote(0, "ca", ""), sample=str(k), calls=(CALLS["c", n], CALLS["c", n + 1]),
                chosen=(CALLS["c", n],))
        for n in range(5) for k in range(40)
    ]  # fmt: skip
    others = [replace(vote(n, "ab", "a"), sample=f"x{n}") for n in range(40)]
    found, alone = ranked(comparison_table([*ladder, *others], calls)), {"p/a", "p/b"}
    assert {("p/c", "p/h"), ("p/a", "p/b")} <= found.better
    assert all((one in alone) == (other in alone) for one, other in found.better)
    across = found.pairs[found.pairs["model"].isin(alone) != found.pairs["other"].isin(alone)]
    assert across[["low", "high", "p"]].isna().all(axis=None)


def test_one_vote_has_neither_interval_nor_test() -> None:
    result = of([vote(0, "ab", "a")])
    assert result.frame[["low", "high", "p_best"]].isna().all(axis=None)
    assert result.pairs["p"].isna().all()
    assert result.frame["rank_high"].tolist() == [2, 2]


def test_no_vote_is_no_ranking() -> None:
    result = of([])
    assert result.frame.empty
    assert "no vote" in str(result)
    assert result.groups == ()
    assert "no vote" in result._repr_html_()


def test_models_that_never_met_are_named() -> None:
    calls = {**MODELS, **{CALLS["c", n]: "p/c" if n < 20 else "p/d" for n in range(40)}}
    strangers = [vote(0, "ab", "a"), vote(1, "ab", "b")]
    known = [replace(vote(0, "ca", ""), calls=(CALLS["c", n], CALLS["c", 20 + n])) for n in range(2)]
    words = ranked(comparison_table([*strangers, *known], calls)).words()
    assert "Not compared with each other, nor through others: p/a and p/b; p/c and p/d." in words


def test_a_place_that_wins_is_said() -> None:
    votes = [vote(n, shown, shown[0] if n % 4 else shown[1]) for n in range(40) for shown in ("ab", "ba")]
    result = of(votes)
    assert result.place.value == pytest.approx(0.75, abs=0.02)
    assert "the place has an effect" in result.words()
    assert result.frame["strength"].abs().max() < 0.01


def test_names_of_models_are_text_on_the_page() -> None:
    names = {call: f"p/<script>{model}" for call, model in MODELS.items()}
    page = ranked(comparison_table(CLEAR, names))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_seeds_make_the_draws_reproducible() -> None:
    table = comparison_table(CLEAR[::5], MODELS)
    pd.testing.assert_frame_equal(ranked(table).frame, ranked(table).frame)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path)
    yield recorder
    recorder.close()


async def test_votes_of_people_and_judges_in_the_log_are_ranked_apart_or_together(
    recorder: Recorder, tmp_path: Path
) -> None:
    for (model, sample), call in CALLS.items():
        if sample < 10 and model != "c":
            score = {"id": UUID(int=call.int + 9999), "call_id": call, "cluster": f"text {sample % 5}"}
            recorder.append("scores", orjson.dumps(score))
            recorder.append("calls", orjson.dumps({"id": call, "provider": "p", "model": model}))
    recorder.append("runs", orjson.dumps({"id": "e:p/a", "experiment": "e", "model": "p/a"}))
    for each in CLEAR[:10]:
        await keep(recorder, each)
        other = tuple(set(each.calls) - set(each.chosen or ()))
        judged = {"labeller": "j", "judge": "p/j", "question": "rubric", "id": UUID(int=each.id.int + 1)}
        await keep(recorder, replace(each, chosen=other, **judged))
    log = Log(tmp_path)
    people, both = (ranking(log, "e", by=by) for by in ("people", "all"))
    judges = ranking(log, question="rubric", by="judges")
    assert [people.frame["n"].tolist(), people.pairs["p"].notna().all()] == [[10, 10], True]
    assert people.frame["model"].tolist() == judges.frame["model"].tolist()[::-1] == ["p/a", "p/b"]
    assert both.frame["strength"].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert "2 questions are taken together." in both.words()
    assert "by people and judges" in both.words()
    with pytest.raises(ConfigError, match="'dogs'"):
        ranking(log, by="dogs")  # type: ignore[arg-type]
