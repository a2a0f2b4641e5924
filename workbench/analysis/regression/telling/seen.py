"""What a report could have seen, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from workbench.analysis.regression.change import Change
from workbench.analysis.regression.telling.said import listed, samples, size, title


def seen(dataset: str, changes: Sequence[Change], alpha: float) -> str:
    """What the changes of one data set could have shown, by the spread that was met, in one sentence.

    Args:
        dataset: Its name.
        changes: Of all its models and metrics. Of quality the median of the models is told, and the worst
            one by its name; of other metrics the worst.
        alpha: The error of the whole report.
    """
    if not changes:
        return f"{dataset}: nothing was compared, so that no change of any size could be seen."
    reach = samples(max(changes, key=lambda one: one.difference.n))
    how = f"paired, one-sided, α = {alpha:g} for the whole report"
    found = [_quality([one for one in changes if one.metric == "quality"])]
    found += [_others([one for one in changes if one.metric != "quality"])]
    said = ", ".join(words for words in found if words)
    if early := [one for one in changes if one.early]:
        margins = listed(list(dict.fromkeys(size(one.margin, one) for one in early)))
        return (
            f"{dataset}: watched to be stopped as soon as it is known whether quality fell, or did not fall "
            f"by {margins}; smaller falls mostly stay unseen, and nothing else was tested (α = {alpha:g})."
        )
    if not said:
        return f"{dataset}: with {reach} no change of any size could be told from chance ({how})."
    return (
        f"{dataset}: with {reach} changes for the worse would be found four times out of five from these "
        f"sizes on: {said}. Smaller ones mostly stay unseen ({how})."
    )


def _quality(changes: Sequence[Change]) -> str:
    """Of the models' median, and of the worst one by its name."""
    known = [one for one in changes if not math.isnan(one.visible)]
    if not known:
        return ""
    worst = max(known, key=lambda one: one.visible)
    middle, most = (size(each, worst) for each in (median(one.visible for one in known), worst.visible))
    blind = [f"{one.model}: none of any size" for one in changes if math.isnan(one.visible)]
    named = [*([] if middle == most else [f"{worst.model}: {most}"]), *blind]
    return f"quality {middle}{f' ({listed(named)})' if named else ''}"


def _others(changes: Sequence[Change]) -> str:
    """Of the model whose answers show the least."""
    worst: dict[str, Change] = {}
    for one in changes:
        name = title(one)
        if not math.isnan(one.visible) and (name not in worst or one.visible > worst[name].visible):
            worst[name] = one
    return ", ".join(f"{name} {size(one.visible, one)}" for name, one in worst.items())
