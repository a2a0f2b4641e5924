"""A connection to the simulator, without faults that others left."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from speakers import Wire

from workbench.simulator import Simulator


@pytest.fixture
async def wire(simulator: Simulator) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession(simulator.url) as session:
        yield Wire(session)
        async with session.delete("/faults") as answer:
            assert answer.status == 204
