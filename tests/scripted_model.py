"""A model server whose answers are given beforehand, one for each request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from served import serving

from workbench.client import Client
from workbench.config import Settings
from workbench.providers import HOSTS, Host

Said = dict[str, Any] | str


class Scripted:
    """A server of OpenAI's protocol; keeps what it was asked.

    Args:
        answers: Texts, or messages of the assistant, which may have a `finish_reason`; or an error, whole.
    """

    def __init__(self, *answers: Said) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        answer = self.answers.pop(0)
        if isinstance(answer, dict) and "error" in answer:
            return web.json_response(answer, status=400)
        message = {"content": answer} if isinstance(answer, str) else dict(answer)
        reason = message.pop("finish_reason", "tool_calls" if "tool_calls" in message else "stop")
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": reason}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        return web.json_response({"id": "1", "model": "m", "choices": [choice], "usage": usage})


def calling(*calls: tuple[str, str]) -> dict[str, Any]:
    """An answer that calls functions: their names, and the arguments as the model writes them."""
    written = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    return {"content": None, "tool_calls": written}


@asynccontextmanager
async def client_of(
    server: Scripted, folder: Path, *, refuses: frozenset[str] = frozenset()
) -> AsyncIterator[Client]:
    """A client for which `scripted/…` is that server, of a host that refuses these things."""
    async with serving(server.answer) as url:
        HOSTS["scripted"] = Host(name="scripted", base_url=url, needs_key=False, refuses=refuses)
        try:
            async with Client(
                folder / "home", settings=Settings(project=folder, values={}), attempts=1
            ) as client:
                yield client
        finally:
            del HOSTS["scripted"]
