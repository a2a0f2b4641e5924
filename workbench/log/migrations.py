"""The numbered migrations: what makes a new file, and brings an older one up to date, step by step."""

from __future__ import annotations

from contextlib import suppress

import duckdb

from workbench.log.process import process_facts
from workbench.log.schema import SCHEMA_VERSION, TABLES, text

# A step is never changed once it was published: what comes later is a step of its own. Zstd takes bodies to a
# quarter; short columns are better off with what DuckDB chooses itself.
_FIRST = """
CREATE TABLE meta (schema_version INTEGER, made_at TIMESTAMPTZ DEFAULT now());
INSERT INTO meta (schema_version) VALUES (1);
-- Segments whose rows are in the tables, written in the same transaction as the rows.
CREATE TABLE ingested (segment VARCHAR PRIMARY KEY, rows BIGINT, corrupt BOOLEAN);
CREATE TABLE calls (
    id UUID,
    started_at TIMESTAMPTZ,
    status VARCHAR,
    provider VARCHAR,
    model VARCHAR,
    served_model VARCHAR,
    protocol VARCHAR,
    stream BOOLEAN,
    cached BOOLEAN,
    request JSON USING COMPRESSION zstd,
    response JSON USING COMPRESSION zstd,
    text VARCHAR USING COMPRESSION zstd,
    finish_reason VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cache_read_tokens BIGINT,
    cache_write_tokens BIGINT,
    reasoning_tokens BIGINT,
    cost_usd DECIMAL(18,9),
    price_version VARCHAR,
    duration_s DOUBLE,
    ttft_s DOUBLE,
    ttfv_s DOUBLE,
    tpot_s DOUBLE,
    gap_p50_s DOUBLE,
    gap_max_s DOUBLE,
    gaps_s DOUBLE[],
    queued_s DOUBLE,
    waited_s DOUBLE,
    attempts INTEGER,
    attempt_errors JSON,
    error_type VARCHAR,
    error_message VARCHAR,
    error_status INTEGER,
    request_id VARCHAR,
    response_id VARCHAR,
    experiment VARCHAR,
    run VARCHAR,
    sample VARCHAR,
    epoch INTEGER,
    tags MAP(VARCHAR, VARCHAR),
    session UUID,
    host VARCHAR,
    pid INTEGER,
    package_version VARCHAR
);
CREATE TABLE runs (
    id VARCHAR,
    experiment VARCHAR,
    started_at TIMESTAMPTZ,
    model VARCHAR,
    dataset VARCHAR,
    dataset_hash VARCHAR,
    samples INTEGER,
    epochs INTEGER,
    params JSON,
    simulated BOOLEAN,
    session UUID,
    package_version VARCHAR
);
CREATE TABLE scores (
    id UUID,
    scored_at TIMESTAMPTZ,
    run VARCHAR,
    experiment VARCHAR,
    model VARCHAR,
    call_id UUID,
    sample VARCHAR,
    epoch INTEGER,
    scorer VARCHAR,
    value DOUBLE,
    label VARCHAR,
    target VARCHAR,
    explanation VARCHAR,
    category VARCHAR
);
"""

# Messages of long conversations, once each, and in `calls.request_pieces` which of them a request has.
_PIECES = """
ALTER TABLE meta ADD COLUMN package_version VARCHAR;
ALTER TABLE calls ADD COLUMN ended_at TIMESTAMPTZ;
ALTER TABLE calls ADD COLUMN base_url VARCHAR;
ALTER TABLE calls ADD COLUMN cache_key UUID;
ALTER TABLE calls ADD COLUMN source_id UUID;
ALTER TABLE calls ADD COLUMN redacted BOOLEAN;
ALTER TABLE calls ADD COLUMN params JSON;
ALTER TABLE calls ADD COLUMN request_pieces MAP(VARCHAR, UUID[]);
CREATE TABLE pieces (id UUID, body JSON USING COMPRESSION zstd);
"""

