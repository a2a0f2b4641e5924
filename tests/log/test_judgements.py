from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from workbench.config import load_settings
from workbench.errors import ConfigError
from workbench.log import Log, Recorder, Store
from workbench.log.labelling import Judgement, keep, value_of

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def vote(*chosen: UUID, **fields: Any) -> Judgement:
    known: dict[str, Any] = {"labeller": "ann", "question": "Which is better?", "calls": (A, B)}
    return Judgement(kind="vote", chosen=chosen, **{**known, **fields})


def label(word: str | None, **fields: Any) -> Judgement:
    known: dict[str, Any] = {"labeller": "ann", "question": "Is it right?", "calls": (A,)}
    return Judgement(kind="label", label=word, **{**known, **fields})


async def test_a_judgement_comes_back_as_it_was_made(recorder: Recorder, home: Path) -> None:
    facts = {"note": "so – so", "blind": True, "experiment": "e", "sample": "s1", "duration_s": 2.5}
    made = label("4", value=value_of("4"), **facts)
    await keep(recorder, made)
    for _ in ("from the journal", "from the file"):
        (row,) = Log(home).labels().to_dict("records")
        assert {name: row[name] for name in facts} == facts
        assert (row["kind"], row["labeller"], row["question"]) == ("label", "ann", "Is it right?")
        assert (row["label"], row["value"], list(row["calls"])) == ("4", 4.0, [A])
        assert (row["id"], row["labelled_at"]) == (made.id, made.labelled_at)
        recorder.close()
        Store(home).ingest()


async def test_who_judges_again_changes_their_mind(recorder: Recorder, home: Path) -> None:
    await keep(recorder, vote(A))
    await keep(recorder, vote(B, calls=(B, A)))  # the same answers, shown the other way round
    log = Log(home)
    assert [list(chosen) for chosen in log.labels()["chosen"]] == [[B]]
    assert [list(chosen) for chosen in log.labels(latest=False)["chosen"]] == [[B], [A]]
    # Conditions choose among what stands: they do not call back what was changed.
    assert log.labels(where=f"list_contains(chosen, '{A}')").empty


async def test_another_person_question_or_answer_is_another_judgement(recorder: Recorder, home: Path) -> None:
    for each in (
        vote(A),
        vote(B, labeller="bob"),
        vote(B, question="Which is kinder?"),
        vote(B, calls=(A, B, C)),
    ):
        await keep(recorder, each)
    await keep(recorder, label("right"))
    await keep(recorder, label("wrong", calls=(B,), experiment="e"))
    log = Log(home)
    assert len(log.labels()) == 6
    assert len(log.labels(kind="vote")) == 4
    assert log.labels(labeller="bob")["question"].tolist() == ["Which is better?"]
    assert log.labels(experiment="e")["label"].tolist() == ["wrong"]
    assert len(log.labels(limit=2)) == 2


async def test_what_was_taken_back_no_longer_stands(recorder: Recorder, home: Path) -> None:
    none_is_good, right = vote(), label("right")
    for judgement in (none_is_good, right):
        await keep(recorder, judgement)
        assert len(Log(home).labels()) == 1
        assert judgement.stands
        await keep(recorder, judgement.taken_back())
        assert Log(home).labels().empty
        assert not judgement.taken_back().stands
    await keep(recorder, vote(A, labelled_at=none_is_good.labelled_at + timedelta(hours=1)))
    assert len(Log(home).labels()) == 1
    assert len(Log(home).labels(latest=False)) == 5


async def test_half_of_a_surrogate_pair_in_a_note_costs_no_judgement(recorder: Recorder, home: Path) -> None:
    await keep(recorder, label("right", note="an emoji cut in two: \ud83d"))
    assert Log(home).labels()["note"].tolist() == ["an emoji cut in two: ?"]


def test_what_is_no_judgement_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one answer"):
        vote(calls=())
    with pytest.raises(ConfigError, match=f"'{C}' was chosen, but not shown"):
        vote(A, C)


@pytest.mark.parametrize(("word", "value"), [("5", 5.0), ("0.5", 0.5), ("right", None), ("nan", None)])
def test_a_label_that_is_a_number_has_its_value(word: str, value: float | None) -> None:
    assert value_of(word) == value


def test_the_labeller_is_who_is_set_else_who_is_logged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(tmp_path, {"WORKBENCH_LABELLER": "Ann"}).labeller == "Ann"
    monkeypatch.setenv("LOGNAME", "ben")
    assert load_settings(tmp_path, {}).labeller == "ben"
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)  # nobody's
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="set WORKBENCH_LABELLER"):
        _ = load_settings(tmp_path, {}).labeller
