"""The narrow waist: everything that can be done about a call has one signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from workbench.calls import Call, Completion

Send = Callable[[Call], Awaitable[Completion]]
Policy = Callable[[Call, Send], Awaitable[Completion]]


def stack(policies: Sequence[Policy], send: Send) -> Send:
    """Put policies around `send`; the first in the list is the outermost.

    `stack([record, cache, retry], send)(call)` is `record(call, cache(…, retry(…, send)))`.
    """
    for policy in reversed(policies):
        send = _around(policy, send)
    return send


def _around(policy: Policy, send: Send) -> Send:
    def sent(call: Call) -> Awaitable[Completion]:
        return policy(call, send)

    return sent
