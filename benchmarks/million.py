"""A log of very many calls, made by SQL in a moment: what a year of work leaves behind, with short bodies."""

from __future__ import annotations

from pathlib import Path

import duckdb

from workbench.log import Store
from workbench.log.lock import to_ingest

_CALLS = """
INSERT INTO log.calls BY NAME
SELECT
    ('0192' || lpad(to_hex(i), 8, '0') || '70008000' || lpad(to_hex(hash(i) >> 16), 12, '0'))::UUID AS id,
    TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_microseconds(i * (31_536_000_000_000 // {calls}))
        AS started_at,
    started_at + to_microseconds((duration_s * 1e6)::BIGINT) AS ended_at,
    CASE WHEN u[1] < 0.02 THEN 'error' ELSE 'ok' END AS status,
    ['openai', 'anthropic', 'ollama', 'gemini'][1 + (hash(i) % 4)::INTEGER] AS provider,
    provider || '-' || (hash(i) // 4 % 5) AS model,
    model || '-2025-01-01' AS served_model,
    provider AS protocol,
    'https://' || provider || '.example/v1' AS base_url,
    true AS stream,
    u[2] < 0.1 AS cached,
    '{{"model":"' || model || '","messages":[{{"role":"user","content":"Question ' || i || '"}}]}}'
        AS request,
    '{{"choices":[{{"message":{{"role":"assistant","content":"Answer ' || i || '"}}}}]}}' AS response,
    'Answer ' || i AS text,
    'stop' AS finish_reason,
    (200 + u[3] * 2_000)::BIGINT AS input_tokens,
    (20 + u[4] * 800)::BIGINT AS output_tokens,
    (u[5] * output_tokens / 2)::BIGINT AS reasoning_tokens,
    0 AS cache_read_tokens,
    (output_tokens * 0.000002)::DECIMAL(18,9) AS cost_usd,
    'benchmark' AS price_version,
    duration_s,
    duration_s / 5 AS ttft_s,
    ttft_s AS ttfv_s,
    0.0 AS queued_s,
    0.0 AS waited_s,
    1 AS attempts,
    'run-' || (i // 1_000) AS run,
    'sample-' || (i % 1_000) AS sample,
    0 AS epoch,
    map {{'project': 'project-' || (i % 7)}} AS tags
FROM (
    SELECT i, u, 0.2 - 2 * ln(1 - u[6]) AS duration_s
    FROM (
        -- A hash is as good as a seed: the same rows every time, in whatever order they are made.
        SELECT i, list_transform(range(6), lambda k: (hash(i * 6 + k) % 1_000_000) / 1e6) AS u
        FROM range({calls}) AS numbers (i)
    )
)
"""


def make_log(home: Path, calls: int) -> Store:
    """A log with so many calls of one year: 4 providers, 20 models, 2 % errors, 10 % from the cache."""
    (home / "journal").mkdir(parents=True)
    store = Store(home)
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        with to_ingest(home), store.file.writing(db):
            db.execute(_CALLS.format(calls=calls))
    return store
