from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import ConfigError
from workbench.log import Log, Recorder

COUNT = "SELECT count(*) AS calls FROM calls"


@pytest.fixture(params=["journal", "file"])
def log(request: pytest.FixtureRequest, home: Path, line: Callable[..., bytes], recorder: Recorder) -> Log:
    recorder.append("calls", line()).result()
    if request.param == "file":
        recorder.close()
        Log(home).store.ingest()
    return Log(home)


def test_a_frozen_log_sees_one_moment_whatever_is_written(
    log: Log, home: Path, line: Callable[..., bytes]
) -> None:
    with log.frozen() as now:
        later = Recorder(home)
        later.append("calls", line()).result()
        assert now.sql(COUNT)["calls"].tolist() == [1]
        assert len(now.calls()) == len(now.calls(limit=5)) == 1
        assert log.sql(COUNT)["calls"].tolist() == [2]
        later.close()
    assert log.sql(COUNT)["calls"].tolist() == [2]


def test_a_question_that_fails_leaves_a_frozen_log_to_be_asked_again(log: Log) -> None:
    with log.frozen() as now:
        with pytest.raises(ConfigError, match="the query failed"):
            now.sql("SELECT nothing FROM calls")
        assert now.sql(COUNT)["calls"].tolist() == [1]


def test_a_log_can_be_written_once_nobody_looks_at_it_frozen(
    log: Log, line: Callable[..., bytes], home: Path
) -> None:
    with log.frozen() as now:
        assert now.sql(COUNT)["calls"].tolist() == [1]
    later = Recorder(home)
    later.append("calls", line()).result()
    later.close()
    log.store.ingest()
    assert log.sql(COUNT)["calls"].tolist() == [2]
