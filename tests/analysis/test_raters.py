"""Who said what of the same answers, out of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from uuid6 import uuid7

from workbench.analysis.agreement import agreement_table
from workbench.analysis.raters import raters_of
from workbench.analysis.results import results
from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.log.labelling import Judgement, keep

Write = Callable[..., None]


@pytest.fixture
def log(home: Path, write: Write) -> Log:
    """Two models, three samples, two epochs."""
    for epoch, last in enumerate(["z", None]):
        write("e", "sim/a", values=[1, 1, 0], labels=["x", "y", last], epoch=epoch)
        write("e", "sim/b", values=[1, 0, None], labels=["x", "q", "p"], epoch=epoch)
    return Log(home)


def test_models_are_raters_of_each_sample_and_epoch(log: Log) -> None:
    found = raters_of(log, "e")
    assert found.things == [("s0", 0), ("s1", 0), ("s2", 0), ("s0", 1), ("s1", 1), ("s2", 1)]
    assert found.labels == {
        "sim/a": ["x", "y", "z", "x", "y", None],
        "sim/b": ["x", "q", None, "x", "q", None],
    }
    # answers to one sample belong together
    assert len(found) == 6
    assert len(set(found.clusters)) == 3
    assert agreement_table(found.labels, found.clusters)["percent"].tolist() == [0.5]


def test_epochs_are_raters_of_one_model(log: Log) -> None:
    found = raters_of(log, "e", by="epoch", model="sim/a")
    assert found.labels == {"epoch 0": ["x", "y", "z"], "epoch 1": ["x", "y", None]}
    assert len(found) == 3
    with pytest.raises(ConfigError, match="repeats of which model"):
        raters_of(log, "e", by="epoch")


def test_scorers_are_raters_of_each_answer_by_value_or_by_label_where_they_have_none(
    home: Path, log: Log
) -> None:
    frame = results(log, "e")
    answered = frame[frame["status"] == "ok"]
    recorder = Recorder(home)
    for row in answered[answered["epoch"] == 0].itertuples():
        given = [("graded", None, "fail"), ("graded", row.value, "pass"), ("tone", None, "polite")]
        for scorer, value, label in given:
            score = {"id": str(uuid7()), "call_id": str(row.call_id), "sample": row.sample, "epoch": 0}
            score |= {"scorer": scorer, "value": value, "label": label, "experiment": "e", "run": "e:sim/a"}
            recorder.append("scores", orjson.dumps(score)).result()
    recorder.close()
    found = raters_of(Log(home), "e", by="judge", model="sim/a")
    assert found.labels["graded"] == [1.0, 1.0, 0.0]  # scored again: the latest
    assert found.labels["tone"] == ["polite"] * 3
    assert len(found) == len(found.clusters) == 3


def test_people_are_raters_of_the_answers_that_they_labelled(home: Path, log: Log) -> None:
    calls = results(log, "e").query("model == 'sim/a' and epoch == 0")["call_id"].tolist()
    recorder = Recorder(home)

    def say(who: str, place: int, label: str, question: str = "Right?", judge: str | None = None) -> None:
        made = Judgement(
            kind="label", labeller=who, question=question, calls=(calls[place],), label=label,
            experiment="e", sample=f"s{place}", judge=judge,
        )  # fmt: skip
        asyncio.run(keep(recorder, made))

    for place in range(3):
        say("ann", place, "right")
    say("bob", 0, "wrong")
    say("bob", 0, "right")  # changed his mind
    say("bob", 2, "wrong")
    say("bob", 1, "polite", question="Tone?")
    say("bob", 1, "wrong", judge="sim/steady")  # no person
    recorder.close()
    found = raters_of(Log(home), "e", by="person", question="Right?")
    assert found.labels == {"ann": ["right", "right", "right"], "bob": ["right", None, "wrong"]}
    assert found.things == [(call, "Right?") for call in calls]
    assert len(found) == 3
    assert len(raters_of(Log(home), "e", by="person")) == 4  # the tone is not whether it is right


def test_where_nobody_labelled_there_are_no_raters(log: Log) -> None:
    found = raters_of(log, "e", by="person")
    assert (found.labels, len(found)) == ({}, 0)
    assert agreement_table(found.labels, found.clusters).empty


def test_what_is_not_there_is_named(log: Log) -> None:
    with pytest.raises(ConfigError, match="no model 'sim/z'"):
        raters_of(log, "e", model="sim/z")
    with pytest.raises(ConfigError, match="raters by 'cat'"):
        raters_of(log, "e", by="cat")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no experiment"):
        raters_of(log, "nothing")
