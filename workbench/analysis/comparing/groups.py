"""Which models cannot be told apart: groups, which may overlap, and what to say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

Apart = Collection[tuple[str, str]]
"""Pairs that were told apart, the better one first."""


def indistinguishable(models: Sequence[str], apart: Apart) -> tuple[tuple[str, ...], ...]:
    """The largest groups in which no two models were told apart.

    A model may be in several: A and B may be alike, and B and C, while A is better than C.

    Args:
        models: In the order in which they are to be named.
        apart: Pairs that were told apart.

    Returns:
        Each group in that order, and groups by their members; every model is in at least one.

    Source:
        H.-P. Piepho (2004), doi:10.1198/1061860043515, insert-and-absorb.
    """
    groups = {frozenset(models)} if models else set()
    for pair in apart:
        split = {group for group in groups if group.issuperset(pair)}
        halves = {group - {model} for group in split for model in pair}
        groups = (groups - split) | halves
        groups = {group for group in groups if not any(group < other for other in groups)}
    places = {model: place for place, model in enumerate(models)}
    ordered = (tuple(sorted(group, key=places.__getitem__)) for group in groups)
    return tuple(sorted(ordered, key=lambda group: [places[model] for model in group]))


def letters(models: Sequence[str], groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """A compact letter display: models that share a letter were not told apart."""
    names = [chr(ord("a") + n) if n < 26 else f"({n + 1})" for n in range(len(groups))]
    return {
        model: "".join(name for name, group in zip(names, groups, strict=True) if model in group)
        for model in models
    }


def in_words(models: Sequence[str], apart: Apart, samples: str) -> str:
    """What was told apart and what was not, as a sentence.

    Args:
        models: At least two, the best first.
        apart: See `Apart`.
        samples: On what it rests, such as "60 samples".
    """
    alike = [group for group in indistinguishable(models, apart) if len(group) > 1]
    said = [f"{listed(group)} cannot be told apart with {samples}" for group in alike]
    beaten: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for model in models:
        worse = tuple(other for other in models if (model, other) in apart)
        if worse:
            beaten[worse].append(model)
    for worse, better in beaten.items():
        # Right after "A and B cannot be told apart", their names need not be said again.
        same = len(said) == 1 and alike == [tuple(better)]
        who = ("both" if len(better) == 2 else "all of them") if same else listed(better)
        whom = "all others" if 2 < len(worse) == len(models) - 1 else listed(worse)
        said.append(f"{who} {'is' if len(better) == 1 else 'are'} better than {whom}")
    if not alike:
        said[-1] += f", with {samples}"
    return "; ".join(said) + "."


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
