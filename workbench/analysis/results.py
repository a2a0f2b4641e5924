"""What an experiment found: one row a call, and one row a model."""

from __future__ import annotations

import math

import pandas as pd

from workbench.analysis.agreement import (
    agreement_matrix,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    outlier,
)
from workbench.analysis.estimates import Estimate
from workbench.analysis.items import item_scores, labels, rated
from workbench.analysis.summaries import by_category, summary
from workbench.errors import ConfigError
from workbench.log import Log
from workbench.log.figures import UNDER_LOAD

__all__ = [
    "agreement",
    "agreement_in_words",
    "begun_experiment",
    "by_category",
    "disagreements",
    "experiments",
    "find_experiment",
    "item_scores",
    "labels",
    "results",
    "summary",
]

# The scorer's verdict is joined by the call that it is about: a call that failed has none, and is not a 0.
# What was asked again, because it failed or was interrupted, counts once: by its answer. What was scored
# again counts by its latest score. Calls that a scorer made are not what was asked.
RESULTS = f"""
WITH given AS (
    SELECT *, min(id) OVER (PARTITION BY call_id, scorer) AS first_id
    FROM scores WHERE experiment = $experiment AND ($scorer IS NULL OR scorer = $scorer)
), chosen AS (
    SELECT * FROM given
    QUALIFY row_number() OVER (PARTITION BY call_id ORDER BY first_id, id DESC) = 1
)
SELECT c.provider || '/' || c.model || coalesce(' [' || r.prompt || ']', '') AS model, c.sample, c.epoch,
       c.status, s.value, s.label, s.target, s.category, s.cluster, s.scorer, s.explanation, c.text,
       c.duration_s, c.ttft_s, c.tpot_s, {UNDER_LOAD} AS under_load, c.input_tokens, c.output_tokens,
       c.cost_usd, c.cached, c.attempts, c.finish_reason, c.error_type, c.error_message, c.id AS call_id
FROM calls c LEFT JOIN chosen s ON s.call_id = c.id LEFT JOIN runs r ON r.id = c.run
WHERE c.experiment = $experiment AND c.tags['judge'] IS NULL
QUALIFY row_number() OVER (
    PARTITION BY c.provider, c.model, c.run, coalesce(c.sample, c.id::VARCHAR), c.epoch
    ORDER BY c.status = 'ok' DESC, s.id IS NOT NULL DESC, c.id DESC
) = 1
ORDER BY c.id
"""  # noqa: S608 - our words

_NAMES = "SELECT experiment FROM runs GROUP BY experiment ORDER BY min(started_at) DESC, experiment DESC"


def experiments(log: Log, most: int = 20) -> pd.DataFrame:
    """The latest experiments, newest first.

    Columns: experiment, started_at, models, dataset, dataset_hash, samples, epochs, complete (whether it ran
    to its end).
    """
    return log.sql(
        """
        SELECT experiment, min(started_at) AS started_at, list(DISTINCT model ORDER BY model) AS models,
               any_value(dataset) AS dataset, any_value(dataset_hash) AS dataset_hash,
               max(samples) AS samples, max(epochs) AS epochs,
               -- Models take turns, so an experiment that was cut short is short for every one of them.
               max((
                   SELECT count(DISTINCT (sample, epoch)) FROM calls
                   WHERE calls.run = runs.id AND status <> 'interrupted'
               )) >= max(samples * epochs) AS complete
        FROM runs GROUP BY experiment ORDER BY started_at DESC, experiment DESC LIMIT ?
        """,
        [most],
    )


def find_experiment(
    log: Log, reference: str, *, before: str | None = None, dataset_hash: str | None = None
) -> str:
    """The experiment that a reference means.

    Args:
        log: Where to look.
        reference: An experiment's id or the beginning of one, a run's id, or `last`, the latest one that ran
            to its end.
        before: For `last`: the experiment itself, which is not its own baseline.
        dataset_hash: For `last`: only experiments with these samples.

    Raises:
        ConfigError: There is none, or several begin like this; the message names the latest.
    """
    if not isinstance(reference, str):
        raise ConfigError(f"no experiment {reference!r:.200}: give its id, a text, such as experiment.id")
    wanted = reference.partition(":")[0]
    if wanted == "last":
        made = experiments(log, most=10_000)
        known = [str(name) for name in made["experiment"]]
        fit = made["complete"].astype(bool) & (made["experiment"] != before)
        if dataset_hash is not None:
            fit &= made["dataset_hash"] == dataset_hash
        found = [str(name) for name in made.loc[fit, "experiment"]][:1]
    else:
        # Not by `experiments`, which counts all calls of the log to tell which of them are whole.
        known = [str(name) for name in log.sql(_NAMES)["experiment"]]
        found = [name for name in known if name == wanted] or [
            name for name in known if name.startswith(wanted)
        ]
    if len(found) == 1:
        return found[0]
    latest = f"the latest are {', '.join(known[:5])}" if known else "the log has none yet"
    problem = f"{len(found)} experiments begin with" if found else "no experiment"
    if wanted == "last":
        same = "" if dataset_hash is None else ", with the same samples,"
        problem = f"no experiment that ran to its end{same} for"
    raise ConfigError(f"{problem} {reference!r}: {latest}")


