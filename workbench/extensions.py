"""What installed packages add, found by their entry points and loaded when it is first asked for.

A package that fails to load is a warning that names it: it takes nothing but itself away.
"""

from __future__ import annotations

import importlib.metadata
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

GROUPS = ("workbench.hosts", "workbench.protocols", "workbench.authorisations", "workbench.models")


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """One entry point of an installed package.

    Attributes:
        group: What it adds: one of `GROUPS`.
        name: Under which name.
        package: The package that it is from, and its `version`.
        version: See above.
        problem: Why it cannot be loaded; empty where it can.
    """

    group: str
    name: str
    package: str
    version: str
    problem: str = ""


def find(group: str, name: str) -> Any:
    """What a package offers under this name; `None` where none does, or where it cannot be loaded."""
    entry = _entries(group).get(name)
    return None if entry is None else _loaded(entry)[0]


def names(group: str) -> tuple[str, ...]:
    """What packages offer in a group, whether it can be loaded or not."""
    return tuple(_entries(group))


def installed() -> tuple[Extension, ...]:
    """Everything that packages offer, each of them loaded to see whether it can be."""
    return tuple(
        Extension(
            group=group,
            name=name,
            package=entry.dist.name if entry.dist else "",
            version=entry.dist.version if entry.dist else "",
            problem=_loaded(entry)[1],
        )
        for group in GROUPS
        for name, entry in _entries(group).items()
    )


@cache
def _entries(group: str) -> dict[str, importlib.metadata.EntryPoint]:
    return {entry.name: entry for entry in importlib.metadata.entry_points(group=group)}


@cache
def _loaded(entry: importlib.metadata.EntryPoint) -> tuple[Any, str]:
    """What the entry point leads to, and why not."""
    try:
        return entry.load(), ""
    except Exception as exc:  # a package of others may fail in any way
        problem = f"{type(exc).__name__}: {exc}"
    package = entry.dist.name if entry.dist else "a package"
    warnings.warn(
        f"{package} offers {entry.name!r} in {entry.group}, which cannot be loaded ({problem}): mend or "
        "remove the package",
        stacklevel=4,
    )
    return None, problem
