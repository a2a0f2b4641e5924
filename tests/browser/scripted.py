"""A client that answers from a script: what the panes are shown to a browser with, no network needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from workbench.calls import Chunk, Completion, Message, Timing, Usage
from workbench.errors import RateLimitError

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    "<b>bold</b> </div></td> &amp; [a](javascript:window.hacked=1)"
)
STORY = (
    "Each evaluation begins with a question that somebody has to decide. Put the question first, then the "
    "data, then the model; whoever turns that round measures what is easy and not what matters.\n\n"
)
FLAT = STORY.replace("\n", "")  # as paragraphs, which have no line ends between them


def counted(name: str) -> str:
    """What `counting/…` models say: each its own words, so that none can be another's."""
    return " ".join(f"{name}-{number}" for number in range(20_000))


class Scripted:
    """`story/…` models tell a story, `endless/…` ones until they are stopped; the others as called.

    `counting/…` count with their names in every word, likewise until they are stopped.
    """

    def bind(self, **marks: Any) -> Scripted:
        return self

    async def chat(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        stream: bool = False,
        on_chunk: Callable[[Chunk], None] = lambda _: None,
        **params: Any,
    ) -> Completion:
        provider, _, name = model.partition("/")
        if provider == "failing":
            raise RateLimitError("'failing' has had enough requests for now", retry_after_s=7)
        texts = {"story": STORY * 2, "endless": STORY * 10_000, "hostile": HOSTILE, "counting": counted(name)}
        words = texts[provider].split(" ")
        await asyncio.sleep(0.2)
        said = []
        for count, word in enumerate(words):
            said.append(word if count == 0 else f" {word}")
            on_chunk(Chunk(text=said[-1]))
            await asyncio.sleep(0.005 if provider in {"endless", "counting"} else 0.02)
        return Completion(
            text="".join(said),
            finish_reason="stop",
            usage=Usage(input_tokens=21, output_tokens=len(said)),
            cost_usd={"free": Decimal(0), "unpriced": None}.get(name, Decimal("0.000123")),
            timing=Timing(duration_s=0.2 + 0.02 * len(said), ttft_s=0.2),
            provider=provider,
            model=name,
        )
