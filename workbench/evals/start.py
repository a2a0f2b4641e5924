"""Something to compare on any machine: what can be reached, else the simulator."""

from __future__ import annotations

import atexit
import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.bundled import bundled
from workbench.client import Client
from workbench.providers import register
from workbench.simulator import MODELS, SIMULATED, Simulator, start
from workbench.simulator.host import simulated_host

MOST_MODELS = 6
NOTICE = "sim/… models are simulated: their answers, speeds and prices are made up."

_simulator: Simulator | None = None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Found:
    """The models that can be asked from here.

    Attributes:
        models: A few to compare, as `provider/model`.
        choices: All that the providers list.
        problems: Providers with a key that could not be asked, and why.
        simulated: Whether these are the simulator's, because nothing else can be reached.
    """

    models: tuple[str, ...]
    choices: tuple[str, ...]
    problems: tuple[str, ...] = ()
    simulated: bool = False

    def __str__(self) -> str:
        lines = [f"Could not ask {problem}" for problem in self.problems]
        if self.simulated:
            lines.append("No provider found, so the simulator answers on this machine.")
        if any(name.startswith(f"{SIMULATED}/") for name in self.models):
            lines.append(NOTICE)
        lines.append(f"Comparing {', '.join(self.models)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        # A notebook keeps it beside the HTML: what could be asked is no part of what was found.
        return str(self)

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in str(self).splitlines())
        return f'<div class="mathjax_ignore tex2jax_ignore">{lines}</div>'


async def find_models(client: Client, models: Sequence[str] = ()) -> Found:
    """Look for providers: those with a key, and local servers; where there is none, start the simulator.

    Args:
        client: Who looks.
        models: The models to compare, where they are chosen already; the look is then only for `choices`.
            A client that replays an experiment gives the models of that one.

    Raises:
        ConfigError: A chosen model has no known provider, or its key is missing.
    """
    chosen = tuple(client.full_name(model) for model in models)
    if client.recording is not None:
        models = chosen or client.recording.models
        simulated = not chosen and all(name.startswith(f"{SIMULATED}/") for name in models)
        return Found(
            models=models,
            choices=tuple(dict.fromkeys([*models, *client.recording.models])),
            simulated=simulated,
        )
    reachable = await client.reachable()
    problems = tuple(f"{each.provider}: {each.problem}" for each in reachable if each.problem)
    answering = [each for each in reachable if not each.problem]
    choices = tuple(name for each in answering for name in each.models)
    if chosen:
        simulated = any(name.startswith(f"{SIMULATED}/") for name in chosen)
        if simulated and not any(each.provider == SIMULATED for each in answering):
            simulate()
        return Found(models=chosen, choices=tuple(dict.fromkeys([*chosen, *choices])), problems=problems)
    real = [each for each in answering if each.provider != SIMULATED and each.suggested]
    if real:
        # The first of each provider before the second of any.
        ranked = sorted(
            (place, order, name)
            for order, each in enumerate(real)
            for place, name in enumerate(each.suggested)
        )
        return Found(
            models=tuple(name for _, _, name in ranked[:MOST_MODELS]),
            choices=choices,
            problems=problems,
        )
    if not any(each.provider == SIMULATED for each in answering):
        simulate()
    names = tuple(f"{SIMULATED}/{model.name}" for model in MODELS)
    return Found(models=names, choices=names, problems=problems, simulated=True)


def simulate(answers: Path | None = None, *, seed: int = 0) -> Simulator:
    """Start the simulator on a free port of this machine; `sim/…` models can be asked from then on.

    It ends with this process, and there is one for a process: a second call ends the first. Kernels and
    commands that this process starts find it too.

    Args:
        answers: A JSONL file of questions that the simulated models know, or a folder of them; those of the
            bundled sets where not given.
        seed: Which of them they get wrong.

    Raises:
        ConfigError: It does not start.
    """
    global _simulator  # noqa: PLW0603 - the one simulator of the process
    if _simulator is not None:
        _simulator.close()
    _simulator = start(answers=answers or bundled("data"), seed=seed)
    atexit.register(_simulator.close)
    os.environ["SIM_BASE_URL"] = _simulator.url
    register(simulated_host(_simulator.url))
    return _simulator
