"""Baselines in a Parquet file, to be kept in a repository beside the code that they are for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from workbench.analysis.regression.baselines.baseline import Baseline, check_usable, content_hash, facts_of
from workbench.analysis.regression.baselines.origins import with_origins
from workbench.analysis.regression.measured import Measured
from workbench.errors import ConfigError, DataError
from workbench.log import Log
from workbench.log.parquet import parquet_facts, read_parquet, write_parquet

SUFFIX = ".parquet"
FORMAT = 1
_KEY = "workbench.baseline"
# The columns of `results`, but for the words of errors, which nothing is judged by, and those of `origins`.
_TYPES = {
    "experiment": "VARCHAR",
    **dict.fromkeys(("model", "sample"), "VARCHAR"),
    "epoch": "INTEGER",
    "status": "VARCHAR",
    "value": "DOUBLE",
    **dict.fromkeys(("label", "target", "category", "cluster", "scorer", "explanation", "text"), "VARCHAR"),
    **dict.fromkeys(("duration_s", "ttft_s", "tpot_s"), "DOUBLE"),
    "under_load": "BOOLEAN",
    **dict.fromkeys(("input_tokens", "output_tokens"), "BIGINT"),
    "cost_usd": "DOUBLE",
    "cached": "BOOLEAN",
    "attempts": "INTEGER",
    **dict.fromkeys(("finish_reason", "error_type", "call_id", "answer_id", "asked"), "VARCHAR"),
}
_LEFT_OUT = ("error_message",)


def save_baselines(log: Log, baselines: Sequence[Baseline], path: Path) -> bool:
    """Write baselines to a Parquet file that `load_baselines` reads.

    It has what reports are made of: scores, texts of answers, times, tokens and costs; neither requests nor
    what providers sent, nor the words of errors. The same baselines give the same bytes.

    Args:
        log: Where they are from.
        baselines: One for each data set.
        path: Where to; ends in `.parquet`.

    Returns:
        Whether it was written; not where the file has these very baselines already.

    Raises:
        ConfigError: The name does not end in `.parquet`, something else is there, a baseline has no answer,
            or two are of one data set.
        DataError: It cannot be written.
    """
    if path.suffix != SUFFIX:
        raise ConfigError(f"{path.name!r} does not end in {SUFFIX}, by which a baseline's file is known")
    _check(baselines)
    if path.exists():
        if _hashes(path) == [each.hash for each in baselines]:
            return False
        raise ConfigError(
            f"{str(path)!r} has another content, and a baseline is never changed: choose another name, or "
            "delete the file if nobody needs it"
        )
    frames = [
        with_origins(log, each.measured).assign(experiment=each.measured.experiment) for each in baselines
    ]
    said = [
        {**facts_of(each.measured), "revision": each.revision, "hash": each.hash, "rows": len(frame)}
        for each, frame in zip(baselines, frames, strict=True)
    ]
    facts = orjson.dumps({"format": FORMAT, "experiments": said}).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(pd.concat(frames, ignore_index=True), path, types=_TYPES, facts={_KEY: facts})
    return True


def load_baselines(path: Path, reference: str | None = None) -> tuple[Baseline, ...]:
    """The baselines in a file of `save_baselines`; their rows have the columns of `results`, and two more.

    Args:
        path: The file.
        reference: What it was asked for by; its path, where not given.

    Raises:
        DataError: There is no such file, it is no baseline's, was written by a later version, or was changed
            since.
    """
    said = _said(path)
    rows = read_parquet(path)
    if missing := sorted(set(_TYPES) - set(rows.columns)):
        raise DataError(f"{str(path)!r} is damaged or was edited, it has no column {missing[0]!r}")
    rows = rows.assign(**dict.fromkeys(_LEFT_OUT, None))
    found = tuple(_baseline(facts, rows, reference or str(path)) for facts in said)
    for each, facts in zip(found, said, strict=True):
        if each.hash != facts["hash"]:
            raise DataError(
                f"{str(path)!r} was edited or is damaged: {each.measured.experiment} had the content "
                f"{facts['hash']} when it was saved, and has {each.hash}; take the file from your "
                "repository's history, or save it anew"
            )
    return found


def _baseline(facts: Mapping[str, Any], rows: pd.DataFrame, reference: str) -> Baseline:
    own = rows[rows["experiment"] == facts["experiment"]]
    measured = Measured(
        experiment=facts["experiment"],
        started_at=datetime.fromisoformat(facts["started_at"]),
        dataset=facts["dataset"],
        dataset_hash=facts["dataset_hash"],
        dataset_version=facts["dataset_version"],
        samples=facts["samples"],
        epochs=facts["epochs"],
        settings=facts["settings"],
        rows=own.drop(columns="experiment").reset_index(drop=True),
        until=facts["until"],
    )
    return Baseline(
        measured=measured,
        reference=reference,
        found_by="file",
        hash=content_hash(measured),
        revision=facts["revision"],
    )


def _said(path: Path) -> list[dict[str, Any]]:
    """What a baseline's file says of its experiments."""
    try:
        said = orjson.loads(parquet_facts(path).get(_KEY, "null"))
        form = None if said is None else said["format"]
    except (ValueError, TypeError, KeyError):
        form = None
    if not isinstance(form, int):
        raise DataError(
            f"{str(path)!r} is no baseline but some other Parquet file: `workbench baseline save` makes one"
        )
    if form > FORMAT:
        raise DataError(
            f"{str(path)!r} was written by a later llm-workbench (format {form}, this one knows {FORMAT}): "
            "upgrade it (`pip install -U llm-workbench`)"
        )
    experiments: list[dict[str, Any]] = said["experiments"]
    return experiments


def _hashes(path: Path) -> list[str]:
    """The baselines that a file has; none where it is not ours, or damaged."""
    try:
        return [each.hash for each in load_baselines(path)]
    except DataError:
        return []


def _check(baselines: Sequence[Baseline]) -> None:
    if not baselines:
        raise ConfigError("nothing to save: name at least one experiment")
    for each in baselines:
        check_usable(each.measured)
    datasets = Counter(each.measured.dataset for each in baselines)
    twice = [name for name, times in datasets.items() if times > 1]
    if twice:
        names = ", ".join(each.measured.experiment for each in baselines if each.measured.dataset == twice[0])
        raise ConfigError(
            f"{names} are all of the data set {twice[0]!r}: a file has one baseline for each data set"
        )
