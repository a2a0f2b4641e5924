"""What calls of the log asked, as text."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from workbench.calls import Message, Text
from workbench.client.resending import logged_request
from workbench.errors import ConfigError, DataError
from workbench.log import Log
from workbench.log.reference import AMONG, among


def prompts_of(log: Log, calls: Iterable[UUID]) -> dict[UUID, str]:
    """What was asked in these calls, as text; those of which the log has it no longer are not in it."""
    found = log.sql(f"SELECT * EXCLUDE (response) FROM calls WHERE {AMONG}", among(calls))  # noqa: S608
    prompts = {}
    for row in found.astype(object).where(found.notna(), None).to_dict("records"):
        try:
            messages = logged_request({str(name): value for name, value in row.items()}).messages
        except (ConfigError, DataError):
            continue
        turns = [(message.role, _text(message)) for message in messages]
        several = len(turns) > 1
        prompts[row["id"]] = "\n\n".join(f"{role}: {text}" if several else text for role, text in turns)
    return prompts


def _text(message: Message) -> str:
    """Its words; in place of pictures and files a word."""
    if isinstance(message.content, str):
        return message.content
    return " ".join(
        part.text if isinstance(part, Text) else f"[{type(part).__name__.lower()}]"
        for part in message.content
    )
