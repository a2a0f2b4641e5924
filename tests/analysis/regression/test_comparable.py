"""Which experiments may be compared: what is refused, and what is let pass and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.analysis.regression.baselines import Comparable, check_comparable, check_compared
from workbench.analysis.regression.measured import Measured, measured
from workbench.client import Client
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, Sample, load_dataset
from workbench.evals.planned import settings_of
from workbench.evals.runs import evaluate
from workbench.log import Log

Settings = Mapping[str, Mapping[str, Any]]


def made(
    name: str,
    samples: Mapping[str, str | None],
    *,
    settings: Settings | None = None,
    content: str = "cafe",
    asked: Sequence[str | None] | None = None,
    scorer: str = "exact",
    epochs: int = 1,
    status: str = "ok",
) -> Measured:
    """What was measured, as a file has it: no log is asked where its answers are from."""
    settings = {"sim/a": {}} if settings is None else settings
    rows = pd.DataFrame(
        [
            {"model": model, "sample": sample, "target": target, "value": 1.0, "scorer": scorer}
            | {"asked": f"openai:{(asked or list(samples))[number]}" if not asked or asked[number] else None}
            | {"status": status, "error_type": None, "answer_id": f"{name} {model} {sample}"}
            for model in settings
            for number, (sample, target) in enumerate(samples.items())
        ],
        columns=[
            "model",
            "sample",
            "target",
            "value",
            "scorer",
            "asked",
            "status",
            "error_type",
            "answer_id",
        ],
    )
    return Measured(
        experiment=name,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        dataset="set",
        dataset_hash=content,
        dataset_version=None,
        samples=len(samples),
        epochs=epochs,
        settings=settings,
        rows=rows,
    )


THREE = {"1": "x", "2": "y", "3": "z"}


def compared(then: Measured, now: Measured, tmp_path: Path, *, overlap: bool = False) -> Comparable:
    return check_compared(Log(tmp_path / "no log"), then, now, overlap=overlap)


def test_the_same_samples_asked_the_same_are_all_compared(tmp_path: Path) -> None:
    then, now = made("then", THREE), made("now", THREE)
    found = compared(then, now, tmp_path)
    assert found == Comparable()
    assert found.of(now) is now


@pytest.mark.parametrize(
    ("then", "now", "reason"),
    [
        ({"prompt": "{input} Why?"}, {}, r"the prompt was '\{input\} Why\?' and is '\{input\}'"),
        (
            {"prompt": "Think. " * 40 + "{input} A"},
            {"prompt": "Think. " * 40 + "{input} B"},
            r"the prompt was '…ink. Think. \{input\} A' and is '…ink. Think. \{input\} B'",
        ),
        (
            {},
            {"scorers": [{"name": "f1"}]},
            r"the scorer was not set and is \{\"name\":\"f1\"\}",
        ),
        (
            {"scorers": [{"name": "exact", "case": True}]},
            {"scorers": [{"name": "exact", "case": False}]},
            r"the scorer was \{.*true\} and is \{.*false\}",
        ),
    ],
)
def test_another_prompt_or_scorer_is_refused_unless_it_is_known(
    then: dict[str, Any], now: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    old, new = (made(name, THREE, settings={"sim/a": each}) for name, each in (("then", then), ("now", now)))
    with pytest.raises(
        ConfigError, match=rf"^then is no baseline of now: {reason}\. A comparison needs the same"
    ):
        compared(old, new, tmp_path)
    with pytest.raises(ConfigError, match=rf"^then is no baseline of what is to be asked: {reason}"):
        check_comparable(old, dataset("cafe"), new.settings)
    found = compared(old, new, tmp_path, overlap=True)
    assert len(found.notes) == 1
    assert found.samples is None


def dataset(content: str, **targets: str | None) -> Dataset:
    """A data set that says that it has this hash."""
    samples = tuple(Sample(id=name[1:], input=name, target=target) for name, target in targets.items())
    made = Dataset(name="set", samples=samples)
    made.__dict__["hash"] = content
    return made


def test_a_further_scorer_is_no_other_one(tmp_path: Path) -> None:
    both = [{"name": "exact"}, {"name": "judge", "model": "sim/j"}]
    then = made("then", THREE, settings={"sim/a": {"scorers": both[:1]}})
    now = made("now", THREE, settings={"sim/a": {"scorers": both}})
    assert compared(then, now, tmp_path) == Comparable()
    by_judge = [made(name, THREE, settings={"sim/a": {"scorers": both}}, scorer="judge") for name in "ab"]
    assert compared(by_judge[0], by_judge[1], tmp_path) == Comparable()


def test_scores_by_others_are_not_compared(tmp_path: Path) -> None:
    then, now = made("then", THREE), made("now", THREE, scorer="f1")
    with pytest.raises(ConfigError, match="the scores were by 'exact' and are by 'f1'"):
        compared(then, now, tmp_path)


def test_other_parameters_and_another_model_are_told(tmp_path: Path) -> None:
    then = made("then", THREE, settings={"sim/old": {"temperature": 0, "seed": 1}}, epochs=3)
    now = made("now", THREE, settings={"sim/new": {"temperature": 0.7, "seed": 1, "max_tokens": 9}})
    assert compared(then, now, tmp_path).notes == (
        "the model was sim/old and is sim/new",
        "max_tokens was not set and is 9",
        "temperature was 0 and is 0.7",
        "each sample was asked 3 times and is asked 1 times",
    )


def test_what_differs_for_some_models_names_them(tmp_path: Path) -> None:
    then = made("then", THREE, settings={"sim/a": {}, "sim/b": {}, "sim/gone": {}})
    now = made("now", THREE, settings={"sim/a": {}, "sim/b": {"top_p": 1}, "sim/new": {}})
    assert compared(then, now, tmp_path).notes == ("top_p was not set and is 1 (sim/b)",)


def test_other_samples_are_refused_and_their_overlap_is_compared(tmp_path: Path) -> None:
    then = made("then", THREE)
    now = made("now", {"2": "y", "3": "other", "4": "w", "1": None}, content="beef")
    with pytest.raises(
        ConfigError,
        match=r"then is no baseline of now: the data was 'set', 3 samples \(cafe\) and is 'set', 4 samples "
        r"\(beef\)\. A comparison needs the same samples.* say overlap=True",
    ):
        compared(then, now, tmp_path)
    found = compared(then, now, tmp_path, overlap=True)
    assert (found.samples, found.left_out) == ({"1", "2"}, 2)
    assert found.notes[1] == "2 samples are the same in both and are compared, 2 are left out"
    smaller = found.of(now)
    assert (smaller.samples, smaller.rows["sample"].tolist()) == (2, ["2", "1"])


def test_a_sample_in_other_words_is_another_one_whatever_its_number(tmp_path: Path) -> None:
    then = made("then", {"1": "A", "2": "B", "3": "C"}, asked=["Oslo?", "Rome?", None])
    now = made("now", {"1": "A", "2": "B", "3": "C"}, asked=["Cairo?", "Rome?", "Lima?"], content="beef")
    assert compared(then, now, tmp_path, overlap=True).samples == {"2", "3"}
    # By other settings, or over another protocol, the same is said in other words.
    hot = made("hot", {"1": "A"}, asked=["Cairo?"], content="beef", settings={"sim/a": {"system": "Brief."}})
    assert compared(then, hot, tmp_path, overlap=True).samples == {"1"}
    now.rows["asked"] = now.rows["asked"].str.replace("openai", "ollama")
    assert compared(then, now, tmp_path, overlap=True).samples == {"1", "2", "3"}


def test_without_a_sample_in_common_there_is_nothing_to_compare(tmp_path: Path) -> None:
    then, now = made("then", THREE), made("now", {"9": "x"}, content="beef")
    with pytest.raises(ConfigError, match="no sample has the same id, target and words in both"):
        compared(then, now, tmp_path, overlap=True)


def test_it_is_asked_before_money_is_spent() -> None:
    then = made("then", THREE)
    assert check_comparable(then, dataset("cafe", _1="x", _2="y", _3="z")) == Comparable()
    shorter = dataset("beef", _1="x", _2="other", _4="w")
    with pytest.raises(
        ConfigError, match=r"is no baseline of what is to be asked: the data was .* and is 'set', 3"
    ):
        check_comparable(then, shorter)
    assert check_comparable(then, shorter, overlap=True).samples == {"1"}


def test_a_baseline_without_answers_is_refused(tmp_path: Path) -> None:
    now = made("now", THREE)
    with pytest.raises(ConfigError, match="baseline then has no call in the log: it was stopped before the"):
        compared(made("then", {}), now, tmp_path)
    with pytest.raises(
        ConfigError, match=r"baseline then has no answer, all of its 3 calls failed \(interrup"
    ):
        compared(made("then", THREE, status="interrupted"), now, tmp_path)


def test_the_very_same_answers_are_no_comparison(tmp_path: Path) -> None:
    then, now = made("then", THREE), made("now", THREE)
    now.rows.loc[1:, "answer_id"] = then.rows.loc[1:, "answer_id"]
    with pytest.raises(
        ConfigError, match=r"2 answers of now come from the log .* baseline then has.* refresh"
    ):
        compared(then, now, tmp_path)


async def test_what_is_planned_is_what_the_log_says_of_it_afterwards(
    client: Client, questions_path: Path
) -> None:
    some, others = load_dataset(questions_path).take(3), load_dataset(questions_path).take(2)
    how: dict[str, Any] = {"prompt": {"plain": "{input}", "why": "{input} Why?"}, "scorers": ["exact", "f1"]}
    first = await evaluate(client, ["sim/swift", "sim/sage"], some, **how, temperature=0.5)
    then = measured(client.log, first.id)
    planned = settings_of(client, ["sim/swift", "sim/sage"], some, **how, temperature=0.5)
    assert planned == dict(then.settings)
    assert check_comparable(then, some, planned) == Comparable()
    how["prompt"] |= {"why": "{input} Why not?"}
    reason = r"the prompt was '\{input\} Why\?' and is '.* not\?' \(sim/swift \[why\], sim/sage \[why\]\)"
    with pytest.raises(ConfigError, match=reason):
        check_comparable(then, some, settings_of(client, ["sim/swift", "sim/sage"], some, **how))
    again = await evaluate(client, ["sim/swift", "sim/sage"], others, **how, refresh=True)
    now = measured(client.log, again.id)
    found = check_compared(client.log, then, now, overlap=True)
    assert (found.samples, found.left_out) == ({"0", "1"}, 1)
    assert "temperature was 0.5 and is not set" in found.notes
