"""Long conversations: each message is stored once, however often it is sent again.

A conversation of n turns sends its first message n times, so that whole requests grow with n squared. In the
file a request's long list of messages is replaced by the ids of its messages; the view puts the list back.
"""
# ruff: noqa: S608 - the queries are put together from constants

from __future__ import annotations

# Where the protocols have their turns.
_LISTS = "('messages'), ('contents'), ('input')"
# A question and its system prompt stay as they are: putting pieces together costs time when they are read.
_MANY = 3
_LONG = 2_000
_HUGE = 100_000

SPLIT = f"""
CREATE TEMP TABLE split AS
SELECT id, key, list_transform(parts, lambda part: left(sha256(part::VARCHAR), 32)::UUID) AS pieces, parts
FROM (
    -- The cast makes NULL of JSON's null.
    SELECT id, key, list_transform((request -> key)::JSON[], lambda part: coalesce(part, 'null')) AS parts
    FROM staged_calls, (VALUES {_LISTS}) AS lists (key)
    WHERE length(request) >= {_LONG}
      AND (json_array_length(request, key) >= {_MANY} OR length(request) >= {_HUGE})
      AND json_type(request, key) = 'ARRAY'
)
WHERE len(parts) >= {_MANY} OR list_max(list_transform(parts, lambda part: length(part))) >= {_HUGE}
"""
"""The requests among `staged_calls` that are worth it: the list's name, ids of its parts, the parts."""

INSERT_PIECES = """
INSERT INTO log.pieces BY NAME
SELECT DISTINCT ON (id) id, body
FROM (SELECT unnest(pieces) AS id, unnest(parts) AS body FROM split)
WHERE id NOT IN (SELECT id FROM log.pieces)
"""

INSERT_CALLS = """
INSERT INTO log.calls BY NAME
SELECT staged_calls.* REPLACE (
           CASE WHEN taken IS NULL THEN request ELSE json_merge_patch(request, taken) END AS request
       ),
       request_pieces
FROM staged_calls LEFT JOIN (
    SELECT id, map(list(key), list(pieces)) AS request_pieces, json_group_object(key, NULL) AS taken
    FROM split GROUP BY id
) USING (id)
"""

WHOLE_CALLS = """
SELECT calls.* EXCLUDE (request, request_pieces),
       CASE WHEN taken IS NULL THEN request ELSE json_merge_patch(request, taken) END AS request
FROM log.calls LEFT JOIN (
    SELECT id, json_group_object(key, parts) AS taken
    FROM (
        SELECT uses.id, key, ('[' || string_agg(pieces.body, ',' ORDER BY place) || ']')::JSON AS parts
        FROM (
            SELECT id, list.key AS key, unnest(list.value) AS piece,
                   generate_subscripts(list.value, 1) AS place
            FROM (SELECT id, unnest(map_entries(request_pieces)) AS list FROM log.calls)
        ) AS uses JOIN log.pieces ON pieces.id = piece
        GROUP BY uses.id, key
    )
    GROUP BY id
) USING (id)
"""
"""The calls of the log, their requests whole."""
