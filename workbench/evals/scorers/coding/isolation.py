"""What keeps code in on this machine."""

from __future__ import annotations

import sys
import warnings
from functools import cache

from workbench.errors import ConfigError
from workbench.evals.scorers.coding.sandbox import Isolation, Job, Limits, SandboxError, played_now

ISOLATIONS: tuple[Isolation, ...] = ("namespaces", "landlock", "limits")
"""From the strongest to the weakest."""
_WEAKER = {
    "landlock": "it can send over UDP, and before Linux 6.12 end what this user runs",
    "limits": "it can reach the network and read what this user can, the keys in the environment too",
}


@cache
def isolation() -> Isolation:
    """The strongest that works here, tried once; a weaker one than namespaces is warned of.

    Raises:
        ConfigError: None works, as on Windows.
    """
    if sys.platform == "win32":
        raise ConfigError("code of models is not run on Windows, which has no such limits: use WSL")
    problems = []
    for level in ISOLATIONS if sys.platform == "linux" else ISOLATIONS[-1:]:
        if problem := problem_of(level):
            problems.append(problem)
            continue
        if level != "namespaces":
            warnings.warn(
                f"code that models write is kept in by {level!r} alone here: {_WEAKER[level]}. Run it where "
                "the kernel lets users have namespaces, or all of it in a container without keys",
                stacklevel=2,
            )
        return level
    raise ConfigError(f"code of models cannot be run here: {'; '.join(problems)}")


def problem_of(level: Isolation) -> str:
    """Why code cannot be kept in so here; empty where it can."""
    plays = [{"kind": "tests", "try": "import random"}]
    try:
        [end] = played_now(Job(blocks=["pass"], plays=plays, level=level, limits=Limits()))
    except SandboxError as exc:
        return str(exc)
    return "" if end["end"] == "done" else f"Python does not work in it: {end}"


def check_isolation(require: Isolation | None) -> None:
    """See that code is kept in at least so.

    Raises:
        ConfigError: It is not.
    """
    there = isolation()
    if require is not None and ISOLATIONS.index(there) > ISOLATIONS.index(require):
        raise ConfigError(
            f"code is kept in by {there!r} alone here, and {require!r} is required: {_WEAKER[there]}. Run it "
            "where the kernel lets users have namespaces, or in a container and require less"
        )
