"""An answer as a timetable: which bytes are due when, and how the body ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from workbench.simulator.faults import Fault
from workbench.simulator.models import SimModel
from workbench.simulator.wires.interface import Refusal, Said, Wire

_PAGE = b"<!doctype html><html><head><title>Gateway</title></head><body><h1>Please wait</h1></body></html>\n"

Ending = Literal["end", "abort", "hang"]
_ENDINGS: dict[str, Ending] = {"stall": "hang", "cut": "abort", "cut_clean": "end"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What is sent.

    Attributes:
        status: HTTP status.
        content_type: Of the body.
        frames: Pieces of the body, each with the time when it is due, seconds after the request came.
        ending: `end` in good order; `abort` the connection; `hang` until the client leaves.
    """

    status: int = 200
    content_type: str
    frames: tuple[tuple[float, bytes], ...]
    ending: Ending = "end"


def script(wire: Wire, said: Said, model: SimModel, fault: Fault | None) -> Script:
    """The timetable of an answer, with a fault in it or none.

    Token i, counted from 0, is due at `ttft_s + i / tokens_per_s`; an answer that does not stream comes whole
    when its last token is due.
    """
    first_s = model.ttft_s + (fault.seconds if fault is not None and fault.fault == "slow" else 0.0)
    if fault is not None and fault.fault in {"html", "unavailable"}:
        status = 503 if fault.fault == "unavailable" else 200
        return Script(status=status, content_type="text/html", frames=((first_s, _PAGE),))
    build = _streamed if said.ask.stream else _whole
    return build(wire, said, model, fault, first_s)


def _streamed(wire: Wire, said: Said, model: SimModel, fault: Fault | None, first_s: float) -> Script:
    def due(index: int) -> float:
        return first_s + max(index, 0) / model.tokens_per_s

    pieces = [(due(i), wire.piece(said, token)) for i, token in enumerate(said.answer.tokens)]
    opening = [(first_s, wire.opening(said))]
    closing = [(due(len(pieces) - 1), wire.closing(said))]
    if fault is None or fault.fault == "slow":
        return Script(content_type=wire.STREAM_TYPE, frames=(*opening, *pieces, *closing))
    sent = [*opening, *pieces[: fault.chunks]]
    now = due(min(fault.chunks, len(pieces)))
    if fault.fault == "malformed_json":
        # The rest follows: a client that skips what it cannot read gets an answer with a hole in it.
        frames = [*sent, (now, wire.BROKEN), *pieces[fault.chunks :], *closing]
        return Script(content_type=wire.STREAM_TYPE, frames=tuple(frames))
    if fault.fault == "stream_error":
        return Script(content_type=wire.STREAM_TYPE, frames=(*sent, (now, wire.stream_error(said))))
    return Script(
        content_type=wire.STREAM_TYPE,
        frames=tuple(sent) if fault.chunks else (),
        ending=_ENDINGS[fault.fault],
    )


def _whole(wire: Wire, said: Said, model: SimModel, fault: Fault | None, first_s: float) -> Script:
    due_s = first_s + max(said.output_tokens - 1, 0) / model.tokens_per_s
    body = json.dumps(wire.whole(said)).encode()
    if fault is not None and fault.fault == "stream_error":
        body = json.dumps(wire.refused(Refusal("server_error", model=model.name), said.id)[1]).encode()
        fault = None
    if fault is None or fault.fault == "slow":
        return Script(content_type="application/json", frames=((due_s, body),))
    half = ((due_s, body[: len(body) // 2]),)
    if fault.fault == "malformed_json":
        return Script(content_type="application/json", frames=half)
    return Script(
        content_type="application/json", frames=half if fault.chunks else (), ending=_ENDINGS[fault.fault]
    )
