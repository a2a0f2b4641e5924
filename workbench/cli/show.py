"""`workbench log show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
import orjson
from rich.text import Text

from workbench.calls import Completion
from workbench.cli.console import FINE, harmless, out
from workbench.cli.figures import count, seconds, usd
from workbench.cli.log import project_log
from workbench.errors import ConfigError, DataError
from workbench.log.answers import completion_of

_NAMES = (
    *("id", "operation", "served_model", "protocol", "base_url", "finish_reason", "service_tier"),
    *("experiment", "run", "sample", "epoch", "request_id", "response_id", "session"),
)
_JSON = ("params", "request", "response", "attempt_errors")


@click.command(
    short_help="Show everything of one call.", epilog="Example: workbench log show 1a2b3c4d --format json"
)
@click.argument("call", metavar="ID")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(call: str, form: str) -> int:
    """Show a call's request, answer, timing, tokens, cost, attempts and errors.

    ID is a call's id, or at least 6 characters of its beginning or end. As JSON it is the row of the log:
    request and response as they were sent and received, times as ISO 8601, cost_usd a number in USD.
    """
    row = project_log().call(call)
    answer = _answer(row)
    row |= {name: _parsed(row[name]) for name in _JSON}
    if form == "json":
        click.echo(orjson.dumps(row, default=_number, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        return FINE
    for heading, words in _sections(row, answer):
        if words:
            out.print(Text(harmless(heading), style="bold"))
            out.print(Text(harmless(words)), end="\n\n")
    return FINE


def _answer(row: Mapping[str, Any]) -> Completion:
    """What the answer has beside its text; nothing where it cannot be read, and is shown as it is."""
    try:
        return completion_of(row)
    except (DataError, ConfigError):  # of a protocol that is not installed here, or broken
        return Completion()


def _sections(row: Mapping[str, Any], answer: Completion) -> Iterator[tuple[str, str]]:
    """What there is to say about a call, under its headings; empty where there is nothing."""
    yield f"{row['status']}  {row['provider']}/{row['model']}", _lines(_facts(row))
    if row["request"] is None and row["attempts"]:
        yield "request and answer", "pruned from the log, or never noted"
    yield from _turns(row["request"])
    yield "answer", row["text"] or ""
    yield "calls", "\n".join(f"{call.name}({call.arguments})" for call in answer.tool_calls)
    vectors = answer.vectors
    yield "vectors", f"{len(vectors)} of {len(vectors[0])} dimensions" if vectors else ""
    # An answer without any of that is perhaps a refusal: then the body tells.
    understood = row["text"] or answer.tool_calls or vectors
    yield "response", "" if understood else _indented(row["response"])
    if row["error_type"]:
        status = f" ({row['error_status']})" if row["error_status"] else ""
        yield "error", f"{row['error_type']}{status}: {row['error_message']}"
    tries = [
        f"{seconds(each.get('duration_s'))} s  {each.get('status') or 'no status'}  {each.get('error')}: "
        f"{each.get('message', '')}"
        for each in row["attempt_errors"] or []
    ]
    yield "attempts that failed", "\n".join(tries)


def _facts(row: Mapping[str, Any]) -> dict[str, str]:
    """What is known about a call, by its name."""
    facts = {name.replace("_", " "): str(row[name]) for name in _NAMES if row[name] is not None}
    facts["time"] = _moments(row)
    if row["cached"]:
        facts["from the log"] = f"the answer of {row['source_id'] or 'another call'}"
    if row["duration_s"] is not None:
        facts["took"] = _timing(row)
    if row["input_tokens"] is not None or row["output_tokens"] is not None:
        facts["tokens"] = _tokens(row)
    facts["cost"] = "unknown" if row["cost_usd"] is None else usd(row["cost_usd"])
    facts["attempts"] = count(row["attempts"])
    if row["params"]:
        facts["params"] = orjson.dumps(row["params"]).decode()
    if row["dropped"]:
        facts["left out"] = f"{', '.join(row['dropped'])}: refused by the model"
    if row["tags"]:
        facts["tags"] = ", ".join(f"{name}={value}" for name, value in row["tags"].items())
    facts["made by"] = f"llm-workbench {row['package_version']}, process {row['pid']} on {row['host']}"
    return facts


def _lines(facts: Mapping[str, str]) -> str:
    width = max(map(len, facts))
    return "\n".join(f"{name:<{width}}  {words}" for name, words in facts.items())


def _moments(row: Mapping[str, Any]) -> str:
    ended: datetime | None = row["ended_at"]
    until = f" to {ended:%H:%M:%S}" if ended else ""
    return f"{row['started_at']:%Y-%m-%d %H:%M:%S}{until} UTC"


def _timing(row: Mapping[str, Any]) -> str:
    words = f"{seconds(row['duration_s'])} s"
    if row["ttft_s"] is not None:
        words += f", first token after {seconds(row['ttft_s'])} s"
    for name, why in (("queued_s", "for a slot"), ("waited_s", "between attempts")):
        if row[name]:
            words += f", waited {seconds(row[name])} s {why}"
    return words


def _tokens(row: Mapping[str, Any]) -> str:
    words = f"{count(row['input_tokens'])} in, {count(row['output_tokens'])} out"
    parts = {
        "cache_read_tokens": "read from the provider's cache",
        "cache_write_tokens": "written to it",
        "reasoning_tokens": "reasoning",
    }
    return words + "".join(f", {count(row[name])} {what}" for name, what in parts.items() if row[name])


def _turns(request: Any) -> Iterator[tuple[str, str]]:
    """The request as its messages where it has any, then what else it says."""
    if not isinstance(request, dict):
        yield "request", _indented(request)
        return
    rest = dict(request)
    if "system" in rest:
        yield "system", _content(rest.pop("system"))
    messages = rest.get("messages")
    if isinstance(messages, list) and all(isinstance(message, dict) for message in messages):
        for message in rest.pop("messages"):
            yield str(message.get("role", "message")), _content(message.pop("content", ""), message)
    yield "request", _indented(rest)


def _content(content: Any, message: Mapping[str, Any] | None = None) -> str:
    """A turn's text; what else it has as JSON, a picture's data as their size."""
    parts = content if isinstance(content, list) else [content]
    words = [
        part if isinstance(part, str) else part["text"] if _is_text(part) else _indented(_short(part))
        for part in parts
        if part
    ]
    more = {name: value for name, value in (message or {}).items() if name != "role" and value}
    return "\n".join([*words, *([_indented(_short(more))] if more else [])])


def _is_text(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and part.get("type") in {"text", "input_text"}
        and isinstance(part.get("text"), str)
    )


def _short(value: Any) -> Any:
    """The value, with long strings (a picture in base64) as their length."""
    if isinstance(value, str) and len(value) > 2_000:
        return f"{value[:40]}… ({len(value):,} characters)"
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list) else value


def _indented(value: Any) -> str:
    return "" if value in (None, {}) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _parsed(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError
