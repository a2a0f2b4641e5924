"""What was asked before, from the log alone: one entry for each turn of a playground, or prompt of a chat."""
# ruff: noqa: S608 - the queries are put together from words of ours; what users typed are values

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from workbench.calls import Image, Message, Request, Text
from workbench.client.resending import logged_request
from workbench.errors import ConfigError, DataError
from workbench.log import Log
from workbench.log.frame import rows_of
from workbench.log.reference import AMONG, among

DAYS = 30
"""How long ago a chat outside a playground may be to be shown; a playground's turns are shown for ever."""

# What asks the same of several models, or often, is one entry: a turn of a playground, or calls with one key.
_ENTRIES = f"""
SELECT playground, turn, key, max(started_at) AS asked_at, list(id ORDER BY id) AS calls,
       list(provider || '/' || model ORDER BY id) AS models,
       count(*) FILTER (status = 'ok') AS answers, count(*) FILTER (status = 'error') AS errors,
       sum(cost_usd) AS cost_usd, count(*) FILTER (status <> 'error' AND cost_usd IS NULL) AS unknown_cost,
       -- Of what the log answered, the body that was sent is in the row that it came from.
       coalesce(min(id) FILTER (attempts > 0), min(source_id), min(id)) AS asked_in,
       {{said}}::BOOLEAN[] AS said
FROM (
    SELECT *, tags['playground'] AS playground, coalesce(try_cast(tags['turn'] AS INTEGER), 1) AS turn,
           CASE WHEN playground IS NULL THEN coalesce(cache_key, id) END AS key
    FROM calls
    WHERE operation = 'chat' AND experiment IS NULL AND run IS NULL AND sample IS NULL
          AND (tags['playground'] IS NOT NULL
               OR (cardinality(tags) = 0 AND started_at >= now() - INTERVAL {DAYS} DAY))
)
GROUP BY playground, turn, key {{having}}
ORDER BY max(id) DESC LIMIT ? OFFSET ?
"""
_SAID = "coalesce(bool_or(contains(lower(text), ?)), false)"
# A body without the names of its fields and without their fixed words, so that nobody finds those.
_BARE = r"""regexp_replace(request::VARCHAR, '"(?:(?:role|type|model)":"[^"]*"|\w+":)', '', 'g')"""
_ASKED = (
    "coalesce(bool_or(CASE WHEN contains(lower(request::VARCHAR), ?) "
    f"THEN contains(lower({_BARE}), ?) END), false)"
)
_REQUESTS = f"SELECT id, provider, model, protocol, request, ttft_s FROM calls WHERE {AMONG}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A prompt that was asked before.

    Attributes:
        session: Of the playground; `None` for chats outside one.
        turn: Which of the session's prompts it is, from 1.
        asked_at: When it was asked last.
        prompt: The user's last words, variables filled in; `None` where the log no longer has them.
        system: The system prompt; empty where there was none.
        images: How many pictures went with the prompt.
        models: Whom it was put to, as `provider/model`.
        calls: The calls, in the order in which they were made.
        answers: How many were answered.
        errors: How many failed; those that are in neither were stopped.
        cost_usd: Sum of the costs that are known; `None` where none is.
        unknown_cost: Calls without an error whose cost is not known.
        votes: How often people found a model's answer the best, by model; nobody else is in it.
    """

    session: str | None = None
    turn: int = 1
    asked_at: datetime
    prompt: str | None
    system: str = ""
    images: int = 0
    models: tuple[str, ...]
    calls: tuple[UUID, ...]
    answers: int = 0
    errors: int = 0
    cost_usd: Decimal | None = None
    unknown_cost: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)


def earlier_prompts(log: Log, search: str = "", limit: int = 50) -> list[Asked]:
    """What was asked before, newest first.

    That is every turn of a playground, and what `Client.chat` was asked in the last 30 days outside of
    experiments and without tags. Chats that asked the same of several models, one soon after the other, are
    one entry.

    Args:
        log: Where to look.
        search: Words that are all found in the prompt, in the system prompt or in an answer, whether small or
            capital; a part of a word will do.
        limit: The newest so many, at least 1.

    Raises:
        DataError: The log cannot be read.
    """
    words = search.lower().split()
    found: dict[object, Asked] = {}
    for rows in _pages(log, words, 2 * limit):
        requests = _requests(log, [row["asked_in"] for row in rows])
        for row in rows:
            request = requests.get(row["asked_in"])
            asked = _asked(row, request)
            if _has(asked, words, row["said"]):
                # Among chats outside a playground, those with the same words are one entry.
                key = row["key"] if request is None else request.messages
                key = key if asked.session is None else (asked.session, asked.turn)
                found[key] = _together(found[key], asked) if key in found else asked
        if len(found) >= limit:
            break
    return _with_votes(log, list(found.values())[:limit])


def prompt_of(request: Request) -> tuple[str, Message]:
    """The system prompt, and the user's last turn; empty where there is none."""
    system = "\n\n".join(text_of(turn) for turn in request.messages if turn.role == "system")
    last = next((turn for turn in reversed(request.messages) if turn.role == "user"), Message(role="user"))
    return system, last


