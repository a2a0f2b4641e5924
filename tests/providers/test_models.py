"""What is known of models by their names, and what is remembered of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workbench.calls import PARAMS, Endpoint, ModelInfo, Secret
from workbench.providers.model_facts import MODEL_FACTS, WHILE_THINKING
from workbench.providers.models import facts_of, observed
from workbench.providers.models_file import place_of, remember_listing, remembered

GROQ = Endpoint(
    provider="groq",
    protocol="openai",
    base_url="https://api.groq.com/openai/v1",
    secret=Secret("gsk-0123456789"),
)


def refused(name: str, **options: Any) -> set[str]:
    provider, _, model = name.partition("/")
    return set(facts_of(provider, model, **options).refuses or ())


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("openai/gpt-4o-mini", {"images": True, "output": True, "reasoning": False, "chat": True}),
        ("openai/gpt-4o-2024-05-13", {"images": True, "output": False}),
        ("openai/gpt-4", {"images": False, "tools": True, "output": False}),
        ("openai/gpt-5.4-mini", {"images": True, "files": True, "output": True, "reasoning": True}),
        ("openrouter/openai/gpt-6-sol", {"images": True, "reasoning": True}),
        ("openai/o3-mini", {"images": False, "reasoning": True}),
        ("groq/openai/gpt-oss-20b", {"images": False, "tools": True, "reasoning": True}),
        ("anthropic/claude-sonnet-4-5", {"images": True, "files": True, "output": True, "reasoning": True}),
        ("anthropic/claude-3-haiku-20240307", {"images": True, "output": False, "reasoning": False}),
        ("bedrock/us.anthropic.claude-opus-4-7-v1:0", {"images": True, "reasoning": True}),
        ("gemini/gemini-2.5-flash", {"images": True, "tools": True, "output": True, "reasoning": True}),
        ("openai/text-embedding-3-small", {"chat": False}),
        ("gemini/gemini-2.5-flash-preview-tts", {"chat": False}),
        ("openai/gpt-3.5-turbo-instruct", {"chat": False}),
        ("ollama/llama3.2-vision:11b", {"images": True}),
        ("ollama/qwen3:4b", {"images": None, "tools": None, "chat": None, "refuses": None}),
    ],
)
def test_a_models_name_tells_what_it_can_do(name: str, facts: dict[str, Any]) -> None:
    provider, _, model = name.partition("/")
    info = facts_of(provider, model)
    assert {fact: getattr(info, fact) for fact in facts} == facts
    assert info.id == model


SAMPLING = {"temperature", "top_p", "logprobs"}
PENALTIES = {"frequency_penalty", "presence_penalty"}


@pytest.mark.parametrize(
    ("name", "effort", "expected"),
    [
        ("openai/gpt-4o", None, set()),
        ("openai/o3", None, SAMPLING | PENALTIES | {"stop"}),
        ("openai/o3-mini", None, SAMPLING | PENALTIES),
        ("openai/gpt-5-mini", None, SAMPLING | PENALTIES | {"stop"}),
        ("azure/gpt-5-mini", None, SAMPLING | PENALTIES | {"stop"}),
        ("openai/gpt-5-chat-latest", None, set()),
        ("openai/gpt-5.4", None, PENALTIES | {"stop"}),
        ("openai/gpt-5.4", "low", SAMPLING | PENALTIES | {"stop"}),
        ("openai/gpt-5.4-pro", None, SAMPLING | PENALTIES | {"stop"}),
        ("openai/gpt-6-sol", None, SAMPLING | PENALTIES | {"stop"}),
        ("openai/gpt-6-sol", "none", PENALTIES | {"stop"}),
        # OpenRouter leaves out by itself what a model refuses.
        ("openrouter/openai/gpt-5", None, set()),
        ("openrouter/anthropic/claude-opus-4.7", None, set()),
        ("anthropic/claude-opus-4-7-20260416", None, {"temperature", "top_p", "top_k"}),
        ("anthropic/claude-sonnet-5-5", None, {"temperature", "top_p", "top_k"}),
        ("vertex/claude-haiku-5-5", None, {"temperature", "top_p", "top_k"}),
        ("anthropic/claude-sonnet-4-6", None, set()),
        ("anthropic/claude-opus-4-20250514", None, set()),
        ("xai/grok-4-0709", None, PENALTIES | {"stop", "reasoning_effort"}),
        ("xai/grok-4-fast-non-reasoning", None, {"reasoning_effort"}),
    ],
)
def test_what_a_model_refuses_depends_on_its_host_and_on_its_effort(
    name: str, effort: str | None, expected: set[str]
) -> None:
    assert refused(name, effort=effort) == expected


def test_every_refusal_is_a_parameter_of_ours() -> None:
    named = [facts.refuses or () for facts in MODEL_FACTS.values()]
    named += [refused for refused, _ in WHILE_THINKING.values()]
    assert {name for names in named for name in names} <= set(PARAMS)


def test_a_listing_is_believed_before_a_name(tmp_path: Path) -> None:
    listed = (ModelInfo(id="gpt-4o-fake", images=False, context_tokens=8192), ModelInfo(id="other"))
    assert remember_listing(tmp_path, GROQ, listed)
    info = facts_of("groq", "gpt-4o-fake", tmp_path)
    assert (info.images, info.tools, info.context_tokens) == (False, True, 8192)
    assert facts_of("groq", "gpt-4o-fake").images is True


def test_listings_are_kept_by_address_and_key_without_showing_the_key(tmp_path: Path) -> None:
    models = (ModelInfo(id="a", refuses=frozenset({"seed"}), listed=True), ModelInfo(id="b", images=False))
    other = Endpoint(provider="groq", protocol="openai", base_url="http://127.0.0.1:9", secret=GROQ.secret)
    remember_listing(tmp_path, GROQ, models)
    remember_listing(tmp_path, other, models[:1])
    listings = remembered(tmp_path).listings
    assert listings["groq", place_of(GROQ)].models == models
    assert listings["groq", place_of(other)].models == models[:1]
    assert "gsk-0123456789" not in (tmp_path / "models.json").read_text()


def test_an_observed_refusal_is_remembered_for_30_days(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    observed("groq", "m", "logprobs", tmp_path, now=now - timedelta(days=29))
    observed("groq", "m", "seed", tmp_path, now=now - timedelta(days=31))
    observed("groq", "other", "n", tmp_path, now=now - timedelta(days=29))
    assert refused("groq/m", home=tmp_path) == {"logprobs"}
    assert refused("groq/m") == set()
    observed("groq", "m", "n", tmp_path)
    assert "seed" not in (tmp_path / "models.json").read_text()


def test_a_refusal_is_added_to_those_that_the_name_tells(tmp_path: Path) -> None:
    observed("openai", "gpt-5.4", "n", tmp_path)
    assert refused("openai/gpt-5.4", home=tmp_path) == PENALTIES | {"stop", "n"}


def test_without_a_home_the_process_remembers_refusals(tmp_path: Path) -> None:
    observed("nowhere", "m1", "seed")
    observed("nowhere", "m2", "seed", tmp_path / "missing")
    assert refused("nowhere/m1") == refused("nowhere/m2") == {"seed"}
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1]",
        "7",
        '{"listings": 7}',
        '{"listings": {"groq": {"x": {"at": "never"}}}}',
        '{"listings": {"groq": {"x": {"at": "2026-01-01T00:00:00+00:00", "models": [{"name": 1}]}}}}',
        '{"refusals": {"groq": ["m"]}}',
        '{"refusals": {"groq": {"m": {"seed": "2026-01-01"}}}}',
    ],
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "models.json").write_text(content)
    assert facts_of("groq", "m", tmp_path) == ModelInfo(id="m")
    observed("groq", "m", "seed", tmp_path)
    assert refused("groq/m", home=tmp_path) == {"seed"}


def test_a_field_of_a_later_version_is_passed_over(tmp_path: Path) -> None:
    remember_listing(tmp_path, GROQ, (ModelInfo(id="m", tools=True),))
    content = json.loads((tmp_path / "models.json").read_text())
    content["listings"]["groq"][place_of(GROQ)]["models"][0]["smell"] = "sweet"
    (tmp_path / "models.json").write_text(json.dumps(content))
    assert facts_of("groq", "m", tmp_path).tools is True


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from workbench.providers.models import observed\n"
        "for n in range(20): observed('groq', f'{sys.argv[1]}-{n}', 'seed', Path(sys.argv[2]))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(n), str(tmp_path)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(remembered(tmp_path).refused) == 60


def test_a_package_adds_facts_and_a_broken_one_takes_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "farm.py").write_text(
        "from workbench.calls import ModelInfo\n"
        "FACTS = {'farm/wheat': ModelInfo(id='', images=True), 'gpt-4o': ModelInfo(id='', images=False)}\n"
        "BROKEN = {'(': ModelInfo(id='', images=True)}\n"
        "WRONG = {'farm/wheat': {'images': False}}\n"
    )
    about = tmp_path / "farm-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: farm\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[workbench.models]\nfarm = farm:FACTS\nbroken = farm:BROKEN\nwrong = farm:WRONG\n"
    )
    script = (
        "from workbench.providers.models import facts_of\n"
        "print([facts_of(*name).images for name in [('farm', 'wheat'), ('openai', 'gpt-4o'), ('x', 'y')]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path.cwd())])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[True, False, None]"
    assert "extension 'broken' in workbench.models is no dictionary of patterns" in done.stderr
    assert "extension 'wrong'" in done.stderr
