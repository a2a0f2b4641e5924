"""A row of the table of providers: where one is, with which key, and where it deviates from its protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.calls import OwnPrice

Prices = Mapping[str, OwnPrice]
FREE: Prices = {"*": (Decimal(0), Decimal(0))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """One provider.

    Attributes:
        name: What users write before the slash.
        aliases: Other names that users write for it.
        base_url: URL that the protocol's paths are appended to; the setting `<NAME>_BASE_URL` overrides it.
            `{NAME}` in it is filled in from the settings; `{NAME:default}` and `{NAME|OTHER:default}` too.
        domains: Further domains that it answers at, `*` being any text: `"*.openai.azure.com"`.
        key: The setting that holds the key; `None` where there is none.
        other_keys: Further settings that it is looked up under.
        model_key: A further setting of its default model, beside `<NAME>_MODEL`.
        needs_key: Whether nothing can be asked without the key.
        local: Whether it usually runs on the user's machine.
        listen_key: The setting by which the server itself is told where to listen; read where no base URL is
            set.
        protocol: Name of its wire format.
        auth: How requests are authorised: `key` in a header, or another way of the transport's table.
        auth_header: The header that carries the key.
        auth_prefix: What stands before the key in it.
        headers: Further headers of every request; filled in like the base URL, and left out where nothing is
            filled in.
        query: Further parameters of every URL; filled in like the base URL.
        options: What else the protocol or the authorisation has to know; filled in like the base URL.
        renames: Names of body fields that it writes otherwise; an empty new name leaves the field out.
        refuses: Parameters, by our names, that none of its models takes.
        refuses_at: Further ones, by the value of a header: what a version of its API refuses.
        models_path: Path of its listing of models, where it is not the protocol's; a whole URL, or a path
            from `/..` on, where it is not under the base URL, and empty where there is none.
        key_path: A path, or a whole URL, that answers to a right key only, where the listing answers anybody.
        embed_batch: Most texts of one request for embeddings.
        closed: When the service ended, and what replaced it; empty where it goes on.
        prices: USD per million input, output and perhaps cached input tokens by model, `"*"` for every one;
            where a model is not in it, the price comes from the price list under `price_list`, and is unknown
            where that has none.
        price_list: Its id in the price list; its name where `None`.
        variants: Models that it serves by another protocol: model to the row that holds for it.
        models: Models to begin with, where the user names none; inexpensive ones.
        docs: Where its API is described.
    """

    name: str
    base_url: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    key: str | None = None
    other_keys: tuple[str, ...] = ()
    model_key: str | None = None
    needs_key: bool = True
    local: bool = False
    listen_key: str | None = None
    protocol: str = "openai"
    auth: str = "key"
    auth_header: str = "Authorization"
    auth_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    refuses_at: Mapping[str, frozenset[str]] = field(default_factory=dict)
    models_path: str | None = None
    key_path: str | None = None
    embed_batch: int = 100
    closed: str = ""
    prices: Prices = field(default_factory=dict)
    price_list: str | None = None
    variants: Mapping[str, Host] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    docs: str = ""
