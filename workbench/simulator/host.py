"""The simulator as a provider: its row in the table of hosts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workbench.providers import Host, register
from workbench.simulator.models import MODELS, SimModel
from workbench.simulator.process import Simulator, start

SIMULATED = "sim"
"""The provider's name: a model whose name begins with `sim/` does not exist."""

DEFAULT_PORT = 8399


def simulated_host(
    url: str = f"http://127.0.0.1:{DEFAULT_PORT}", models: Sequence[SimModel] = MODELS
) -> Host:
    """The row of a simulator that listens at `url`; each model has its protocol and its price."""
    row = Host(
        name=SIMULATED,
        base_url=url,
        key="WORKBENCH_SIM_KEY",
        needs_key=False,
        local=True,
        prices={
            model.name: (Decimal(str(model.input_usd_per_mtok)), Decimal(str(model.output_usd_per_mtok)))
            for model in models
        },
        models=tuple(model.name for model in models),
    )
    return replace(row, variants={model.name: replace(row, protocol=model.protocol) for model in models})


register(simulated_host())


def simulate(answers: Path, *, seed: int = 0) -> Simulator:
    """Start the simulator on a free port of this machine; `sim/…` models can be asked from then on.

    It ends with this process. Kernels and commands that this process starts afterwards find it too.

    Args:
        answers: A JSONL file of questions whose answers the simulated models know.
        seed: Which of them they get wrong.

    Raises:
        ConfigError: It does not start.
    """
    simulator = start(answers=answers, seed=seed)
    os.environ["SIM_BASE_URL"] = simulator.url
    register(simulated_host(simulator.url))
    return simulator
