"""What the answers of an experiment go back to: the calls that gave them, and the words that were asked."""

from __future__ import annotations

import pandas as pd

from workbench.analysis.regression.measured import Measured
from workbench.errors import ConfigError
from workbench.log import Log

_ANSWERS = """
SELECT id::VARCHAR AS call_id, coalesce(source_id, id)::VARCHAR AS answer_id FROM calls WHERE experiment = ?
"""
# Where the protocols have what is asked, so that parameters beside it do not count. Who goes by another
# protocol says the same in other words.
_ASKED = """
SELECT id::VARCHAR AS call_id, protocol || ':' || left(md5(coalesce(
    request -> 'messages', request -> 'contents', request -> 'input', request -> 'prompt',
    request -> 'inputs', request -> 'message'
)::VARCHAR), 16) AS asked
FROM calls WHERE experiment = ? AND redacted IS NOT TRUE
"""


def with_origins(log: Log, measured: Measured) -> pd.DataFrame:
    """The rows of an experiment, their `call_id` as text, with two more columns.

    `answer_id` is the call that gave the answer, which is another one where the log answered; `asked` names
    the protocol and a hash of what was said over it, `None` where the log does not have that.
    """
    if "asked" in measured.rows:  # they are from a file
        return measured.rows
    ids = measured.rows["call_id"].astype(str)
    origins = {
        name: ids.map(log.sql(query, [measured.experiment]).set_index("call_id")[name])
        for name, query in {"answer_id": _ANSWERS, "asked": _ASKED}.items()
    }
    return measured.rows.assign(call_id=ids, **origins)


def reworded(log: Log, baseline: Measured, candidate: Measured) -> frozenset[str]:
    """Samples that were put in other words to a model that was asked by the same settings.

    Samples of which that is not known are not among them.
    """
    same = [model for model, asked in candidate.settings.items() if baseline.settings.get(model) == asked]
    then, now = (_words(with_origins(log, each), same) for each in (baseline, candidate))
    both = then.merge(now, on=["model", "sample", "protocol"], suffixes=("_then", "_now"))
    return frozenset(both.loc[both["hash_then"] != both["hash_now"], "sample"])


def check_measured(log: Log, baseline: Measured, candidate: Measured) -> None:
    """See that the answers of a candidate are not those that its baseline has.

    Raises:
        ConfigError: Some are: nothing was measured.
    """
    shared = len(_answers(log, candidate) & _answers(log, baseline))
    if shared:
        raise ConfigError(
            f"{shared} answers of {candidate.experiment} come from the log and are the very ones that its "
            f"baseline {baseline.experiment} has, so nothing was measured: run it with refresh, that is "
            "without the cache"
        )


def _answers(log: Log, measured: Measured) -> set[str]:
    """The calls that gave the answers of an experiment."""
    rows = measured.rows[measured.rows["status"] == "ok"]
    if "answer_id" in rows:
        return set(rows["answer_id"])
    known = log.sql(_ANSWERS, [measured.experiment]).set_index("call_id")["answer_id"]
    return set(rows["call_id"].astype(str).map(known))


def _words(rows: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    """What was asked of each model and sample, where that is known, by protocol."""
    known = rows[rows["model"].isin(models)].dropna(subset=["sample", "asked"])
    words = known["asked"].astype(str).str.split(":", n=1, expand=True).reindex(columns=[0, 1])
    known = known.assign(protocol=words[0], hash=words[1])
    return known.drop_duplicates(["model", "sample", "protocol"])[["model", "sample", "protocol", "hash"]]
