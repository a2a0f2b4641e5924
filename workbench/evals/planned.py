"""What an evaluation would ask with, before it asks: to see that it can be compared with a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from workbench.client import Client
from workbench.evals.dataset import Dataset
from workbench.evals.experiment import runs_of
from workbench.evals.prompts import Prompts, prompts_of
from workbench.evals.resume import params_json, run_params
from workbench.evals.scorers import Scoring
from workbench.evals.scoring import checked


def settings_of(
    client: Client,
    models: Sequence[str],
    dataset: Dataset,
    *,
    prompt: Prompts = None,
    scorers: Sequence[Scoring] | None = None,
    **params: Any,
) -> dict[str, dict[str, Any]]:
    """What `evaluate` with the same arguments would say of each of its models, by label; nothing is asked.

    Returns:
        Parameters, prompt template and scorers, as `Measured.settings` has them of what was asked.

    Raises:
        ConfigError: A model, a prompt or a scorer is none.
        DataError: A scorer can do nothing with a sample.
    """
    place = {name: params[name] for name in ("base_url", "api_key") if name in params}
    names = list(dict.fromkeys(client.full_name(model, **place) for model in models))
    chosen = checked(client, scorers, dataset)
    return {
        run.label: orjson.loads(params_json(run_params(run, chosen, params)))
        for run in runs_of("", names, prompts_of(prompt, dataset))
    }
