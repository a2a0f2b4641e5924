"""A model to choose, with what it costs and how much it reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from workbench.calls import Endpoint
from workbench.client import Client
from workbench.client.catalog import catalog_row
from workbench.errors import ConfigError
from workbench.prices import context_tokens
from workbench.providers import host_of, split_name
from workbench.providers.models import facts_of
from workbench.widgets.playground.session import Chats


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A model that can be asked; `None` is not known.

    Attributes:
        name: As `provider/model`.
        price_input_usd: Of a million tokens of a short prompt, US dollars; 0 is free.
        price_output_usd: Of a million tokens of the answer.
        context_tokens: Most tokens of question and answer together.
        local: Whether its provider usually runs on the user's machine.
        chat: Whether it answers conversations; `False` for models of embeddings, speech and the like.
    """

    name: str
    price_input_usd: Decimal | None = None
    price_output_usd: Decimal | None = None
    context_tokens: int | None = None
    local: bool = False
    chat: bool | None = None

    @property
    def order(self) -> tuple[str, str]:
        """What it is sorted by: the provider, then the model, case aside."""
        provider, _, model = self.name.casefold().partition("/")
        return provider, model

    @property
    def price(self) -> str:
        """What a million tokens of input and of output cost, in words."""
        if self.price_input_usd is None or self.price_output_usd is None:
            return "price unknown"
        if self.price_input_usd == self.price_output_usd == 0:
            return "free, local" if self.local else "free"
        return f"{_dollars(self.price_input_usd)} / {_dollars(self.price_output_usd)}"

    @property
    def context(self) -> str:
        """How much it reads, in words, thousands as `k`; a dash where that is not known."""
        if self.context_tokens is None:
            return "–"
        if self.context_tokens < 1_000:
            return f"{self.context_tokens}"
        if self.context_tokens < 999_500:
            return f"{self.context_tokens / 1_000:.0f}k"
        return f"{self.context_tokens / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"

    def matches(self, words: Iterable[str]) -> bool:
        """Whether all of these are in its name, case aside."""
        name = self.name.casefold()
        return all(word.casefold() in name for word in words)


def choices_of(client: Chats, names: Iterable[str]) -> tuple[Choice, ...]:
    """The models with their prices and contexts, as far as they are known without asking anybody.

    Prices come from the provider's row and the price list; contexts from the listings that the client's home
    remembers, and the price list too. Of a client that is not the workbench's, nothing is known.

    Args:
        client: Whose settings and home say what is known; no key is needed.
        names: `provider/model` each, in any number: 400 take about half a second, the first time.
    """
    if not isinstance(client, Client):
        return tuple(Choice(name=name) for name in names)
    now = datetime.now(UTC)
    return tuple(_choice(client, name, now) for name in names)


def _choice(client: Client, name: str, now: datetime) -> Choice:
    try:
        provider, model = split_name(name, client.settings)
        host = host_of(provider, client.settings)
        row = host.variants.get(model, host)
    except ConfigError:  # a recorded model may be of a provider that is in no table here
        return Choice(name=name)
    # No call goes there, so it needs no address and no key: prices are shown to those who have none, too.
    to = Endpoint(
        provider=row.name,
        protocol=row.protocol,
        base_url="",
        prices=row.prices,
        price_list=row.price_list or row.name,
    )
    info = facts_of(row.name, model, client.home)
    listed = catalog_row(to, info, now)
    return Choice(
        name=name,
        price_input_usd=listed["input_usd_per_mtok"],
        price_output_usd=listed["output_usd_per_mtok"],
        context_tokens=info.context_tokens or context_tokens(to, model),
        local=row.local,
        chat=info.chat,
    )


def _dollars(usd: Decimal) -> str:
    """With at least two digits after the point, and four at most."""
    whole, _, part = f"{usd:,.4f}".rstrip("0").partition(".")
    return f"${whole}.{part:0<2}"
