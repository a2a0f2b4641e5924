"""Calls of the log as a comparison: what the panes showed when they had ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench import errors
from workbench.calls import Chunk, Completion
from workbench.errors import CallError, DataError, WorkbenchError
from workbench.log.answers import completion_of
from workbench.widgets.panes.comparison import AnswerOf, Comparison

Row = Mapping[str, Any]


class _Clock:
    """Tells the time of a call that is played once more."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def answer_of(row: Row) -> AnswerOf:
    """The model that was asked, and for which of its answers; outside a playground every one is the first."""
    return f"{row['provider']}/{row['model']}", row["epoch"] or 0


def played_again(models: Sequence[str], repeats: int, rows: Sequence[Row]) -> Comparison:
    """A comparison in which the calls have ended as they did, with the times of then.

    Args:
        models: Those of the calls, in the order of the panes.
        repeats: How often each of them was asked.
        rows: The calls in order, with every column of `calls`; of several for one answer, such as repairs,
            the last one counts.
    """
    clock = _Clock()
    comparison = Comparison(models, repeats, clock=clock)
    longest_s = 0.0
    for of, row in {answer_of(row): row for row in rows}.items():
        clock.now_s = 0.0
        comparison.start(of)
        try:
            completion = completion_of(row)
            if row["status"] == "ok" and row["response"] is None and row["text"] is None:
                raise DataError("the answer was pruned from the log")
        except DataError as exc:
            comparison.fail(of, exc)
            continue
        if row["status"] == "ok":
            comparison.finish(of, completion)
            continue
        clock.now_s = row["ttft_s"] or 0.0
        for chunk in _pieces(completion, 1 + len(row["gaps_s"] or ())):
            comparison.chunk(of, chunk)
        clock.now_s = row["duration_s"] or (row["ended_at"] - row["started_at"]).total_seconds()
        if row["status"] == "error":
            comparison.fail(of, _error(row, completion))
        else:
            longest_s = max(longest_s, clock.now_s)
    clock.now_s = longest_s
    comparison.stop()
    return comparison


def _pieces(partial: Completion, count: int) -> Iterator[Chunk]:
    """What had arrived, in as many pieces: they are counted in place of tokens."""
    text, thoughts = partial.text, partial.reasoning
    for piece in range(count):
        yield Chunk(text=_piece(text, piece, count), reasoning=_piece(thoughts, piece, count))


def _piece(text: str, piece: int, count: int) -> str:
    return text[len(text) * piece // count : len(text) * (piece + 1) // count]


def _error(row: Row, partial: Completion) -> Exception:
    """The error that the caller saw, as far as the row tells."""
    kind = getattr(errors, row["error_type"] or "", None)
    message = row["error_message"] or "it failed"
    if isinstance(kind, type) and issubclass(kind, CallError):
        return kind(
            message,
            provider=row["provider"] or "",
            model=row["model"] or "",
            status=row["error_status"],
            partial=partial,
        )
    if isinstance(kind, type) and issubclass(kind, WorkbenchError):
        return kind(message)
    return CallError(f"{row['error_type']}: {message}", partial=partial)
