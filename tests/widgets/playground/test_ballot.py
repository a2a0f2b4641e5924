from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from workbench.errors import ConfigError
from workbench.log import Log, Recorder
from workbench.widgets.playground.ballot import Ballot

A, B, C = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path)
    yield recorder
    recorder.close()


async def test_a_vote_is_in_the_log_when_it_is_cast(recorder: Recorder, tmp_path: Path) -> None:
    seconds = iter([100.0, 104.5])
    ballot = Ballot([B, A, C], labeller="ann", blind=True, experiment="e", clock=lambda: next(seconds))
    await ballot.cast(recorder, [2], note="clear")
    (row,) = Log(tmp_path).labels(kind="vote").to_dict("records")
    assert (list(row["calls"]), list(row["chosen"])) == ([B, A, C], [C])
    assert (row["labeller"], row["note"], row["blind"], row["experiment"]) == ("ann", "clear", True, "e")
    assert row["duration_s"] == 4.5
    assert row["question"] == "Which answer is better?"


async def test_a_tie_none_good_and_a_change_of_mind(recorder: Recorder, tmp_path: Path) -> None:
    ballot, log = Ballot([A, B, C], labeller="ann"), Log(tmp_path)
    await ballot.cast(recorder, [1, 0])
    assert [list(chosen) for chosen in log.labels()["chosen"]] == [[A, B]]
    await ballot.cast(recorder, [])
    assert [list(chosen) for chosen in log.labels()["chosen"]] == [[]]
    assert len(log.labels(latest=False)) == 2


async def test_a_vote_taken_back_is_no_vote_and_may_be_cast_anew(recorder: Recorder, tmp_path: Path) -> None:
    ballot, log = Ballot([A, B], labeller="ann"), Log(tmp_path)
    await ballot.take_back(recorder)  # there is none yet
    assert log.labels(latest=False).empty
    await ballot.cast(recorder, [0])
    await ballot.take_back(recorder)
    assert ballot.standing is None
    assert log.labels().empty
    await ballot.cast(recorder, [1])
    assert [list(chosen) for chosen in log.labels()["chosen"]] == [[B]]


def test_what_was_not_shown_cannot_be_chosen() -> None:
    ballot = Ballot([A, B], labeller="ann")
    for place in (2, -1):
        with pytest.raises(ConfigError, match=f"no answer at place {place}: there are 2"):
            ballot.vote([place])
    assert ballot.standing is None
    with pytest.raises(ConfigError, match="nothing to choose among 1 answers"):
        Ballot([A], labeller="ann")
