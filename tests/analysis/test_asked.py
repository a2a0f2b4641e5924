from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from workbench.analysis.asked import prompts_of
from workbench.log import Log, Recorder


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path)
    yield recorder
    recorder.close()


def test_what_was_asked_is_told_where_the_log_still_has_it(recorder: Recorder, tmp_path: Path) -> None:
    one, two, three = (UUID(int=n) for n in (1, 2, 3))
    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}]
    bodies = {one: {"model": "m", "messages": turns[1:]}, two: {"model": "m", "messages": turns}, three: None}
    for call, body in bodies.items():
        row = {
            "id": call,
            "protocol": "openai",
            "provider": "p",
            "model": "m",
            "request": body,
            "attempts": 1,
        }
        recorder.append("calls", orjson.dumps(row)).result()
    assert prompts_of(Log(tmp_path), bodies) == {one: "Why?", two: "system: Be kind.\n\nuser: Why?"}
    assert prompts_of(Log(tmp_path), []) == {}
