"""Tags: names that are given to an experiment once, and hold only while it is what it was then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.analysis.regression.baselines.baseline import Baseline, baseline_in_log, check_usable
from workbench.errors import ConfigError
from workbench.log import Log

_NAME = re.compile(r"\w[\w.+/-]*")
_RESERVED = re.compile(r"last|green|.*\.parquet")
# What may have been done since: by who wrote scores again, asked what had failed, or pruned texts.
_SINCE = {
    "scores were given": (
        "SELECT count(*) AS n FROM scores WHERE experiment = $experiment AND scored_at > $at"
    ),
    "calls were made": (
        "SELECT count(*) AS n FROM calls "
        "WHERE experiment = $experiment AND started_at > $at AND tags['judge'] IS NULL"
    ),
    "answers have no text any more": (
        "SELECT count(*) AS n FROM calls WHERE experiment = $experiment AND $at IS NOT NULL "
        "AND status = 'ok' AND text IS NULL AND tags['judge'] IS NULL"
    ),
}


def tag_baseline(log: Log, name: str, baseline: Baseline, *, note: str | None = None) -> bool:
    """Give an experiment of the log a name, for good: it means this experiment with this content.

    Args:
        log: Which has the experiment.
        name: The tag: letters, digits, `.`, `_`, `-`, `+` and `/`. One name may be given once for each data
            set.
        baseline: The experiment.
        note: What is to be known of it.

    Returns:
        Whether it was given; not where the experiment has it already.

    Raises:
        ConfigError: It is no name, another experiment on this data set has it, the experiment has it and has
            changed since, is in a file, or has no answer.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot be a tag: write letters, digits and . _ - + /, and neither last, green nor the "
            "name of a Parquet file"
        )
    if baseline.found_by == "file":
        raise ConfigError(f"{baseline.reference!r} is a file: it is known by its path, a tag is for the log")
    measured = baseline.measured
    check_usable(measured)
    for row in _rows(log, name):
        if row["dataset"] == measured.dataset and row["experiment"] != measured.experiment:
            raise ConfigError(
                f"the tag {name!r} is that of {row['experiment']} on {row['dataset']!r} since "
                f"{row['tagged_at']:%Y-%m-%d %H:%M}, and is never moved: choose another name"
            )
        if row["experiment"] == measured.experiment:
            _check_same(log, row, baseline)
            return False
    log.tagged(
        name=name,
        experiment=measured.experiment,
        dataset=measured.dataset,
        dataset_hash=measured.dataset_hash,
        content=baseline.hash,
        note=note,
    )
    return True


def tagged_baselines(log: Log, name: str, reference: str) -> list[Baseline]:
    """The experiments with a tag, one for each data set, as they were when it was given; none has it: none.

    Raises:
        ConfigError: One is gone or has changed since, or two have the same tag on one data set.
    """
    rows = _rows(log, name)
    known: dict[str, str] = {}
    for row in rows:
        if known.setdefault(row["dataset"], row["experiment"]) != row["experiment"]:
            raise ConfigError(
                f"the tag {name!r} on {row['dataset']!r} is that of {known[row['dataset']]} and of "
                f"{row['experiment']}, from two logs or given at the same moment: name the experiment"
            )
    return [_checked(log, row, reference) for row in rows if row["experiment"] in known.values()]


def _checked(log: Log, row: Mapping[str, Any], reference: str) -> Baseline:
    if log.runs(experiment=row["experiment"], limit=1).empty:
        raise ConfigError(
            f"the tag {row['name']!r} is that of {row['experiment']}, which is no longer in the log: it was "
            "pruned; import it from an export, or name another baseline"
        )
    found = baseline_in_log(log, row["experiment"], reference, "tag")
    _check_same(log, row, found)
    return found


def _check_same(log: Log, row: Mapping[str, Any], found: Baseline) -> None:
    if found.hash == row["hash"]:
        return
    values = {"experiment": row["experiment"], "at": row["tagged_at"]}
    counts = {words: int(log.sql(query, values)["n"].iloc[0]) for words, query in _SINCE.items()}
    since = "; ".join(f"{count} {words}" for words, count in counts.items() if count)
    raise ConfigError(
        f"{row['experiment']} is no longer what it was when it was tagged {row['name']!r} on "
        f"{row['tagged_at']:%Y-%m-%d %H:%M} (content {row['hash']} then, {found.hash} now"
        f"{f'; since then {since}' if since else ''}): a baseline does not change, tag what it is now by "
        "another name"
    )


def _rows(log: Log, name: str) -> list[Mapping[str, Any]]:
    """The tags of a name, the first first, one for each experiment."""
    rows = log.baselines(name=name).iloc[::-1].drop_duplicates("experiment")
    return rows.to_dict("records")  # type: ignore[return-value]
