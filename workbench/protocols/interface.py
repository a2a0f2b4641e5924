"""What a protocol module has, and the values that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol as Interface

from workbench.calls import Chunk, Completion, ModelInfo, Request, fold

__all__ = ["SHAPE_ERRORS", "ErrorWords", "ModelInfo", "Protocol", "decode_received"]

SHAPE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What decoding raises on JSON of another shape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorWords:
    """A provider's own words about what went wrong.

    Attributes:
        message: What it says.
        code: Its code or type for it.
        retry_after_s: How long it asks to wait, seconds, where it says so in the body.
        status: The HTTP status that the body names; it counts where the answer's own says that all is well.
    """

    message: str
    code: str | None = None
    retry_after_s: float | None = None
    status: int | None = None


class Protocol(Interface):
    """What a protocol module has.

    It may also have `encode_count(request)` and `decode_count(body)`, like `encode` and `decode`, by which
    the provider counts the tokens of a request; `next_page(body)`, which gives the parameters of the URL of
    the listing's next page, or `None` after the last; and `encode_show(model)` and `decode_show(body)`, by
    which the server tells about one of its models, where the listing tells little.

    `decode`, `decode_event` and `decode_models` raise one of `SHAPE_ERRORS` on JSON of another shape; the
    transport makes an `UnreadableError` of it.
    """

    MODELS_PATH: str
    """Path of the listing of models, appended to the host's base URL."""

    CARRIES: frozenset[str]
    """What a request may have: names of `Params`, and `tools`, `output`, `images`, `files`."""

    END: str | None
    """The text of a server-sent event that is no JSON and ends the stream; `None` where there is none."""

    def encode(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The path, appended to the host's base URL, and the JSON body; absent parameters are left out.

        Raises:
            ConfigError: The request has a part that the protocol cannot carry.
        """

    def decode_request(self, body: Mapping[str, Any]) -> Request:
        """The request that a body asks: the way back from `encode`, for bodies that others wrote too.

        Fields that `Request` has no word for are in `Params.extra`, so that encoding gives them again; where
        a part of the messages is among them, `extra` has the messages as they were written.

        Raises:
            ConfigError: A turn has a part that its role cannot have.
            KeyError: Or another of `SHAPE_ERRORS`: the body is not in the protocol.
        """

    def decode(self, body: Mapping[str, Any]) -> Completion:
        """A whole answer."""

    def decode_event(self, event: Mapping[str, Any]) -> Chunk:
        """One event of a streamed answer; an event of a kind that is not known gives an empty chunk."""

    def decode_error(self, body: Mapping[str, Any]) -> ErrorWords | None:
        """What an error's body, or an event inside a stream, says; `None` where it is not an error."""

    def decode_models(self, body: Mapping[str, Any]) -> tuple[ModelInfo, ...]:
        """The listing of models, in the provider's order."""


def decode_received(wire: Protocol, received: Any) -> Completion:
    """A whole answer as it was received and kept: a body, or the list of a stream's events."""
    if isinstance(received, list):
        return fold(wire.decode_event(event) for event in received)
    return wire.decode(received)
