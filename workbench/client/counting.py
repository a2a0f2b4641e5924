"""Before a call: how many tokens it has, and what it will cost."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.calls import Call, Endpoint, Request, Timeouts, Usage
from workbench.calls.size import pictures_in
from workbench.client.directory import Directory
from workbench.client.estimates import CostEstimate, Learned, TokenCount, by_line, learn
from workbench.client.functions import tools_of
from workbench.client.messages import Messages, messages_of
from workbench.client.options import ToolLike
from workbench.client.parameters import plain
from workbench.client.vocabularies import Count, tokenizer_of
from workbench.config import Settings
from workbench.errors import ConfigError
from workbench.prices import cost_usd
from workbench.protocols import PROTOCOLS
from workbench.protocols.encoding import text_of
from workbench.transport import Transport

if TYPE_CHECKING:
    from workbench.log import Log

# What the templates of most chat models put around a turn, and before the answer.
_TURN_TOKENS, _ANSWER_BEGINS_TOKENS = 4, 3
_TOKENIZER_ERROR = 0.1
COUNTING = Timeouts(connect_s=5.0, first_byte_s=30.0, between_chunks_s=30.0, total_s=30.0)


class Counting:
    """The part of `Client` that tells what is to be expected of a call: `count_tokens`, `estimate`."""

    settings: Settings
    _directory: Directory
    _transport: Transport
    _learned: dict[str, Learned]

    @property
    def log(self) -> Log:
        """The log that this client writes."""
        raise NotImplementedError

    async def count_tokens(
        self,
        model: str,
        messages: Messages,
        *,
        system: str | None = None,
        tools: Sequence[ToolLike] = (),
        exact: bool = False,
        base_url: str | None = None,
        api_key: str | None = None,
    ) -> TokenCount:
        """How many tokens of input a call would have, by the best means that are at hand.

        Nothing is sent unless `exact` is asked for, and no row is written: a count is no answer, and free.
        The log's calls of a model are read once for each client, with the first question about it.

        Args:
            model: `provider/model`, as for `chat`.
            messages: As for `chat`; likewise `system` and `tools`.
            system: See above.
            tools: See above.
            exact: Ask the provider to count.
            base_url: Any server's URL, in place of the table's.
            api_key: The key, in place of the settings'.

        Raises:
            ConfigError: A name or a key has to be mended, or `exact` was asked of who does not count.
            CallError: The provider did not count.
        """
        to, name = self._directory.find(model, base_url, api_key)
        request = Request(model=name, messages=messages_of(messages, system), tools=tools_of(tools))
        return await (self._counted_by_server(to, request) if exact else self._counted(to, request))

    async def estimate(
        self,
        model: str,
        messages: Messages,
        *,
        system: str | None = None,
        tools: Sequence[ToolLike] = (),
        max_tokens: int | None = None,
        service_tier: str | None = None,
    ) -> CostEstimate:
        """What a call would cost at today's prices; nothing is sent.

        Answers are taken to be as long as the log's answers of the model, and not longer than `max_tokens`;
        nothing is taken to be read from the provider's cache.

        Args:
            model: `provider/model`, as for `chat`; the other arguments likewise.
            messages: See above.
            system: See above.
            tools: See above.
            max_tokens: See above.
            service_tier: See above.

        Raises:
            ConfigError: A name or a key has to be mended.
        """
        plain({"max_tokens": max_tokens, "service_tier": service_tier})
        to, name = self._directory.find(model)
        request = Request(model=name, messages=messages_of(messages, system), tools=tools_of(tools))
        self._forget_guess(to, name)
        count = await self._counted(to, request)
        answers = (await self._known(to, name)).answers.within(max_tokens)
        now = datetime.now(UTC)
        source: str | None = None

        def cost(input_tokens: int, output_tokens: float) -> Decimal | None:
            nonlocal source
            usage = Usage(input_tokens=input_tokens, output_tokens=math.ceil(output_tokens))
            found, source = cost_usd(to, name, usage, now, service_tier)
            return found

        low, expected, high = (
            cost(count.low, answers.low),
            cost(count.tokens, answers.expected),
            cost(count.high, answers.high),
        )
        words = [
            f"{count.tokens:,} tokens of input ({count.low:,} to {count.high:,}, {count.method})",
            f"answers of {answers.expected:,.0f} tokens ({answers.low:,.0f} to {answers.high:,.0f}, "
            + (f"learned from {answers.n:,})" if answers.n else "guessed)"),
            f"prices of {now:%Y-%m-%d} ({source})"
            if source
            else f"no price is known for {to.provider}/{name}",
        ]
        return CostEstimate(
            low_usd=low, expected_usd=expected, high_usd=high, input=count, basis="; ".join(words)
        )

    async def _dearest(self, call: Call) -> Decimal | None:
        """The most that a call is foreseen to cost, US dollars; `None` where its price is not known."""
        request, to = call.request, call.endpoint
        count = await self._counted(to, request)
        answers = (await self._known(to, request.model)).answers.within(request.params.max_tokens)
        output = 0 if call.operation == "embed" else math.ceil(answers.high) * (request.params.n or 1)
        usage = Usage(input_tokens=count.high, output_tokens=output)
        return cost_usd(to, request.model, usage, call.started_at, request.params.service_tier)[0]

    async def _counted(self, to: Endpoint, request: Request) -> TokenCount:
        count = tokenizer_of(f"{to.provider}/{request.model}", self.settings)
        if count is not None and not pictures_in(request):
            return _by_tokenizer(count, request)
        wire = PROTOCOLS.get(to.protocol)
        body = None if wire is None else wire.encode(request)[1]
        return by_line((await self._known(to, request.model)).line, request, body)

    async def _counted_by_server(self, to: Endpoint, request: Request) -> TokenCount:
        other = to.options.get("count")
        wire: Any = PROTOCOLS.get(other or to.protocol)
        if other:  # llama.cpp counts in Anthropic's words, whose paths begin at the root
            to = replace(to, base_url=to.base_url.removesuffix("/v1"))
        if not hasattr(wire, "encode_count"):
            raise ConfigError(
                f"{to.provider} does not count tokens: leave out exact=True, and they will be estimated"
            )
        path, body = wire.encode_count(request)
        tokens = await self._transport.ask(
            to, path, COUNTING, wire.decode_count, what="number of tokens", body=body
        )
        return TokenCount(tokens=tokens, low=tokens, high=tokens, method="server", exact=True)

    def _forget_guess(self, to: Endpoint, name: str) -> None:
        """Where nothing was learned of a model, look again: it may have answered since."""
        model = f"{to.provider}/{name}"
        if model in self._learned and not self._learned[model].answers.n:
            del self._learned[model]

    async def _known(self, to: Endpoint, name: str) -> Learned:
        model = f"{to.provider}/{name}"
        if model not in self._learned:
            self._learned[model] = await asyncio.to_thread(learn, self.log, model)
        return self._learned[model]


def _by_tokenizer(count: Count, request: Request) -> TokenCount:
    turns = sum(
        count(text_of(turn)) + sum(count(call.name) + count(call.arguments) for call in turn.tool_calls)
        for turn in request.messages
    )
    tools = sum(
        count(tool.name) + count(tool.description) + count(str(dict(tool.parameters)))
        for tool in request.tools
    )
    tokens = turns + tools + _TURN_TOKENS * len(request.messages) + _ANSWER_BEGINS_TOKENS
    return TokenCount(
        tokens=tokens,
        low=math.floor(tokens * (1 - _TOKENIZER_ERROR)),
        high=math.ceil(tokens * (1 + _TOKENIZER_ERROR)),
        method="tokenizer",
        exact=False,
    )