_CAPABILITIES = """
ALTER TABLE calls ADD COLUMN operation VARCHAR;
ALTER TABLE calls ADD COLUMN dropped VARCHAR[];
ALTER TABLE calls ADD COLUMN cache_write_1h_tokens BIGINT;
ALTER TABLE calls ADD COLUMN input_audio_tokens BIGINT;
ALTER TABLE calls ADD COLUMN output_audio_tokens BIGINT;
ALTER TABLE calls ADD COLUMN service_tier VARCHAR;
"""

# What people said of answers.
_LABELS = """
CREATE TABLE labels (
    id UUID,
    labelled_at TIMESTAMPTZ,
    labeller VARCHAR,
    kind VARCHAR,
    question VARCHAR,
    calls UUID[],
    chosen UUID[],
    label VARCHAR,
    value DOUBLE,
    note VARCHAR,
    blind BOOLEAN,
    experiment VARCHAR,
    sample VARCHAR,
    duration_s DOUBLE,
    session UUID,
    package_version VARCHAR
);
"""

# Several prompts and scorers, judges that are models, and how busy the loop was while a call went on.
_EVALUATION = """
ALTER TABLE calls ADD COLUMN lag_s DOUBLE;
ALTER TABLE runs ADD COLUMN prompt VARCHAR;
ALTER TABLE runs ADD COLUMN dataset_version VARCHAR;
ALTER TABLE scores ADD COLUMN cluster VARCHAR;
ALTER TABLE labels ADD COLUMN judge VARCHAR;
"""

# What code a run was made with, what reports came to, and which experiments have a tag.
_REPORTS = """
ALTER TABLE runs ADD COLUMN revision VARCHAR;
ALTER TABLE runs ADD COLUMN branch VARCHAR;
ALTER TABLE runs ADD COLUMN dirty BOOLEAN;
ALTER TABLE runs ADD COLUMN until JSON;
CREATE TABLE reports (
    id UUID,
    made_at TIMESTAMPTZ,
    notebook VARCHAR,
    experiments VARCHAR[],
    baseline VARCHAR,
    baselines VARCHAR[],
    outcome VARCHAR,
    exit_code INTEGER,
    revision VARCHAR,
    branch VARCHAR,
    dirty BOOLEAN,
    session UUID,
    package_version VARCHAR
);
CREATE TABLE baselines (
    id UUID,
    tagged_at TIMESTAMPTZ,
    name VARCHAR,
    experiment VARCHAR,
    dataset VARCHAR,
    dataset_hash VARCHAR,
    hash VARCHAR,
    note VARCHAR,
    session UUID,
    package_version VARCHAR
);
"""

# What was set in a report, to make it again.
_PARAMETERS = "ALTER TABLE reports ADD COLUMN parameters JSON;"

MIGRATIONS = (_FIRST, _PIECES, _CAPABILITIES, _LABELS, _EVALUATION, _REPORTS, _PARAMETERS)
# What a step says of rows that are there, by its number. It comes after all steps: DuckDB 1.5 cannot alter a
# table whose rows the same transaction has changed.
_ROWS = {3: "UPDATE calls SET operation = 'chat'"}


def migrate(db: duckdb.DuckDBPyConnection, name: str, version: int) -> None:
    """Bring the attached log `name` from `version` to this package's, or leave it as it was; 0 is empty."""
    ((current,),) = db.execute("SELECT current_database()").fetchall()
    db.execute(f"USE {name}")
    db.execute("BEGIN")
    try:
        for step in MIGRATIONS[version:]:
            db.execute(step)
        for number, change in _ROWS.items():
            if version < number:
                db.execute(change)
        db.execute(
            "UPDATE meta SET schema_version = ?, package_version = ?",
            [SCHEMA_VERSION, process_facts()["package_version"]],
        )
        for table, columns in TABLES.items():
            for column, facts in columns.items():
                db.execute(f'COMMENT ON COLUMN {table}."{column}" IS {text(facts.meaning)}')
        db.execute("COMMIT")
    except duckdb.Error:
        with suppress(duckdb.Error):  # where it is rolled back already, what went wrong is to be heard
            db.execute("ROLLBACK")
        raise
    finally:
        db.execute(f"USE {current}")
