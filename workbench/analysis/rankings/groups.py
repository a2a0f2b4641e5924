"""Who can be told from whom, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

Pairs = Collection[tuple[str, str]]


def groups(models: Sequence[str], better: Pairs) -> list[tuple[str, ...]]:
    """The largest groups of models of which no two can be told apart; a model may be in several.

    Being alike is not handed on: the first may be like the second, the second like the third, and the first
    yet better than the third.

    Args:
        models: The models, the best first.
        better: Pairs of which the first is better, beyond chance.
    """
    apart = {frozenset(pair) for pair in better}
    alike = {
        model: {other for other in models if other != model and frozenset((model, other)) not in apart}
        for model in models
    }
    found = [
        tuple(model for model in models if model in group)
        for group in _cliques(set(), set(models), set(), alike)
    ]
    return sorted(found, key=lambda group: [models.index(model) for model in group])


def in_words(models: Sequence[str], better: Pairs) -> str:
    """Which models are better than which, and which cannot be told apart.

    Args:
        models: The models, the best first; at least two.
        better: As in `groups`.
    """
    if not better:
        those = "The two" if len(models) == 2 else f"No two of the {len(models)}"
        return f"{those} models {'cannot' if len(models) == 2 else 'can'} be told apart."
    sentences = []
    for model in models:
        beaten = [other for other in models if (model, other) in better]
        if beaten:
            those = "all others" if 1 < len(beaten) == len(models) - 1 else _listed(beaten)
            sentences.append(f"{model} is better than {those}")
    unclear = [_listed(group) for group in groups(models, better) if len(group) > 1]
    words = f"{'; '.join(sentences)}."
    return f"{words} Not to be told apart: {'; '.join(unclear)}." if unclear else words


def _cliques(
    chosen: set[str], open_: set[str], closed: set[str], alike: dict[str, set[str]]
) -> Iterator[set[str]]:
    """Bron and Kerbosch (1973), doi:10.1145/362342.362367: groups that no further model fits into."""
    if chosen and not open_ and not closed:
        yield chosen
    # Those that are like the pivot come up with it.
    pivot = max(open_ | closed, key=lambda model: len(alike[model] & open_), default=None)
    for model in sorted(open_ - (alike[pivot] if pivot is not None else set())):
        yield from _cliques(chosen | {model}, open_ & alike[model], closed & alike[model], alike)
        open_ = open_ - {model}
        closed = closed | {model}


def _listed(models: Sequence[str]) -> str:
    *most, last = models
    return f"{', '.join(most)} and {last}" if most else last
