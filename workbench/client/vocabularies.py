"""Tokenizers that are on this machine: nothing is ever fetched for them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from workbench.config import Settings
from workbench.errors import ConfigError

SETTING = "WORKBENCH_TOKENIZERS"
_TIKTOKEN_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"

Count = Callable[[str], int]
"""The number of tokens of a text."""


def tokenizer_of(model: str, settings: Settings) -> Count | None:
    """The tokenizer of a model, if its vocabulary is on this machine; `None` if it is not.

    A `tokenizer.json` that the setting WORKBENCH_TOKENIZERS names, one `provider/model=path` a line, needs
    the library tokenizers; OpenAI's models need the library tiktoken, with the vocabulary in its cache.

    Args:
        model: `provider/model`.
        settings: Where the setting is looked up.

    Raises:
        ConfigError: The setting names a file that is none, or the library for it is not installed.
    """
    for line in (settings.get(SETTING) or "").splitlines():
        name, _, path = line.partition("=")
        if name.strip() == model:
            return _from_file(path.strip())
    return _from_cache(model.rpartition("/")[2])


@lru_cache(maxsize=16)
def _from_file(path: str) -> Count:
    try:
        from tokenizers import Tokenizer
    except ImportError as exc:
        raise ConfigError(f"{SETTING} names {path!r}: pip install tokenizers, which reads it") from exc
    try:
        tokenizer = Tokenizer.from_file(str(Path(path).expanduser()))
    except Exception as exc:  # the library raises nothing narrower
        raise ConfigError(f"{SETTING}: {path!r} is no tokenizer.json that can be read: {exc}") from exc
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


@lru_cache(maxsize=64)
def _from_cache(model: str) -> Count | None:
    try:
        import tiktoken
    except ImportError:
        return None
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return None
    # The library fetches what is not here, so this is looked at first, where it looks itself:
    # https://github.com/openai/tiktoken/blob/main/tiktoken/load.py
    own = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    folder = Path(tempfile.gettempdir(), "data-gym-cache") if own is None else Path(own)
    file = hashlib.sha1(_TIKTOKEN_URL.format(name).encode(), usedforsecurity=False).hexdigest()
    if not (folder / file).is_file():
        return None
    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode_ordinary(text))
