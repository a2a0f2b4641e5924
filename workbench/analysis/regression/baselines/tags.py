"""Tags: names that are given to an experiment once, and hold only while it is what it was then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.analysis.regression.baselines.baseline import Baseline, check_usable
from workbench.analysis.regression.baselines.search import Search
from workbench.errors import ConfigError
from workbench.log import Log

_NAME = re.compile(r"\w[\w.+/-]*")
_RESERVED = re.compile(r"last|green|.*\.parquet")
# By who scored again, asked again what had failed, or pruned texts.
_SINCE = """
SELECT (
    SELECT count(*) FROM scores WHERE experiment = $experiment AND scored_at > $at
) AS "scores were given", (
    SELECT count(*) FROM calls WHERE experiment = $experiment AND started_at > $at AND tags['judge'] IS NULL
) AS "calls were made", (
    SELECT count(*) FROM calls
    WHERE experiment = $experiment AND status = 'ok' AND text IS NULL AND tags['judge'] IS NULL
) AS "answers have no text any more"
"""


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


def tagged_baselines(search: Search, name: str, reference: str) -> list[Baseline]:
    """The experiments with a tag, as they were when it was given; of the data set alone, if one is of it.

    Raises:
        ConfigError: One is gone or has changed since, or two have the same tag on one data set.
    """
    rows = _rows(search.log, name)
    fitting = (
        [row for row in rows if row["dataset_hash"] == search.dataset_hash]
        or [row for row in rows if row["dataset"] == search.dataset]
        or rows
    )
    known: dict[str, str] = {}
    for row in fitting:
        if known.setdefault(row["dataset"], row["experiment"]) != row["experiment"]:
            raise ConfigError(
                f"the tag {name!r} on {row['dataset']!r} is that of {known[row['dataset']]} and of "
                f"{row['experiment']}, from two logs or given at the same moment: name the experiment"
            )
    return [_checked(search, row, reference) for row in fitting]


def _checked(search: Search, row: Mapping[str, Any], reference: str) -> Baseline:
    if not any(made["experiment"] == row["experiment"] for made in search.made):
        raise ConfigError(
            f"the tag {row['name']!r} is that of {row['experiment']}, which is no longer in the log: it was "
            "pruned; import it from an export, or name another baseline"
        )
    found = search.baseline(row["experiment"], reference, "tag")
    _check_same(search.log, row, found)
    return found


def _check_same(log: Log, row: Mapping[str, Any], found: Baseline) -> None:
    if found.hash == row["hash"]:
        return
    counts = log.sql(_SINCE, {"experiment": row["experiment"], "at": row["tagged_at"]}).iloc[0]
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