def text_of(turn: Message) -> str:
    """The words of a turn."""
    if isinstance(turn.content, str):
        return turn.content
    return "\n".join(part.text for part in turn.content if isinstance(part, Text))


def images_of(turn: Message) -> tuple[Image, ...]:
    """The pictures of a turn."""
    parts = () if isinstance(turn.content, str) else turn.content
    return tuple(part for part in parts if isinstance(part, Image))


def _pages(log: Log, words: Sequence[str], size: int) -> Iterator[list[dict[str, Any]]]:
    """The entries that may have all the words, newest first, so many at a time."""
    said = f"[{', '.join(_SAID for _ in words)}]"
    having = " AND ".join(f"({_SAID} OR {_ASKED})" for _ in words)
    query = _ENTRIES.format(said=said, having=f"HAVING {having}" if words else "")
    # In a body, quotes and the like are written as JSON has them.
    written = [orjson.dumps(word.encode("utf-8", "replace").decode())[1:-1].decode() for word in words]
    values: list[object] = [*words]
    values += [each for word, body in zip(words, written, strict=True) for each in (word, body, body)]
    place = 0
    while True:
        with log.connect(requests=bool(words)) as db:
            rows = rows_of(db.sql(query, params=[*values, size, place]))
        yield rows
        if len(rows) < size:
            return
        place += size


def _requests(log: Log, calls: Iterable[UUID]) -> dict[UUID, Request]:
    with log.connect() as db:
        rows = rows_of(db.sql(_REQUESTS, params=among(calls)))
    found = {}
    for row in rows:
        try:
            found[row["id"]] = logged_request(row)
        except (ConfigError, DataError):  # pruned, or of a protocol that is not installed here
            continue
    return found


def _asked(row: Mapping[str, Any], request: Request | None) -> Asked:
    system, question = ("", None) if request is None else prompt_of(request)
    told = {name: row[name] for name in ("turn", "asked_at", "answers", "errors", "cost_usd", "unknown_cost")}
    return Asked(
        **told,
        session=row["playground"],
        prompt=None if question is None else text_of(question),
        system=system,
        images=0 if question is None else len(images_of(question)),
        models=tuple(dict.fromkeys(row["models"])),
        calls=tuple(row["calls"]),
    )


def _has(asked: Asked, words: Sequence[str], said: Sequence[bool]) -> bool:
    # A body has the earlier turns of a conversation too: what was found in it may not be in this prompt.
    own = f"{asked.system}\n{asked.prompt or ''}".lower()
    return all(in_answer or word in own for word, in_answer in zip(words, said, strict=True))


def _together(newer: Asked, older: Asked) -> Asked:
    known = [cost for cost in (newer.cost_usd, older.cost_usd) if cost is not None]
    return replace(
        newer,
        models=tuple(dict.fromkeys([*older.models, *newer.models])),
        calls=(*older.calls, *newer.calls),
        answers=newer.answers + older.answers,
        errors=newer.errors + older.errors,
        cost_usd=sum(known, Decimal(0)) if known else None,
        unknown_cost=newer.unknown_cost + older.unknown_cost,
    )


def _with_votes(log: Log, found: list[Asked]) -> list[Asked]:
    """The entries with the votes on their answers."""
    if not found:
        return []
    place_of = {call: place for place, asked in enumerate(found) for call in asked.calls}
    best = [call for chosen in log.labels(kind="vote")["chosen"] for call in chosen if call in place_of]
    if not best:
        return found
    with log.connect(requests=False) as db:
        query = f"SELECT id, provider || '/' || model FROM calls WHERE {AMONG}"
        model_of = dict(db.execute(query, among(best)).fetchall())
    votes: list[Counter[str]] = [Counter() for _ in found]
    for call in best:
        votes[place_of[call]][model_of[call]] += 1
    return [replace(asked, votes=dict(count)) for asked, count in zip(found, votes, strict=True)]
