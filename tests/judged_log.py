"""A log with answers, what a judge says of them, and what people say, written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from workbench.log import Log, Recorder

BEGAN = "2026-01-01T00:00:00+00:00"


class JudgedLog:
    """Writes rows as an evaluation, a judge and the labelling widget would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._rows: list[tuple[str, dict[str, Any]]] = []
        self._ids = iter(range(1, 100_000))
        self._add("runs", id="e:r", experiment="e", model="p/a", samples=9, epochs=1)

    def answer(
        self,
        model: str,
        sample: str,
        text: str = "so",
        *,
        score: float | None = None,
        label: str | None = None,
        cluster: str | None = None,
        epoch: int = 0,
    ) -> UUID:
        """A call, and what the scorer `j` says of it."""
        call = UUID(int=next(self._ids))
        provider, _, name = model.partition("/")
        belongs = {"experiment": "e", "run": "e:r", "sample": sample, "epoch": epoch}
        facts = {"provider": provider, "model": name, "text": text, "status": "ok", "cached": False}
        self._add("calls", id=call, **facts, **belongs)
        scored = {"value": score, "label": label, "cluster": cluster, "scorer": "j", "call_id": call}
        self._add("scores", id=UUID(int=next(self._ids)), **scored, **belongs, model=model)
        return call

    def label(self, call: UUID, label: str, labeller: str = "ann", question: str = "Right?") -> None:
        """What a person says of an answer."""
        self._judgement(kind="label", calls=[call], label=label, labeller=labeller, question=question)

    def vote(
        self, shown: Iterable[UUID], chosen: Iterable[UUID], labeller: str = "ann", **fields: Any
    ) -> None:
        """Which of two answers a person prefers, or with `judge` a model."""
        question = "Better?" if "judge" not in fields else "rubric"
        both = {"calls": list(shown), "chosen": list(chosen)}
        self._judgement(kind="vote", labeller=labeller, question=question, **both, **fields)

    def judge_call(self, model: str) -> None:
        """A call that the scorer `j` made."""
        provider, _, name = model.partition("/")
        self._add("calls", id=UUID(int=next(self._ids)), experiment="e", provider=provider, model=name,
                  status="ok", tags={"judge": "j"})  # fmt: skip

    def written(self) -> Log:
        """All of it, to be read."""
        recorder = Recorder(self.home)
        waits = [recorder.append(table, orjson.dumps(row)) for table, row in self._rows]
        for wait in waits:
            wait.result()
        recorder.close()
        return Log(self.home)

    def _judgement(self, **fields: Any) -> None:
        self._add("labels", id=UUID(int=next(self._ids)), experiment="e", labelled_at=BEGAN, **fields)

    def _add(self, table: str, **row: Any) -> None:
        when: Mapping[str, str] = {"calls": "started_at", "runs": "started_at", "scores": "scored_at"}
        self._rows.append((table, {**({when[table]: BEGAN} if table in when else {}), **row}))
