"""The narrow waist: everything that can be done about a call has one signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial, reduce

from workbench.calls import Call, Completion

Send = Callable[[Call], Awaitable[Completion]]
Policy = Callable[[Call, Send], Awaitable[Completion]]


def stack(policies: Sequence[Policy], send: Send) -> Send:
    """Put policies around `send`; the first in the list is the outermost.

    `stack([record, cache, retry], send)(call)` is `record(call, cache(…, retry(…, send)))`.
    """
    return reduce(lambda below, policy: partial(policy, send=below), reversed(policies), send)
