"""How AWS says what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.protocols.interface import ErrorWords


def decode_error(body: Mapping[str, Any]) -> ErrorWords | None:
    """What an error's body or an exception inside a stream says; `None` where there is none.

    The body of an error has no code: that is in the header `x-amzn-errortype`, which the transport reads.
    """
    message = body.get("message", body.get("Message"))
    code = body.get("__type")
    if not isinstance(message, str) and not isinstance(code, str):
        return None
    return ErrorWords(
        message=message if isinstance(message, str) else "",
        # DynamoDB and its like write `namespace#Code`.
        code=code.rpartition("#")[2] if isinstance(code, str) else None,
    )
