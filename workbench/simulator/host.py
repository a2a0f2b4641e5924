"""The simulator as a provider: its row in the table of hosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.providers import Host, register
from workbench.simulator.models import JUDGES, MODELS, SIMULATED, SimModel

DEFAULT_PORT = 8399


def simulated_host(
    url: str = f"http://127.0.0.1:{DEFAULT_PORT}", models: Sequence[SimModel] = (*MODELS, *JUDGES)
) -> Host:
    """The row of a simulator that listens at `url`; each model has its protocol and its price."""
    row = Host(
        name=SIMULATED,
        base_url=url,
        key="WORKBENCH_SIM_KEY",
        needs_key=False,
        local=True,
        prices={model.name: (model.input_usd_per_mtok, model.output_usd_per_mtok) for model in models},
        models=tuple(model.name for model in models if model.judging is None),
    )
    as_spoken = {
        "openai": row,
        "anthropic": replace(
            row,
            protocol="anthropic",
            auth_header="x-api-key",
            auth_prefix="",
            headers={"anthropic-version": "2023-06-01"},
        ),
        "ollama": replace(row, protocol="ollama"),
    }
    return replace(row, variants={model.name: as_spoken[model.protocol] for model in models})


register(simulated_host())
