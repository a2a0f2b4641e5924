"""The calls of an experiment as they were logged, to be answered from in place of the providers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn

import orjson

from workbench import errors
from workbench.calls import Call, Chunk, Completion, Endpoint, cache_key, in_one_chunk
from workbench.errors import CallError, ConfigError, WorkbenchError
from workbench.log.answers import completion_of
from workbench.log.frame import rows_of
from workbench.log.store import Store
from workbench.protocols import protocol

# Of a call that the log itself answered, the body is in the row that it came from.
_CALLS = """
SELECT c.* EXCLUDE (request, response), coalesce(c.response, s.response) AS response
FROM calls c LEFT JOIN calls s ON s.id = c.source_id
WHERE c.status <> 'interrupted' AND c.cache_key IS NOT NULL AND (c.experiment = $experiment
    OR c.experiment IS NULL AND c.session IN (SELECT session FROM calls WHERE experiment = $experiment))
ORDER BY c.id
"""
_KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, WorkbenchError)
}
_Row = dict[str, Any]


class Recording:
    """An experiment in the log, and the calls that its kernels made beside it.

    Attributes:
        experiment: Its id.
        models: Its models, as `provider/model`, in the order in which they were asked.
        dataset: Name of the data set; empty where no run was logged.
        dataset_hash: Hash of its samples; likewise empty.
        samples: How many it has, and
        epochs: how often each was asked; 0 where no run was logged.
    """

    def __init__(self, store: Store, reference: str) -> None:
        """Read the calls.

        Args:
            store: The log.
            reference: The experiment's id, or a beginning that no other has.

        Raises:
            ConfigError: There is no such experiment, or it was logged without what calls are known by.
            DataError: The log cannot be read.
        """
        with store.connect() as db:
            made = "SELECT experiment FROM calls UNION SELECT experiment FROM runs"
            known = db.execute(
                f"SELECT experiment FROM ({made}) WHERE starts_with(experiment, ?) ORDER BY 1",  # noqa: S608
                [reference],
            ).fetchall()
            names = [str(name) for (name,) in known]
            self.experiment = _one(reference, names)
            runs = db.execute(
                "SELECT model, dataset, dataset_hash, samples, epochs FROM runs WHERE experiment = ? "
                "ORDER BY started_at, id",
                [self.experiment],
            ).fetchall()
            rows = rows_of(db.sql(_CALLS, params={"experiment": self.experiment}))
        own = [row for row in rows if row["experiment"] is not None]
        if not own:
            raise ConfigError(
                f"experiment {self.experiment!r} cannot be replayed: the log has no call of it, or was "
                "written by a version that did not note what each call asked; show it instead"
            )
        known_of_runs = runs[0][1:] if runs else ("", "", 0, 0)
        self.dataset, self.dataset_hash, self.samples, self.epochs = known_of_runs
        self.models = tuple(dict.fromkeys([run[0] for run in runs] or [_name(row) for row in own]))
        self._rows: dict[tuple[Any, ...], deque[_Row]] = defaultdict(deque)
        self._places: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in rows:
            self._rows[_name(row), row["experiment"], row["sample"], row["cache_key"]].append(row)
            self._places[_name(row)].add((row["protocol"], row["base_url"]))
        for (_, experiment, *_), found in self._rows.items():
            # A resumed experiment asked again what had failed: what counts is the answer.
            answered = [row for row in found if row["status"] == "ok"]
            if experiment is not None and answered:
                found.clear()
                found.extend(answered)

    def endpoint(self, to: Endpoint, model: str) -> Endpoint:
        """Where a model was asked then; `to` itself where it was not."""
        for wire, base_url in sorted(self._places.get(f"{to.provider}/{model}", ())):
            return replace(to, protocol=wire, base_url=base_url)
        return to

    async def send(self, call: Call) -> Completion:
        """Answer a call as it was answered then; an error is raised again.

        Raises:
            ConfigError: It is not in the log, or its answer no longer is.
            WorkbenchError: It failed then; of the same class, in the same words.
        """
        row = self._take(call)
        if row["status"] == "ok" and row["text"] is None:
            raise ConfigError(
                f"{call.name}: the answer of call {row['id']} was pruned from the log; a replay asks nobody"
            )
        if call.on_chunk is not None:
            for chunk in _chunks(row):
                call.on_chunk(chunk)
        if row["status"] != "ok":
            _fail(row)
        return completion_of(row)

    def _take(self, call: Call) -> _Row:
        for wire, base_url in self._places[call.name]:
            # Where a model was then and where it is now are two things: it is its name that counts.
            there = replace(call, endpoint=replace(call.endpoint, protocol=wire, base_url=base_url))
            rows = self._rows.get((call.name, call.experiment, call.sample, cache_key(there)))
            if rows:
                # Inside the experiment the same cell may run twice; outside, each answer was given once.
                return rows[0] if call.experiment is not None and len(rows) == 1 else rows.popleft()
        asked = f"sample {call.sample!r}, epoch {call.epoch}" if call.sample is not None else "this request"
        raise ConfigError(
            f"{call.name}: {asked} is not in the log of experiment {self.experiment!r}, or not as often; a "
            "replay asks nobody: take the same notebook, data and parameters, or ask without replay"
        )


def _one(reference: str, names: list[str]) -> str:
    if reference in names or len(names) == 1:
        return reference if reference in names else names[0]
    if not names:
        raise ConfigError(
            f"no experiment {reference!r} in the log to replay: wb.experiments(client.log) names them"
        )
    raise ConfigError(f"several experiments begin with {reference!r}: {', '.join(names[:5])}")


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['provider']}/{row['model']}"


def _chunks(row: Mapping[str, Any]) -> Iterator[Chunk]:
    """The answer in the pieces in which it came."""
    received = None if row["response"] is None else orjson.loads(row["response"])
    if isinstance(received, list):
        wire = protocol(row["protocol"])
        yield from (wire.decode_event(event) for event in received if wire.decode_error(event) is None)
    elif row["status"] == "ok":
        yield in_one_chunk(completion_of(row))


def _fail(row: Mapping[str, Any]) -> NoReturn:
    kind = _KINDS.get(row["error_type"], WorkbenchError)
    if not issubclass(kind, CallError):
        raise kind(row["error_message"])
    arrived = completion_of(row)
    error = kind(
        row["error_message"],
        provider=row["provider"],
        model=row["model"],
        status=row["error_status"],
        request_id=row["request_id"],
        partial=arrived if arrived.text or arrived.usage.output_tokens is not None else None,
    )
    error.attempts, error.timing = arrived.attempts, arrived.timing
    raise error
