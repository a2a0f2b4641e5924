"""What the benchmark of the panes streams, and how late it says that it was seen."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.widgets.text.markdown import render

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import pane_stream

    return pane_stream


def tags(nodes: list[Any]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, list):
            yield node[0]
            yield from tags(node[2:])


def test_a_mark_is_as_late_as_it_is_seen_after_it_was_due(streams: Any) -> None:
    load = streams.Load(panes=2, rate=10, seconds=6)
    first, second = load.marks(0), load.marks(1)
    assert len(first) > 3
    # Pane 0 is seen up to its second mark, pane 1 whole; index k of pane p is due after (2k + p) / 10 s.
    seen = [(1007.0, 0, first[1]), (1008.0, 1, second[-1])]
    lags_s = streams.lags_s(load, 1000.0, seen)
    assert lags_s[:2] == pytest.approx([7 - first[0] / 5, 7 - first[1] / 5])
    assert lags_s[2 : len(first)] == [math.inf] * (len(first) - 2)
    assert lags_s[len(first) :] == pytest.approx([8 - mark / 5 - 0.1 for mark in second])


def test_panes_get_different_markdown_that_marks_do_not_change(streams: Any) -> None:
    load = streams.Load(panes=3, rate=6000, seconds=2)
    texts = ["".join(load.stream(pane)) for pane in range(3)]
    assert len(set(texts)) == 3
    for text in texts:
        marked, plain = (
            Counter(tag for tag in tags(render(each, whole=True)[0]) if tag != "span")
            for each in (text, re.sub(r"@\d+@", "", text))
        )
        assert marked == plain
        assert {"h2", "p", "ol", "pre", "table", "strong"} <= {*marked}


async def test_no_token_is_given_before_it_is_due_and_none_is_left_out(streams: Any) -> None:
    load = streams.Load(panes=2, rate=400, seconds=0.2)
    start_s = time.time()
    given: list[tuple[float, str]] = []
    await streams.feed(load, 1, start_s, lambda token: given.append((time.time() - start_s, token)))
    assert [token for _, token in given] == load.stream(1)
    # Two clocks: the one that sleeps may be a little ahead of the one that tells the time.
    assert all(at_s > load.due_s(1, index) - 0.001 for index, (at_s, _) in enumerate(given))
