"""Which experiments a reference means: an id, a tag, a commit, `last`, or `last green on main`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.analysis.regression.baselines.baseline import Baseline, FoundBy, content_hash
from workbench.analysis.regression.measured import measured
from workbench.errors import ConfigError
from workbench.log import Log
from workbench.revision import commit_of

_MADE = """
SELECT experiment, min(started_at) AS started_at, any_value(dataset) AS dataset,
       any_value(dataset_hash) AS dataset_hash, arg_min(revision, started_at) AS revision,
       bool_or(coalesce(dirty, false)) AS dirty, max(samples * epochs) AS wanted, list(id) AS runs
FROM runs GROUP BY experiment ORDER BY started_at DESC, experiment DESC
"""
# Models take turns, so an experiment that was cut short is short for every one of them.
_ASKED = """
SELECT count(DISTINCT (sample, epoch)) AS asked, count_if(status = 'ok') AS answered FROM calls
WHERE experiment = ? AND run IS NOT NULL AND status <> 'interrupted' GROUP BY run
"""
# What ended a job green: where little was asked, much stays undecided, and fails only those who want it to.
_GREEN = """
SELECT made_at, experiments FROM reports
WHERE outcome IN ('fine', 'undecided') AND exit_code = 0 AND branch = ? AND dirty IS NOT TRUE
ORDER BY made_at DESC, id DESC
"""
_MOST = 5
_COMMIT = re.compile("[0-9a-f]{7,40}")


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search for experiments of one data set, or of any.

    Attributes:
        log: Where to look.
        project: The folder whose repository knows commits.
        dataset: Name of the data set; `None`: any.
        dataset_hash: Hash of its samples; where only a name fits, they are others.
        before: The candidate. What is newer, it was not compared with when it was made: the same report gives
            the same again.
        overlap: Whether other samples of a data set of that name will do.
    """

    log: Log
    project: Path
    dataset: str | None = None
    dataset_hash: str | None = None
    before: str | None = None
    overlap: bool = False

    @cached_property
    def made(self) -> list[Mapping[str, Any]]:
        """All experiments, newest first."""
        rows: list[Mapping[str, Any]] = self.log.sql(_MADE).to_dict("records")  # type: ignore[assignment]
        return rows

    @cached_property
    def until(self) -> datetime | None:
        """When the candidate began."""
        return next((row["started_at"] for row in self.made if row["experiment"] == self.before), None)

    def experiment(self, words: str) -> list[str]:
        """The experiment with an id, or that begins like it.

        Raises:
            ConfigError: Several begin like it.
        """
        known = [str(row["experiment"]) for row in self.made]
        found = [name for name in known if name == words] or [
            name for name in known if name.startswith(words)
        ]
        if len(found) > 1:
            raise ConfigError(
                f"{len(found)} experiments begin with {words!r}, write more of the id: the latest of them "
                f"are {', '.join(found[:_MOST])}"
            )
        return found

    def run(self, words: str) -> list[str]:
        """The experiment with a run of that id."""
        return self._first(row for row in self.made if words in row["runs"])

    def last(self) -> list[str]:
        """The latest that ran to its end."""
        return self._first(row for row in self._fitting(self.overlap) if self._whole(row))

    def green(self, branch: str) -> list[str]:
        """The latest whole one of a green report on a branch, whose files were as they were committed."""
        fitting = {str(row["experiment"]): row for row in self._fitting(self.overlap)}
        reports = self.log.sql(_GREEN, [branch])
        return self._first(
            fitting[experiment]
            for made_at, of in zip(reports["made_at"], reports["experiments"], strict=True)
            if self.until is None or made_at <= self.until
            for experiment in of
            if experiment in fitting and self._whole(fitting[experiment])
        )

    def commit(self, words: str) -> str | None:
        """The commit, in full, that words mean: to git, or else the beginning of one that the log has."""
        found = commit_of(self.project, words)
        if found is None and _COMMIT.fullmatch(words):
            known = {row["revision"] for row in self.made if str(row["revision"]).startswith(words)}
            found = known.pop() if len(known) == 1 else None
        return found

    def at(self, commit: str) -> list[str]:
        """The latest whole one that was begun at a commit, whose files were as they were committed."""
        return self._first(
            row
            for row in self._fitting(other_samples=True)
            if row["revision"] == commit and not row["dirty"] and self._whole(row)
        )

    def baseline(
        self, experiment: str, reference: str, found_by: FoundBy, *, scorer: str | None = None
    ) -> Baseline:
        """An experiment as a baseline.

        Raises:
            ConfigError: It has no score by this scorer.
        """
        found = measured(self.log, experiment, scorer=scorer)
        [revision] = (row["revision"] for row in self.made if row["experiment"] == experiment)
        return Baseline(
            measured=found,
            reference=reference,
            found_by=found_by,
            hash=content_hash(found),
            revision=revision if isinstance(revision, str) else None,
        )

    def latest(self) -> str:
        """What there is to choose from, in words."""
        names = [str(row["experiment"]) for row in self.made[:_MOST]]
        tags = list(dict.fromkeys(self.log.baselines()["name"]))[:_MOST]
        experiments = (
            f"the latest experiments are {', '.join(names)}" if names else "the log has no experiment"
        )
        return f"{experiments}; the tags are {', '.join(tags)}" if tags else f"{experiments}, and no tag"

    def _fitting(self, other_samples: bool) -> list[Mapping[str, Any]]:
        """Those of the data set before the candidate, newest first; those with the same samples go first."""
        earlier = [
            row
            for row in self.made
            if row["experiment"] != self.before and (self.until is None or row["started_at"] <= self.until)
        ]
        if self.dataset_hash is None:
            return [row for row in earlier if self.dataset in {None, row["dataset"]}]
        same = [row for row in earlier if row["dataset_hash"] == self.dataset_hash]
        named = [row for row in earlier if row["dataset"] == self.dataset and row not in same]
        return same + named if other_samples else same

    def _whole(self, row: Mapping[str, Any]) -> bool:
        """Whether all of it was asked, and anything answered: a night without a provider is no baseline."""
        asked = self.log.sql(_ASKED, [row["experiment"]])
        return bool((asked["asked"] >= row["wanted"]).any() and (asked["answered"] > 0).any())

    @staticmethod
    def _first(rows: Iterable[Mapping[str, Any]]) -> list[str]:
        return [str(row["experiment"]) for row in islice(rows, 1)]
