from __future__ import annotations

import asyncio

import pytest

from workbench.loops import PerLoop


async def test_a_loop_has_the_value_that_it_was_given_until_it_is_taken() -> None:
    values: PerLoop[str] = PerLoop()
    assert values.get() is None
    assert values.put("here") == "here" == values.get()
    assert values.pop() == "here"
    assert values.pop() is None


def test_a_loop_does_not_see_the_value_of_another_and_closed_loops_are_forgotten() -> None:
    values: PerLoop[asyncio.AbstractEventLoop] = PerLoop()

    async def mine() -> None:
        assert values.get() is None
        values.put(asyncio.get_running_loop())

    for _ in range(5):
        asyncio.run(mine())
    assert len(values) == 1


def test_outside_of_a_loop_there_is_no_value() -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        PerLoop[str]().get()
