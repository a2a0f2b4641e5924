"""The tables of the log: their columns in order, what DuckDB stores them as, and what they mean."""

from __future__ import annotations

from typing import NamedTuple

from workbench.errors import ConfigError

SCHEMA_VERSION = 7
"""Of the log's file, and of the segments of the journal; those with a higher one are not touched."""


class Column(NamedTuple):
    """A DuckDB type, and the meaning that the file keeps as the column's comment."""

    type: str
    meaning: str


TABLES: dict[str, dict[str, Column]] = {
    "calls": {
        "id": Column("UUID", "UUIDv7: sorts by time"),
        "started_at": Column("TIMESTAMPTZ", "when the call was asked for"),
        "ended_at": Column("TIMESTAMPTZ", "when its row was written"),
        "status": Column("VARCHAR", "ok, error or interrupted"),
        "operation": Column("VARCHAR", "chat, complete or embed"),
        "provider": Column("VARCHAR", "who serves the API"),
        "model": Column("VARCHAR", "the id that the provider knows"),
        "served_model": Column("VARCHAR", "what answered, in the provider's words"),
        "protocol": Column("VARCHAR", "the wire format"),
        "base_url": Column("VARCHAR", "where the provider's API begins"),
        "stream": Column("BOOLEAN", "whether the answer was asked for as a stream"),
        "cached": Column("BOOLEAN", "answered by the log"),
        "cache_key": Column("UUID", "hash of all in the request that changes the answer, epoch included"),
        "source_id": Column("UUID", "of a cached call: the call whose answer it is"),
        "redacted": Column("BOOLEAN", "whether a pattern of the user's took something out of the row"),
        "params": Column("JSON", "parameters, in our own words"),
        "dropped": Column("VARCHAR[]", "parameters that were left out because the model refuses them"),
        "request": Column("JSON", "the body as sent; where nothing was sent, the request in our own words"),
        "response": Column(
            "JSON", "the body as received, a stream's list of events; partial if it broke off"
        ),
        "text": Column("VARCHAR", "the visible answer; partial if it broke off"),
        "finish_reason": Column("VARCHAR", "stop, length, tool_calls, content_filter, error or other"),
        "input_tokens": Column("BIGINT", "includes cached ones"),
        "output_tokens": Column("BIGINT", "includes reasoning"),
        "cache_read_tokens": Column("BIGINT", "read from the provider's cache"),
        "cache_write_tokens": Column("BIGINT", "written to the provider's cache"),
        "cache_write_1h_tokens": Column("BIGINT", "kept for an hour or more, part of cache_write_tokens"),
        "reasoning_tokens": Column("BIGINT", "thinking, part of output_tokens"),
        "input_audio_tokens": Column("BIGINT", "sound, part of input_tokens"),
        "output_audio_tokens": Column("BIGINT", "sound, part of output_tokens"),
        "service_tier": Column("VARCHAR", "how fast and at what price it was served, in the provider's word"),
        "cost_usd": Column("DECIMAL(18,9)", "price at the time of the call; NULL unknown, 0 free"),
        "price_version": Column("VARCHAR", "what the price was taken from"),
        "duration_s": Column("DOUBLE", "request sent to last byte, the attempt that decided the call"),
        "ttft_s": Column("DOUBLE", "request sent to first chunk with content of any kind"),
        "ttfv_s": Column("DOUBLE", "request sent to first visible text"),
        "tpot_s": Column("DOUBLE", "(duration_s - ttft_s) / (output_tokens - 1)"),
        "gap_p50_s": Column("DOUBLE", "median of the gaps between chunks"),
        "gap_max_s": Column("DOUBLE", "longest gap between chunks"),
        "gaps_s": Column("DOUBLE[]", "the gaps between chunks, in order"),
        "queued_s": Column("DOUBLE", "waiting for a slot of the provider's limit"),
        "waited_s": Column("DOUBLE", "sleeping between attempts"),
        "attempts": Column("INTEGER", "HTTP tries; 0 where none was made"),
        "attempt_errors": Column("JSON", "the tries that failed: duration_s, status, error, message"),
        "error_type": Column("VARCHAR", "class of the error that the caller saw"),
        "error_message": Column("VARCHAR", "its words"),
        "error_status": Column("INTEGER", "HTTP status of the error"),
        "request_id": Column("VARCHAR", "the provider's id of the request"),
        "response_id": Column("VARCHAR", "the provider's id of the answer"),
        "experiment": Column("VARCHAR", "runs meant to be compared"),
        "run": Column("VARCHAR", "one model, data set and set of params at one time"),
        "sample": Column("VARCHAR", "item of the data set"),
        "epoch": Column("INTEGER", "k-th repetition of the sample in the run, from 0"),
        "tags": Column("MAP(VARCHAR, VARCHAR)", "the user's own words: tags['project']"),
        "session": Column("UUID", "one per process"),
        "host": Column("VARCHAR", "name of the machine"),
        "pid": Column("INTEGER", "number of the process"),
        "package_version": Column("VARCHAR", "version of the workbench"),
        "lag_s": Column("DOUBLE", "how late the event loop was on the average while the call went on"),
    },
    "runs": {
        "id": Column("VARCHAR", "what calls and scores name as their run"),
        "experiment": Column("VARCHAR", "runs meant to be compared"),
        "started_at": Column("TIMESTAMPTZ", "when the run began"),
        "model": Column("VARCHAR", "provider/model"),
        "dataset": Column("VARCHAR", "name of the data set"),
        "dataset_hash": Column("VARCHAR", "hash of its content"),
        "samples": Column("INTEGER", "items asked"),
        "epochs": Column("INTEGER", "repetitions of each"),
        "params": Column("JSON", "parameters, prompt template, scorers"),
        "simulated": Column("BOOLEAN", "whether the simulator answered"),
        "session": Column("UUID", "one per process"),
        "package_version": Column("VARCHAR", "version of the workbench"),
        "prompt": Column("VARCHAR", "name of the prompt template; NULL where the experiment has only one"),
        "dataset_version": Column("VARCHAR", "the version that the data set gives itself"),
        "revision": Column("VARCHAR", "commit of the project when the run began, in full; NULL not known"),
        "branch": Column("VARCHAR", "branch of git that it was on"),
        "dirty": Column("BOOLEAN", "whether files that git tracks had been changed since that commit"),
        "until": Column("JSON", "who watched it, to stop it early; NULL: nobody did"),
    },
    "scores": {
        "id": Column("UUID", "UUIDv7: sorts by time"),
        "scored_at": Column("TIMESTAMPTZ", "when the score was given"),
        "run": Column("VARCHAR", "the run"),
        "experiment": Column("VARCHAR", "runs meant to be compared"),
        "model": Column("VARCHAR", "provider/model"),
        "call_id": Column("UUID", "the call whose answer was scored"),
        "sample": Column("VARCHAR", "item of the data set"),
        "epoch": Column("INTEGER", "k-th repetition of the sample in the run, from 0"),
        "scorer": Column("VARCHAR", "name of the scorer"),
        "value": Column("DOUBLE", "the score; NULL where none could be given"),
        "label": Column("VARCHAR", "the answer as the scorer read it"),
        "target": Column("VARCHAR", "the wanted answer"),
        "explanation": Column("VARCHAR", "why, in the scorer's words"),
        "category": Column("VARCHAR", "what kind of sample it is"),
        "cluster": Column("VARCHAR", "what the sample shares with others, so that they are not independent"),
    },
    "labels": {
        "id": Column("UUID", "UUIDv7: sorts by time"),
        "labelled_at": Column("TIMESTAMPTZ", "when the person judged"),
        "labeller": Column("VARCHAR", "who judged: WORKBENCH_LABELLER, else the user's login name"),
        "kind": Column("VARCHAR", "vote (which of several answers is best) or label (of one answer)"),
        "question": Column("VARCHAR", "what the person was asked"),
        "calls": Column("UUID[]", "the calls whose answers were shown, in the order in which they were"),
        "chosen": Column(
            "UUID[]", "of a vote: the best; several tie, none: all are bad, NULL: the vote was taken back"
        ),
        "label": Column("VARCHAR", "of a label: the label; NULL: it was taken back"),
        "value": Column("DOUBLE", "of a label that is a number: the number"),
        "note": Column("VARCHAR", "what the person wrote beside it"),
        "blind": Column("BOOLEAN", "whether the names of the models were hidden until then"),
        "experiment": Column("VARCHAR", "runs meant to be compared"),
        "sample": Column("VARCHAR", "item of the data set"),
        "duration_s": Column("DOUBLE", "from when the answers were shown to the judgement"),
        "session": Column("UUID", "one per process"),
        "package_version": Column("VARCHAR", "version of the workbench"),
        "judge": Column("VARCHAR", "the model that judged, as provider/model; NULL: a person did"),
    },
    "reports": {
        "id": Column("UUID", "UUIDv7: sorts by time"),
        "made_at": Column("TIMESTAMPTZ", "when the report was made"),
        "notebook": Column("VARCHAR", "name of the notebook"),
        "parameters": Column("JSON", "what was set in it"),
        "experiments": Column("VARCHAR[]", "the experiments that it is about"),
        "baseline": Column("VARCHAR", "what they were compared with, in the words of who asked"),
        "baselines": Column("VARCHAR[]", "the experiments that this meant"),
        "outcome": Column("VARCHAR", "fine, worse, undecided or failed"),
        "exit_code": Column("INTEGER", "what the command ended with"),
        "revision": Column("VARCHAR", "commit of the project, in full; NULL not known"),
        "branch": Column("VARCHAR", "branch of git that it was on"),
        "dirty": Column("BOOLEAN", "whether files that git tracks had been changed since that commit"),
        "session": Column("UUID", "one per process"),
        "package_version": Column("VARCHAR", "version of the workbench"),
    },
    "baselines": {
        "id": Column("UUID", "UUIDv7: sorts by time"),
        "tagged_at": Column("TIMESTAMPTZ", "when the tag was given"),
        "name": Column("VARCHAR", "the tag"),
        "experiment": Column("VARCHAR", "the experiment that it was given to"),
        "dataset": Column("VARCHAR", "name of its data set"),
        "dataset_hash": Column("VARCHAR", "hash of its samples"),
        "hash": Column("VARCHAR", "hash of its answers and scores when the tag was given"),
        "note": Column("VARCHAR", "what whoever gave it wrote beside it"),
        "session": Column("UUID", "one per process"),
        "package_version": Column("VARCHAR", "version of the workbench"),
    },
}


def columns_of(table: str) -> str:
    """The columns of a table as the `columns` argument of DuckDB's `read_json`."""
    return "{" + ", ".join(f"'{name}': '{column.type}'" for name, column in TABLES[table].items()) + "}"


def names_of(table: str) -> str:
    """The columns of a table, in order, for a query."""
    return ", ".join(f'"{name}"' for name in TABLES[table])


def empty(table: str) -> str:
    """A query with the columns of a table and no row."""
    nulls = ", ".join(f'NULL::{column.type} AS "{name}"' for name, column in TABLES[table].items())
    return f"SELECT {nulls} WHERE false"


def text(value: object) -> str:
    """A value as a string literal of SQL, for where no mark can stand for it."""
    return "'" + str(value).replace("'", "''") + "'"


def failed_query(exc: Exception) -> ConfigError:
    """What DuckDB says against a query with the user's own SQL in it, and the names that it may have."""
    problem = f"the query failed: {exc}"
    # Names help who wrote one that is not there, not who forgot a bracket.
    if type(exc).__name__ in {"BinderException", "CatalogException"}:
        tables = "; ".join(f"{table}: {', '.join(columns)}" for table, columns in TABLES.items())
        problem += f"\nThe tables are: {tables}"
    return ConfigError(problem)
