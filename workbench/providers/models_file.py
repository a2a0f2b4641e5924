"""`models.json` in the project's home: what providers listed, and what their models refused.

It is a cache: a damaged file, or one that cannot be written, is as good as none. No key is in it; listings of
one provider by different keys or addresses are told apart by a hash of both.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import portalocker

from workbench.calls import Endpoint, ModelInfo

NAME = "models.json"
FRESH = timedelta(days=1)
KEPT = timedelta(days=30)
_LOCK_S = 2.0
_FIELDS = frozenset(each.name for each in fields(ModelInfo))
_SHAPE_ERRORS = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a provider listed, and when."""

    at: datetime
    models: tuple[ModelInfo, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What the file says.

    Attributes:
        listings: By provider and place.
        listed: By provider and model, the latest word of each.
        refused: Parameters by provider and model.
    """

    listings: Mapping[tuple[str, str], Listing] = field(default_factory=dict)
    listed: Mapping[tuple[str, str], ModelInfo] = field(default_factory=dict)
    refused: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


NOTHING = Remembered()
_looked: dict[Path, float] = {}
_read: dict[Path, tuple[tuple[int, int, int], Remembered]] = {}


def remembered(home: Path, *, within_s: float = 0.0) -> Remembered:
    """What the file of a home says; what another process wrote is seen after so many seconds."""
    now = time.monotonic()
    if now - _looked.get(home, -math.inf) < within_s:
        return _read[home][1] if home in _read else NOTHING
    _looked[home] = now
    try:
        stat = (home / NAME).stat()
    except OSError:
        _read.pop(home, None)
        return NOTHING
    mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    if home not in _read or _read[home][0] != mark:
        _read[home] = (mark, _parsed(_content(home)))
    return _read[home][1]


def place_of(endpoint: Endpoint) -> str:
    """A mark of address and key, from which neither can be read."""
    key = "" if endpoint.secret is None else endpoint.secret.reveal()
    address = f"{endpoint.base_url}\n{endpoint.models_path}\n{sorted(endpoint.query.items())}\n{key}"
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def remember_listing(
    home: Path, endpoint: Endpoint, models: Sequence[ModelInfo], *, now: datetime | None = None
) -> bool:
    """Keep a provider's listing; gives whether it could be written."""
    at = (now or datetime.now(UTC)).isoformat()
    entry = {"at": at, "models": [_written(model) for model in models]}

    def add(content: dict[str, Any]) -> None:
        content.setdefault("listings", {}).setdefault(endpoint.provider, {})[place_of(endpoint)] = entry

    return _change(home, add, at)


def remember_refusal(
    home: Path, provider: str, model: str, parameter: str, *, now: datetime | None = None
) -> bool:
    """Keep that a model refused a parameter; gives whether it could be written."""
    at = (now or datetime.now(UTC)).isoformat()

    def add(content: dict[str, Any]) -> None:
        of_provider = content.setdefault("refusals", {}).setdefault(provider, {})
        of_provider.setdefault(model, {})[parameter] = at

    return _change(home, add, at)


def _change(home: Path, add: Callable[[dict[str, Any]], None], at: str) -> bool:
    """Write the file anew, one process after the other; readers have the old one or the new one, whole."""
    with contextlib.suppress(OSError, portalocker.LockException):
        with portalocker.Lock(home / "models.lock", "a", timeout=_LOCK_S, check_interval=0.02):
            content = _recent(_content(home), datetime.fromisoformat(at) - KEPT)
            add(content)
            new = home / f"models.{os.getpid()}.new"
            new.write_bytes(orjson.dumps(content))
            new.replace(home / NAME)
        _looked.pop(home, None)
        return True
    return False


def _content(home: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        content = orjson.loads((home / NAME).read_bytes())
        if isinstance(content, dict):
            return content
    return {}


def _recent(content: dict[str, Any], since: datetime) -> dict[str, Any]:
    """The content without what is too old; an empty one in place of one that is damaged."""
    with contextlib.suppress(*_SHAPE_ERRORS):
        return {
            "listings": {
                provider: {
                    place: entry
                    for place, entry in places.items()
                    if datetime.fromisoformat(entry["at"]) >= since
                }
                for provider, places in content.get("listings", {}).items()
            },
            "refusals": {
                provider: {
                    model: {name: at for name, at in refused.items() if datetime.fromisoformat(at) >= since}
                    for model, refused in models.items()
                }
                for provider, models in content.get("refusals", {}).items()
            },
        }
    return {}


def _parsed(content: dict[str, Any]) -> Remembered:
    content = _recent(content, datetime.now(UTC) - KEPT)
    with contextlib.suppress(*_SHAPE_ERRORS):
        listings = {
            (provider, place): Listing(
                at=datetime.fromisoformat(entry["at"]),
                models=tuple(_model(model) for model in entry["models"]),
            )
            for provider, places in content.get("listings", {}).items()
            for place, entry in places.items()
        }
        oldest_first = sorted(listings.items(), key=lambda item: item[1].at)
        return Remembered(
            listings=listings,
            listed={
                (provider, model.id): model
                for (provider, _), listing in oldest_first
                for model in listing.models
            },
            refused={
                (provider, model): frozenset(refused)
                for provider, models in content.get("refusals", {}).items()
                for model, refused in models.items()
            },
        )
    return Remembered()


def _written(model: ModelInfo) -> dict[str, Any]:
    known = {name: fact for name, fact in asdict(model).items() if fact is not None}
    return known | ({"refuses": sorted(model.refuses)} if model.refuses is not None else {})


def _model(facts: dict[str, Any]) -> ModelInfo:
    known = {name: fact for name, fact in facts.items() if name in _FIELDS}
    if "refuses" in known:
        known["refuses"] = frozenset(known["refuses"])
    return ModelInfo(**known)
