"""Whether a candidate can be compared with a baseline: refused with the reason, or let pass and told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from workbench.analysis.regression.asked import check_models
from workbench.analysis.regression.baselines.baseline import check_usable
from workbench.analysis.regression.baselines.differences import Settings, barring, barring_scores, told
from workbench.analysis.regression.baselines.origins import check_measured, reworded
from workbench.analysis.regression.measured import Measured
from workbench.errors import ConfigError
from workbench.log import Log

_ASKED = "what is to be asked"
_ANYWAY = "To compare all the same what both have, and be told, say overlap=True."


class Sample(Protocol):
    """What is asked of a sample here."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def target(self) -> str | None: ...  # noqa: D102


class Dataset(Protocol):
    """What is asked of a data set here: its name, its samples, and their hash."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def hash(self) -> str: ...  # noqa: D102
    @property
    def samples(self) -> Sequence[Sample]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparable:
    """What of two experiments can be compared, and what has to be said of it.

    Attributes:
        notes: What differs and was let pass, in words.
        samples: The samples that both have; `None` where all are the same.
        left_out: How many samples are not compared: only one has them, or they are not the same in both.
    """

    notes: tuple[str, ...] = ()
    samples: frozenset[str] | None = None
    left_out: int = 0

    def of(self, measured: Measured) -> Measured:
        """An experiment with these samples alone."""
        if self.samples is None:
            return measured
        rows = measured.rows[measured.rows["sample"].isin(self.samples)].reset_index(drop=True)
        return replace(measured, samples=len(self.samples), rows=rows)


def check_comparable(
    baseline: Measured,
    dataset: Dataset,
    settings: Settings | None = None,
    *,
    models: Collection[str] = (),
    overlap: bool = False,
) -> Comparable:
    """See, before money is spent, that a baseline is of what is to be asked.

    Args:
        baseline: What is to be compared with.
        dataset: What is to be asked.
        settings: With what each model is, by its label; see `workbench.evals.planned.settings_of`. Neither
            prompt nor scorers are looked at where it is not given.
        models: Labels of those that are to be asked, where the settings do not name them; none: not looked
            at.
        overlap: Whether to let differences pass and tell them, and compare the samples that both have.

    Raises:
        ConfigError: The samples, the prompt or the scorer are others, the baseline has no answer, or no
            sample is the same, or no model. Further models and other parameters are no reason: they may be
            just what is tried.
    """
    check_usable(baseline)
    found = _judged(
        baseline=baseline,
        candidate=_ASKED,
        data=(dataset.name, dataset.hash),
        targets={sample.id: sample.target for sample in dataset.samples},
        barring=barring(baseline, settings or {}),
        told=told(baseline.settings, settings or {}),
        overlap=overlap,
    )
    if now := settings or models:
        then = found.of(baseline).rows.dropna(subset=["sample"])["model"]
        check_models(_ASKED, now, baseline.experiment, list(dict.fromkeys(then)))
    return found


def check_compared(log: Log, baseline: Measured, candidate: Measured, *, overlap: bool = False) -> Comparable:
    """See that two experiments can be compared.

    Args:
        log: Which has the candidate, and the baseline if no file has.
        baseline: What is compared with.
        candidate: What is judged.
        overlap: Whether to let differences pass and tell them, and compare the samples that both have: of the
            same id and target, and in the same words where these are known, to a model that was asked by the
            same settings.

    Raises:
        ConfigError: As with `check_comparable`; or some answers are the baseline's own, given by the log, so
            that nothing was measured.
    """
    check_usable(baseline)
    check_measured(log, baseline, candidate)
    others = [*barring(baseline, candidate.settings), *barring_scores(baseline, candidate)]
    same = baseline.dataset_hash == candidate.dataset_hash
    return _judged(
        baseline=baseline,
        candidate=candidate.experiment,
        data=(candidate.dataset, candidate.dataset_hash),
        targets=_targets(candidate),
        barring=others,
        told=[*told(baseline.settings, candidate.settings), *_epochs(baseline, candidate)],
        overlap=overlap,
        reworded=frozenset() if same else reworded(log, baseline, candidate),
    )


def _judged(
    *,
    baseline: Measured,
    candidate: str,
    data: tuple[str, str],
    targets: Mapping[str, str | None],
    barring: Sequence[str],
    told: Sequence[str],
    overlap: bool,
    reworded: frozenset[str] = frozenset(),
) -> Comparable:
    name, content = data
    same = content == baseline.dataset_hash
    if not same:
        was = f"{baseline.dataset!r}, {baseline.samples} samples ({baseline.dataset_hash})"
        barring = [f"the data was {was} and is {name!r}, {len(targets)} samples ({content})", *barring]
    if barring and not overlap:
        raise ConfigError(
            f"{baseline.experiment} is no baseline of {candidate}: {'; '.join(barring)}. A comparison needs "
            f"the same samples, prompt and scorer. {_ANYWAY}"
        )
    if same:
        return Comparable(notes=(*barring, *told))
    then = _targets(baseline)
    both = {
        sample
        for sample in then.keys() & targets.keys() - reworded
        if None in (then[sample], targets[sample]) or then[sample] == targets[sample]
    }
    if not both:
        raise ConfigError(
            f"{baseline.experiment} is no baseline of {candidate}: no sample has the same id, target and "
            "words in both, so there is nothing to compare"
        )
    left_out = len(then.keys() | targets.keys()) - len(both)
    overlapping = f"{len(both)} samples are the same in both and are compared, {left_out} are left out"
    return Comparable(notes=(*barring, overlapping, *told), samples=frozenset(both), left_out=left_out)


def _targets(measured: Measured) -> dict[str, str | None]:
    """The samples that were asked, and what was wanted of each as far as that is known."""
    rows = measured.rows.dropna(subset=["sample"])
    known = rows.dropna(subset=["target"]).drop_duplicates("sample")
    return dict.fromkeys(rows["sample"]) | dict(zip(known["sample"], known["target"], strict=True))


def _epochs(then: Measured, now: Measured) -> list[str]:
    if then.epochs == now.epochs:
        return []
    return [f"each sample was asked {then.epochs} times and is asked {now.epochs} times"]
