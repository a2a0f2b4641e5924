"""What is known of a model before it is asked, from the least certain source to the most certain one."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from workbench import extensions
from workbench.calls import ModelInfo
from workbench.providers.model_facts import MODEL_FACTS, WHILE_THINKING
from workbench.providers.models_file import remember_refusal, remembered

__all__ = ["MODEL_FACTS", "facts_of", "observed"]

GROUP = "workbench.models"

_observed: dict[tuple[str, str], set[str]] = {}


def facts_of(provider: str, model: str, home: Path | None = None, *, effort: str | None = None) -> ModelInfo:
    """What is known of a model.

    Its name's patterns are the first source; what its provider listed within the last 30 days overrides
    them, and parameters that the provider refused are added to those that it is known to refuse.

    Args:
        provider: The provider's name.
        model: The model's id there.
        home: The project's folder that remembers listings and refusals; without it only those of this process
            are known.
        effort: The effort of reasoning that a request asks for; the model's own where `None`. Some models
            refuse some parameters only while they think.

    Returns:
        The record; what nobody knows is `None` in it.
    """
    info = _of_name(provider, model)
    refused = (info.refuses or frozenset()) | _while_thinking(provider, model, effort)
    known = refused if refused or info.refuses is not None else None
    if home is not None:
        # Each call asks, and to look at the file costs as much as everything else here.
        memory = remembered(home, within_s=1.0)
        if (listed := memory.listed.get((provider, model))) is not None:
            info = info.updated(listed)
            known = listed.refuses if known is None else known | (listed.refuses or frozenset())
        if at_times := memory.refused.get((provider, model)):
            known = (known or frozenset()) | at_times
    if seen := _observed.get((provider, model)):
        known = (known or frozenset()) | seen
    return info if known == info.refuses else replace(info, refuses=known)


def observed(
    provider: str, model: str, parameter: str, home: Path | None = None, *, now: datetime | None = None
) -> None:
    """Remember that a provider refused a parameter of a request to a model, in the home for 30 days.

    Args:
        provider: The provider's name.
        model: The model's id there.
        parameter: The parameter, by our name.
        home: The project's folder; without it, or where it cannot be written to, this process remembers.
        now: The present, aware; the clock's where not given.
    """
    if home is None or not remember_refusal(home, provider, model, parameter, now=now):
        _observed.setdefault((provider, model), set()).add(parameter)


@lru_cache(maxsize=1024)
def _of_name(provider: str, model: str) -> ModelInfo:
    name = f"{provider}/{model}".lower()
    info = ModelInfo(id=model)
    for pattern, facts in (*MODEL_FACTS.items(), *_of_packages().items()):
        if re.search(pattern, name):
            info = info.updated(facts)
    return info


@cache
def _of_packages() -> Mapping[str, ModelInfo]:
    """What installed packages know of models, by pattern; it replaces what our own table says."""
    found: dict[str, ModelInfo] = {}
    for name in extensions.names(GROUP):
        table = extensions.find(GROUP, name)
        try:
            found |= {re.compile(pattern).pattern: _record(facts) for pattern, facts in table.items()}
        except (re.error, AttributeError, TypeError) as exc:
            warnings.warn(
                f"the extension {name!r} in {GROUP} is no dictionary of patterns and records of models "
                f"({exc}): mend or remove the package",
                stacklevel=2,
            )
    return found


@lru_cache(maxsize=1024)
def _while_thinking(provider: str, model: str, effort: str | None) -> frozenset[str]:
    name = f"{provider}/{model}".lower()
    found: tuple[frozenset[str], str] = (frozenset(), "none")
    for pattern, row in WHILE_THINKING.items():
        if re.search(pattern, name):
            found = row
    refused, usual = found
    return frozenset() if (effort or usual) == "none" else refused


def _record(facts: object) -> ModelInfo:
    if not isinstance(facts, ModelInfo):
        raise TypeError(f"not a ModelInfo: {facts!r}")
    return facts
