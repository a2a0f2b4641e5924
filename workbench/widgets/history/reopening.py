"""A conversation of the log as the playground had it: drafts, and the answers as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from workbench.analysis.prompts import Asked, images_of, prompt_of, text_of
from workbench.calls import Completion, Request
from workbench.client.resending import logged_request
from workbench.errors import ConfigError, DataError, WorkbenchError
from workbench.evals.templates import variables_of
from workbench.log import Log
from workbench.log.frame import rows_of
from workbench.log.reference import AMONG, among
from workbench.widgets.history.played_again import Row, answer_of, played_again
from workbench.widgets.panes.comparison import Comparison
from workbench.widgets.playground.session import Turn
from workbench.widgets.question.draft import Draft

_OF_SESSION = """
SELECT id, tags['continues'] FROM calls
WHERE tags['playground'] = ? AND coalesce(try_cast(tags['turn'] AS INTEGER), 1) <= ?
"""
_ROWS = f"SELECT * FROM calls WHERE {AMONG} ORDER BY id"  # noqa: S608 - our words


def reopened(log: Log, asked: Asked) -> tuple[Turn, ...]:
    """The conversation up to a prompt, that one last, as if it had just been asked.

    A chat outside a playground is reopened with the turns that it was told before, and the latest answer of
    each model; what it said of tools is left out.

    Raises:
        DataError: The log cannot be read, or no longer has what was asked.
    """
    turns: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(log, asked):
        turn = 1 if asked.session is None else _number(row["tags"].get("turn"))
        turns.setdefault(turn, []).append(row)
    if not turns:
        raise DataError("the calls of this prompt are no longer in the log")
    if asked.session is None:
        request = _request(turns[1])
        draft = _draft(turns[1], request)
        return (
            *_told(draft, request),
            Turn(draft=draft, comparison=played_again(draft.models, draft.repeats, turns[1])),
        )
    requests = {turn: _request(rows) for turn, rows in sorted(turns.items())}
    drafts = {turn: _draft(turns[turn], request) for turn, request in requests.items()}
    first = next(iter(drafts))
    # One that goes on from a plain chat, or from what was pruned, was told what came before.
    told = _told(drafts[first], requests[first]) if first > 1 else ()
    return (
        *told,
        *(
            Turn(draft=draft, comparison=played_again(draft.models, draft.repeats, turns[n]))
            for n, draft in drafts.items()
        ),
    )


def _rows(log: Log, asked: Asked) -> list[dict[str, Any]]:
    """The calls in order; what the log answered has the bodies of the call that it came from."""
    wanted = list(asked.calls) if asked.session is None else _calls_of(log, asked.session, asked.turn)
    with log.connect() as db:
        rows = rows_of(db.sql(_ROWS, params=among(wanted)))
        sources = [row["source_id"] for row in rows if row["source_id"] is not None]
        bodies = {row["id"]: row for row in rows_of(db.sql(_ROWS, params=among(sources)))}
    for row in rows:
        source = bodies.get(row["source_id"])
        if source is not None:
            row |= {name: source[name] for name in ("request", "response")}
    return rows


def _calls_of(log: Log, session: str, turn: int) -> list[UUID]:
    """The calls of a session up to a turn, and of those that it goes on from."""
    calls: list[UUID] = []
    seen: set[str] = set()
    with log.connect(requests=False) as db:
        while session not in seen:
            seen.add(session)
            found = db.execute(_OF_SESSION, [session, turn]).fetchall()
            calls += [call for call, _ in found]
            continues = next((before for _, before in found if before), "")
            session, _, number = continues.partition("/")
            turn = _number(number)
    return calls


def _number(turn: str | None) -> int:
    return int(turn) if turn is not None and turn.isdecimal() else 1


def _request(rows: Sequence[Row]) -> Request:
    """What they asked; of a call that was sent, since it has the pictures too."""
    problem: WorkbenchError = DataError("no call")
    for row in sorted(rows, key=lambda row: (not row["attempts"] and row["source_id"] is None, row["id"])):
        try:
            return logged_request(row)
        except (ConfigError, DataError) as exc:
            problem = exc
    raise DataError(f"the prompt cannot be opened: {problem}") from problem


def _draft(rows: Sequence[Row], request: Request) -> Draft:
    system, question = prompt_of(request)
    prompt = text_of(question)
    tags = rows[0]["tags"]
    variables = _variables(tags.get("variables")) if "playground" in tags else None
    if variables is not None and "template" in tags:
        system, prompt = tags.get("template_system", ""), tags["template"]
    values = _literal(f"{system}\n{prompt}") | (variables or {})
    params = {answer_of(row)[0]: _params(row) for row in rows}
    shared = _shared(list(params.values()))
    own = {
        model: {name: value for name, value in given.items() if name not in shared}
        for model, given in params.items()
    }
    return Draft(
        prompt=prompt,
        system=system,
        variables=values,
        images=images_of(question),
        models=tuple(params),
        params=shared,
        own_params={model: given for model, given in own.items() if given},
        repeats=1 + max(answer_of(row)[1] for row in rows),
    )


def _params(row: Row) -> dict[str, Any]:
    """The parameters of a call; a playground asks for streams where nobody says otherwise."""
    params: dict[str, Any] = orjson.loads(row["params"] or "{}")
    return params | {"stream": False} if "playground" in row["tags"] and not row["stream"] else params


def _variables(written: str | None) -> dict[str, str] | None:
    try:
        values = orjson.loads(written or "")
    except ValueError:
        return None
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else None


def _shared(params: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters that all models were given alike."""
    return {
        name: value
        for name, value in params[0].items()
        if all(name in given and given[name] == value for given in params)
    }


def _told(draft: Draft, request: Request) -> Iterator[Turn]:
    """The turns before the last one, of a chat that was told them: every model was told the same."""
    turns = [turn for turn in request.messages if turn.role in {"user", "assistant"}]
    for question, answer in pairwise(turns):
        if (question.role, answer.role) == ("user", "assistant"):
            prompt = text_of(question)
            values = _literal(f"{draft.system}\n{prompt}")
            comparison = Comparison(draft.models)
            for model in draft.models:
                comparison.start((model, 0))
                comparison.finish((model, 0), Completion(text=text_of(answer), finish_reason="stop"))
            earlier = replace(draft, prompt=prompt, images=images_of(question), variables=values, repeats=1)
            yield Turn(draft=earlier, comparison=comparison)


def _literal(prompts: str) -> dict[str, str]:
    """Names in braces that were sent as they stand are their own values."""
    return {name: f"{{{name}}}" for name in variables_of(prompts)}
