"""From a reference to the baseline that it means."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.analysis.regression.baselines.baseline import Baseline, FoundBy
from workbench.analysis.regression.baselines.files import SUFFIX, load_baselines
from workbench.analysis.regression.baselines.search import Search
from workbench.analysis.regression.baselines.tags import tagged_baselines
from workbench.config.settings import project_folder
from workbench.errors import ConfigError
from workbench.log import Log

_GREEN = re.compile(r"green(?::(?P<branch>.+))?|last green(?: on (?P<on>.+))?")
_MAIN = "main"


def find_baseline(
    log: Log,
    reference: str,
    *,
    dataset: str | None = None,
    dataset_hash: str | None = None,
    before: str | None = None,
    project: Path | None = None,
    overlap: bool = False,
    scorer: str | None = None,
) -> Baseline:
    """The baseline that a reference means; whether it can be compared with is another question.

    Args:
        log: Where to look.
        reference: One of

            - the path of a file of `save_baselines`: it ends in `.parquet`, or is one with a folder;
            - `last`: the latest experiment that ran to its end on the same samples;
            - `last green on main`, or `green`, `green:BRANCH`: the latest one on the same samples of a report
              on that branch that said nothing got worse, its files as they were committed;
            - `tag:NAME`, `git:REVISION`: the latest whole experiment on this data set that was begun at that
              commit, its files as they were committed, rather on the same samples;
            - an experiment's id or the beginning of one, a run's id, a tag, a revision of git: the first of
              these that it is.
        dataset: Name of the data set that is to be compared; `None`: any.
        dataset_hash: Hash of its samples, likewise.
        before: The candidate: of `last`, `green` and revisions only what was begun before it counts.
        project: The folder whose repository knows revisions; that of the current project where not given.
        overlap: Whether `last` and `green` may have other samples of a data set of that name.
        scorer: Whose scores; those of the one that scored first where not given.

    Raises:
        ConfigError: There is none, or several could be meant; or what is tagged has changed since.
        DataError: The file is none, was written by a later version, or was changed.
    """
    search = Search(
        log=log,
        project=project or project_folder(),
        dataset=dataset,
        dataset_hash=dataset_hash,
        before=before,
        overlap=overlap,
    )
    found = _chosen(_found(search, reference), search, reference)
    if scorer is None:
        return found
    if found.found_by != "file":
        return search.baseline(found.measured.experiment, reference, found.found_by, scorer=scorer)
    names = set(found.measured.rows["scorer"].dropna())
    if names != {scorer}:
        known = ", ".join(sorted(names)) or "nobody"
        raise ConfigError(f"the baseline {reference!r} has no scores by {scorer!r}: they are by {known}")
    return found


def find_baselines(log: Log, reference: str, *, project: Path | None = None) -> tuple[Baseline, ...]:
    """All that a reference means: a tag or a file may have one for each data set.

    Raises:
        ConfigError: As with `find_baseline`.
        DataError: Likewise.
    """
    return tuple(_found(Search(log=log, project=project or project_folder()), reference))


def _found(search: Search, reference: str) -> list[Baseline]:
    if not isinstance(reference, str) or not reference.strip():
        raise ConfigError(f"no baseline {reference!r:.200}: give an id, a tag, a revision or a file, as text")
    words = reference.strip()
    kind, _, rest = words.partition(":")
    if path := _path(words, search.project):
        return list(load_baselines(path, reference))
    if words == "last":
        return _in_log(search, search.last(), reference, "last") or _none(
            search, reference, f"no experiment that ran to its end{_of(search, same=True)}"
        )
    if green := _GREEN.fullmatch(words):
        branch = green["branch"] or green["on"] or _MAIN
        return _in_log(search, search.green(branch), reference, "green") or _none(
            search, reference, f"no report on branch {branch!r} that was green{_of(search, same=True)}"
        )
    if kind == "tag" and rest:
        return tagged_baselines(search, rest, reference) or _none(search, reference, f"no tag {rest!r}")
    if kind == "git" and rest:
        return _at(search, rest, reference) or _none(
            search, reference, f"{rest!r} is no revision of a repository in {str(search.project)!r}"
        )
    return (
        _in_log(search, search.experiment(words), reference, "experiment")
        or _in_log(search, search.run(words), reference, "run")
        or tagged_baselines(search, words, reference)
        or _at(search, words, reference)
        or _none(
            search,
            reference,
            f"no experiment or run has this id, none is tagged so, and it is no revision of a repository in "
            f"{str(search.project)!r}",
        )
    )


def _path(words: str, project: Path) -> Path | None:
    """The file that words name: as seen from here, or else from the project's folder."""
    path = Path(words).expanduser()
    places = [path, project / path]
    there = next((place for place in places if place.is_file()), None)
    # A folder or a tag may be named like a file that has nothing to do with it.
    return (there or path) if path.suffix == SUFFIX else (there if path.parent != Path() else None)


def _in_log(search: Search, experiments: list[str], reference: str, found_by: FoundBy) -> list[Baseline]:
    return [search.baseline(experiment, reference, found_by) for experiment in experiments]


def _at(search: Search, words: str, reference: str) -> list[Baseline]:
    """The baseline of a revision; none where it is no revision."""
    commit = search.commit(words)
    if commit is None:
        return []
    return _in_log(search, search.at(commit), reference, "revision") or _none(
        search,
        reference,
        f"commit {commit[:12]} has no experiment that ran to its end{_of(search)} and began with all files "
        "committed",
    )


def _none(search: Search, reference: str, why: str) -> list[Baseline]:
    raise ConfigError(f"no baseline {reference!r}: {why}; {search.latest()}{_otherwise(search)}")


def _otherwise(search: Search) -> str:
    """What to do where the candidate has other samples: mostly a replay without the parameters of then."""
    asked = [row["dataset_hash"] for row in search.made if row["experiment"] == search.before]
    if search.dataset_hash is None or asked in ([], [search.dataset_hash]):
        return ""
    return f". {search.before} asked other samples than these: set what was set then (data, split, limit)"


def _of(search: Search, *, same: bool = False) -> str:
    """Of which data set, in words."""
    if search.dataset is None:
        return ""
    return f" on {search.dataset!r}{' with the same samples' if same and not search.overlap else ''}"


def _chosen(found: list[Baseline], search: Search, reference: str) -> Baseline:
    """The one of the data set: rather on the same samples than under the same name."""
    for fits in (
        [each for each in found if each.measured.dataset_hash == search.dataset_hash],
        [each for each in found if each.measured.dataset == search.dataset],
        found,
    ):
        if len(fits) == 1:
            return fits[0]
    names = ", ".join(repr(each.measured.dataset) for each in found)
    wanted = "say which" if search.dataset is None else f"not of {search.dataset!r}"
    raise ConfigError(f"the baseline {reference!r} is of the data sets {names}: {wanted}")
