"""What the answers that are compared were answers to, and the rubric for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.analysis.asked import prompts_of
from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset
from workbench.evals.templates import filled, values_of, variables_of
from workbench.log import Log
from workbench.pairwise.duels import Duel


def questions_of(log: Log, duels: Iterable[Duel], dataset: Dataset | None) -> Mapping[str, str]:
    """The question of each sample: what the data set says, or else what the models were asked.

    Raises:
        ConfigError: The data set lacks a sample; or there is none, and the models were asked in different
            words, or the log no longer has them.
    """
    if dataset is not None:
        known = {sample.id: sample.asked for sample in dataset}
        for duel in duels:
            if duel.sample not in known:
                raise ConfigError(f"sample {duel.sample!r} is not in {dataset.name!r}: give what was asked")
        return known
    duels = list(duels)
    asked = prompts_of(log, {call for duel in duels for call in duel.calls})
    found: dict[str, str] = {}
    for duel in duels:
        words = {asked.get(call) for call in duel.calls} | {found.get(duel.sample)} - {None}
        if None in words:
            raise ConfigError(f"the log no longer has what sample {duel.sample!r} asked: give `dataset`")
        if len(words) > 1:
            raise ConfigError(
                f"sample {duel.sample!r} was put to the models in different words: give `dataset`, whose "
                "questions the judge is then shown"
            )
        found[duel.sample] = str(words.pop())
    return found


def rubrics_of(rubric: str, duels: Iterable[Duel], dataset: Dataset | None) -> Mapping[str, str]:
    """The rubric for each sample, with the fields of the sample that it names.

    Raises:
        ConfigError: It is empty, or names what a sample does not have.
    """
    if not rubric.strip():
        raise ConfigError(f"the rubric is {rubric!r}: write what makes one answer better than another")
    names = variables_of(rubric)
    known = {sample.id: values_of(sample) for sample in dataset or ()}
    for duel in duels:
        if missing := [name for name in names if name not in known.get(duel.sample, {})]:
            raise ConfigError(
                f"the rubric has {{{missing[0]}}}, for which sample {duel.sample!r} has nothing: give a "
                "`dataset` with such a column"
            )
    return {duel.sample: filled(rubric, known.get(duel.sample, {})) for duel in duels}