def begun_experiment(log: Log, reference: str) -> tuple[str, tuple[str, ...], int, int]:
    """An experiment that is to go on: its id, models, how many samples were to be asked, and how often.

    Args:
        log: Where to look.
        reference: As with `find_experiment`, but `last` is the one begun last, whether it ended or not.

    Raises:
        ConfigError: There is none that the reference means.
    """
    made = experiments(log, most=10_000)
    if reference == "last" and len(made):
        reference = str(made["experiment"].iloc[0])
    found = find_experiment(log, reference)
    [run] = made[made["experiment"] == found].to_dict("records")
    return found, tuple(run["models"]), run["samples"], run["epochs"]


def results(log: Log, experiment: str, *, scorer: str | None = None) -> pd.DataFrame:
    """One row for each model, sample and epoch of an experiment, in the order in which they were asked.

    It tells of the call that was answered, or else of the last one that failed or was interrupted.

    Args:
        log: Where to look.
        experiment: Its id, the beginning of one, or `last`.
        scorer: Whose scores; those of the one that scored first where not given.

    Columns: model (`provider/model`, and the prompt's name in brackets where several are compared), sample,
    epoch, status (`ok`, `error`, `interrupted`), value (score, `nan` where there is none), label (the answer
    that was read), target, category, cluster, scorer, explanation, text, duration_s, ttft_s, tpot_s,
    under_load (whether our own loop was late by more than a tenth of what was measured), input_tokens,
    output_tokens, cost_usd, cached, attempts, finish_reason, error_type, error_message, call_id.

    Raises:
        ConfigError: There is no such experiment, or it has no score by this scorer.
    """
    found = find_experiment(log, experiment)
    frame = log.sql(RESULTS, {"experiment": found, "scorer": scorer})
    if scorer is not None and frame["scorer"].isna().all():
        known = log.sql("SELECT DISTINCT scorer FROM scores WHERE experiment = ? ORDER BY 1", [found])
        names = ", ".join(known["scorer"]) or "none"
        raise ConfigError(f"experiment {found!r} has no score by {scorer!r}: its scorers are {names}")
    return frame


def agreement(frame: pd.DataFrame) -> pd.DataFrame:
    """Share of equal answers for each pair of models of `results`: a square frame."""
    return agreement_matrix(labels(frame))


def agreement_in_words(frame: pd.DataFrame) -> str:
    """How far all models of `results` agree beyond chance, and which one departs from the others, if any.

    Fleiss' kappa counts the samples that every model answered, Krippendorff's alpha and Gwet's AC1 the others
    too; `–` is undefined, as it is for a single model. Intervals are of 95 %, and rest on clusters.
    """
    columns, units = rated(frame)
    ratings = list(zip(*columns.values(), strict=True))
    alpha, ac1 = krippendorff_alpha(ratings, clusters=units), gwet_ac1(ratings, units)
    words = (
        f"All together: Fleiss' kappa {_in_words(fleiss_kappa(ratings, units))}, Krippendorff's alpha "
        f"{_in_words(alpha)}, Gwet's AC1 {_in_words(ac1)} (1 is full agreement, 0 is chance; n={alpha.n})."
    )
    if len(columns) < 3:
        return words
    departing = outlier(columns, units)
    if departing is None:
        return f"{words} No model departs from the others by more than noise explains."
    return f"{words} Apart from the others: {departing}."


def _in_words(found: Estimate) -> str:
    value, low, high = (
        f"{x:.2f}" if not math.isnan(x) else "–" for x in (found.value, found.low, found.high)
    )
    return f"{value} [{low}, {high}]"


def disagreements(frame: pd.DataFrame) -> pd.DataFrame:
    """The samples of `results` on which the models' scores differ: the place to look when two seem equal.

    Columns: sample, target, and for each model the answer that was read, of the first epoch; "no answer"
    where none could be read or the call failed.
    """
    models = list(dict.fromkeys(frame["model"]))
    scores = pd.DataFrame({model: item_scores(frame, model) for model in models})
    differing = scores.index[scores.nunique(axis=1) > 1]
    first = frame[frame["epoch"] == frame["epoch"].min()]
    read = {model: first[first["model"] == model].set_index("sample")["label"] for model in models}
    target = frame.dropna(subset=["target"]).drop_duplicates("sample").set_index("sample")["target"]
    table = pd.DataFrame({"target": target, **read}).reindex(differing)
    return table.fillna("no answer").rename_axis("sample").reset_index()
