"""What became of experiments: the reports about them, and the tags that make one of them a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import orjson
from uuid6 import uuid7

from workbench.config import load_settings
from workbench.log.conditions import Conditions
from workbench.log.moment import Since
from workbench.log.process import process_facts
from workbench.log.reading import Reading
from workbench.log.recorder import Recorder
from workbench.log.redaction import patterns_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.revision import Revision

Outcome = Literal["fine", "worse", "undecided", "failed"]


class History(Reading):
    """The part of `Log` that keeps and shows reports and tags."""

    def reports(
        self,
        *,
        limit: int | None = None,
        since: Since | None = None,
        until: Since | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Reports that were made, newest first."""
        return self._newest("reports", "made_at", Conditions("made_at", since, until, where), limit)

    def baselines(
        self,
        *,
        limit: int | None = None,
        name: str | None = None,
        experiment: str | None = None,
        where: str | None = None,
    ) -> pd.DataFrame:
        """Tags, newest first: one row for each data set that a name was given for."""
        equal = {"name": name, "experiment": experiment}
        return self._newest(
            "baselines", "tagged_at", Conditions("tagged_at", None, None, where, **equal), limit
        )

    def reported(
        self,
        *,
        notebook: str,
        parameters: Mapping[str, Any],
        experiments: Sequence[str],
        baseline: str | None,
        baselines: Sequence[str],
        outcome: Outcome,
        exit_code: int,
        revision: Revision,
    ) -> None:
        """Keep what a report came to; by it `last green on main` is found. A replay keeps none.

        Args:
            notebook: Name of the notebook.
            parameters: What was set in it, in its order, secrets masked; values that JSON has.
            experiments: The experiments that it is about.
            baseline: What they were compared with, in the words of who asked.
            baselines: The experiments that this meant.
            outcome: What it came to.
            exit_code: What the command ends with.
            revision: The code that it was made with, `revision_of(settings.project)`.
        """
        self._keep(
            "reports",
            {
                "made_at": datetime.now(UTC),
                "notebook": notebook,
                "parameters": dict(parameters),
                "experiments": list(experiments),
                "baseline": baseline,
                "baselines": list(baselines),
                "outcome": outcome,
                "exit_code": exit_code,
                "revision": revision.commit,
                "branch": revision.branch,
                "dirty": revision.dirty,
            },
        )

    def tagged(
        self, *, name: str, experiment: str, dataset: str, dataset_hash: str, content: str, note: str | None
    ) -> None:
        """Keep a tag; whether it may be given is not asked here, see `tag_baseline`."""
        self._keep(
            "baselines",
            {
                "tagged_at": datetime.now(UTC),
                "name": name,
                "experiment": experiment,
                "dataset": dataset,
                "dataset_hash": dataset_hash,
                "hash": content,
                "note": note,
            },
        )

    def _keep(self, table: str, row: Mapping[str, Any]) -> None:
        """Write a row; it outlives the process once this returns."""
        facts = process_facts()
        own = {"id": str(uuid7()), "session": facts["session"], "package_version": facts["package_version"]}
        recorder = Recorder(self.store.home, shared=self.store.shared)
        recorder.redaction.add(patterns_of(load_settings().get("WORKBENCH_REDACT")))
        try:
            recorder.append(table, orjson.dumps(own | dict(row))).result()
        finally:
            recorder.close()
