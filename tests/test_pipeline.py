from __future__ import annotations

from datetime import UTC, datetime

from uuid6 import uuid7

from workbench.calls import Call, Completion, Endpoint, Request
from workbench.pipeline import Policy, Send, stack

CALL = Call(
    id=uuid7(),
    started_at=datetime(2026, 11, 21, tzinfo=UTC),
    endpoint=Endpoint(provider="p", protocol="openai", base_url="http://p.example"),
    request=Request(model="m", messages=()),
)


async def test_the_first_policy_is_the_outermost() -> None:
    passed: list[str] = []

    def named(name: str) -> Policy:
        async def policy(call: Call, send: Send) -> Completion:
            passed.append(f"{name} in")
            completion = await send(call)
            passed.append(f"{name} out")
            return completion

        return policy

    async def send(call: Call) -> Completion:
        passed.append("sent")
        return Completion(text="Oslo")

    answer = await stack([named("outer"), named("inner")], send)(CALL)
    assert answer.text == "Oslo"
    assert passed == ["outer in", "inner in", "sent", "inner out", "outer out"]


async def test_without_policies_a_call_is_sent_as_it_is() -> None:
    async def send(call: Call) -> Completion:
        return Completion(text=call.name)

    assert (await stack([], send)(CALL)).text == "p/m"
