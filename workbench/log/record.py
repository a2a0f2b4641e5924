"""The waterline: every call that passes here is one row of the log, whatever became of it."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import orjson

from workbench.calls import Attempt, Call, Completion, Params, Timing, cache_key, fold
from workbench.errors import BudgetError, CallError
from workbench.log.process import process_facts
from workbench.log.recorder import Recorder
from workbench.pipeline import Policy, Send

Status = Literal["ok", "error", "interrupted"]
# Of lists in lists: orjson writes 254 levels.
_DEEPEST = 200


def record(recorder: Recorder) -> Policy:
    """A policy that writes one row per call, and waits until it is durable.

    A failed call is a row before its error is raised again; an interrupted one (cancelled, Ctrl-C) is a row
    too, which is not waited for: whoever interrupts wants it to end now.

    Args:
        recorder: Where the rows go.
    """

    async def recorded(call: Call, send: Send) -> Completion:
        try:
            completion = await send(call)
        except BudgetError:
            raise  # it is no call: nothing was to be sent
        except Exception as exc:
            await recorder.write("calls", _line(call, _failed("error", call, exc)))
            raise
        except BaseException as exc:
            recorder.append("calls", _line(call, _failed("interrupted", call, exc)))
            raise
        await recorder.write("calls", _line(call, _answered("ok", call, completion)))
        return completion

    return recorded


def _answered(status: Status, call: Call, completion: Completion) -> dict[str, Any]:
    """What a completion says, a partial one too."""
    timing, usage = completion.timing, completion.usage
    attempts = completion.attempts or call.progress.attempts
    output_tokens = _whole(usage.output_tokens)
    return {
        "status": status,
        "served_model": completion.served_model,
        "cached": completion.cached,
        "source_id": None if completion.source_id is None else str(completion.source_id),
        # Of a cached answer the row that it came from has it.
        "response": None if completion.cached else _body(call.progress.received or completion.received),
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "input_tokens": _whole(usage.input_tokens),
        "output_tokens": output_tokens,
        "cache_read_tokens": _whole(usage.cache_read_tokens),
        "cache_write_tokens": _whole(usage.cache_write_tokens),
        "cache_write_1h_tokens": _whole(usage.cache_write_1h_tokens),
        "reasoning_tokens": _whole(usage.reasoning_tokens),
        "input_audio_tokens": _whole(usage.input_audio_tokens),
        "output_audio_tokens": _whole(usage.output_audio_tokens),
        "service_tier": completion.service_tier,
        "dropped": list(completion.dropped or call.progress.dropped) or None,
        "cost_usd": _money(completion.cost_usd),
        "price_version": completion.price_version,
        "duration_s": timing.duration_s,
        "ttft_s": timing.ttft_s,
        "ttfv_s": timing.ttfv_s,
        "tpot_s": _tpot_s(timing, output_tokens),
        "queued_s": timing.queued_s,
        "waited_s": timing.waited_s,
        "lag_s": timing.lag_s,
        "attempts": len(attempts),
        "attempt_errors": _errors(attempts),
        "request_id": call.progress.request_id,
        "response_id": completion.response_id,
    }


def _failed(status: Status, call: Call, exc: BaseException) -> dict[str, Any]:
    """What had arrived before a call failed or was interrupted, and why it did."""
    row = _answered(status, call, _partial(call))
    row |= {"error_type": type(exc).__name__, "error_message": str(exc)}
    if isinstance(exc, CallError):
        row |= {"error_status": exc.status, "request_id": exc.request_id or row["request_id"]}
        row["response"] = row["response"] or exc.body or None
    return row


def _partial(call: Call) -> Completion:
    progress = call.progress
    folded = fold(progress.chunks)
    return Completion(
        text=folded.text,
        finish_reason=folded.finish_reason,
        usage=folded.usage,
        cost_usd=folded.cost_usd,
        price_version=folded.price_version,
        served_model=folded.served_model,
        response_id=folded.response_id,
        service_tier=folded.service_tier,
        timing=progress.timing(),
    )


def _line(call: Call, row: dict[str, Any]) -> bytes:
    """The whole row as a line of JSON: what the call is, and what became of it."""
    gaps_s = call.progress.gaps_s
    key = cache_key(call)
    sent = call.progress.sent_body  # JSON on one line, since it is we who wrote it
    row |= {
        "id": str(call.id),
        "started_at": call.started_at,
        "ended_at": datetime.now(UTC),
        "operation": call.operation,
        "provider": call.endpoint.provider,
        "model": call.request.model,
        "protocol": call.endpoint.protocol,
        "base_url": call.endpoint.public_url,
        "params": _params(call.request.params),
        "cache_key": None if key is None else str(key),
        "stream": call.request.stream,
        "request": orjson.Fragment(sent) if sent else call.request,
        "gap_p50_s": statistics.median(gaps_s) if gaps_s else None,
        "gap_max_s": max(gaps_s, default=None),
        "gaps_s": [round(gap, 6) for gap in gaps_s],
        "experiment": call.experiment,
        "run": call.run,
        "sample": call.sample,
        "epoch": call.epoch,
        "tags": dict(call.tags),
    }
    row |= process_facts()
    try:
        return orjson.dumps(row, default=_plain)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair is no text that a file could hold; users' fields may be any Python value.
        return orjson.dumps(_mended(row), default=_plain)


def _params(params: Params) -> dict[str, Any]:
    """Those that are set."""
    found = {name: getattr(params, name) for name in params.given()}
    return found | {"extra": dict(params.extra)} if params.extra else found


def _body(body: bytes) -> orjson.Fragment | str | None:
    """A body as JSON inside the row: as it was on the wire if that is JSON, else as a string."""
    if not body:
        return None
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
    # Line ends in JSON are white space between its parts; a row is one line.
    return orjson.Fragment(body.replace(b"\n", b" ").replace(b"\r", b" "))


def _whole(number: Any) -> int | None:
    """A count of the server's that the file can hold; a row must not be lost for what is none."""
    if number is None:
        return None
    try:
        whole = int(number)
    except (TypeError, ValueError, OverflowError):
        return None
    return whole if abs(whole) < 2**63 else None


def _money(usd: Decimal | None) -> str | None:
    """Money that the file can hold."""
    return None if usd is None or not usd.is_finite() or abs(usd) >= 10**9 else str(usd)


def _tpot_s(timing: Timing, output_tokens: int | None) -> float | None:
    if timing.duration_s is None or timing.ttft_s is None or output_tokens is None or output_tokens < 2:
        return None
    return (timing.duration_s - timing.ttft_s) / (output_tokens - 1)


def _errors(attempts: Sequence[Attempt]) -> list[Attempt] | None:
    return [attempt for attempt in attempts if attempt.error is not None] or None


def _plain(value: object) -> object:
    """What orjson does not know itself: pictures in a request, mappings of other kinds."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    try:
        return dict(value)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return str(value)


def _mended(value: Any, depth: int = 0) -> Any:
    """The value as JSON can say it."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return hex(value)
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_mended(str(key)): _mended(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item, depth + 1) for item in value]
    return value
