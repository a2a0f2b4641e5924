"""Chance that is the same in every process."""

from __future__ import annotations

import hashlib
import json
import random


def seeded(*parts: str | int) -> random.Random:
    """A generator that depends on nothing but the parts: the same in every process, unlike `hash()`."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - a simulation, not a secret
