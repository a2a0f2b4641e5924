"""What is known of models by their names: data, for where the provider's own listing says nothing.

A pattern is a regular expression that is searched in `provider/model`, in lower case. Rows further down
replace what those above them say, so that the particular follows the general.
"""

from __future__ import annotations

from workbench.calls import ModelInfo

_SAMPLING = frozenset({"temperature", "top_p", "top_k"})
_PENALTIES = frozenset({"frequency_penalty", "presence_penalty"})
# Models of OpenAI at OpenAI and at Azure, under whatever name the host has in the table.
_OPENAI = r"^(openai|azure)[^/]*/"
# Where Anthropic's models are asked as such; OpenRouter ignores what they refuse.
_CLAUDE = r"^(anthropic|azure|bedrock|aws|vertex|google|databricks|snowflake)[^/]*/.*claude-"


def _row(**facts: bool | frozenset[str]) -> ModelInfo:
    return ModelInfo(id="", **facts)  # type: ignore[arg-type]


MODEL_FACTS: dict[str, ModelInfo] = {
    # OpenAI: https://platform.openai.com/docs/models
    r"(^|[-/])gpt-(3\.5|4)": _row(
        chat=True, tools=True, images=False, files=False, output=False, reasoning=False
    ),
    r"(^|[-/])gpt-4-turbo": _row(images=True, files=True),
    r"(^|[-/])gpt-4(o|\.1)": _row(images=True, files=True, output=True),
    r"(^|[-/])gpt-4o-2024-05-13": _row(output=False),  # older than structured output
    r"(^|[-/])gpt-4o(-mini)?-audio|(^|[-/])gpt-audio": _row(
        chat=True, images=False, files=False, output=False
    ),
    r"(^|[-/])(o[134]|gpt-[56])([-.]|$)": _row(
        chat=True, tools=True, images=True, files=True, output=True, reasoning=True
    ),
    r"(^|[-/])o3-mini": _row(images=False, files=False),
    r"(^|[-/])gpt-5(\.\d)?-chat": _row(reasoning=False),
    r"(^|[-/])gpt-oss": _row(chat=True, tools=True, images=False, files=False, reasoning=True),
    # https://platform.openai.com/docs/guides/reasoning: the penalties are fixed; of the sampling that goes
    # with the thinking see WHILE_THINKING. `stop`: https://github.com/BerriAI/litellm/issues/10080,
    # https://github.com/NVIDIA-NeMo/Guardrails/pull/1811
    _OPENAI + r"o[134](-|$)": _row(
        refuses=frozenset({"temperature", "top_p", "logprobs", "stop"}) | _PENALTIES
    ),
    _OPENAI + r"(o1|o3-mini)": _row(refuses=frozenset({"temperature", "top_p", "logprobs"}) | _PENALTIES),
    _OPENAI + r"gpt-[56]": _row(refuses=frozenset({"stop"}) | _PENALTIES),
    _OPENAI + r"gpt-5(\.\d)?-chat": _row(refuses=frozenset()),
    # Anthropic: https://platform.claude.com/docs/en/about-claude/models/overview
    r"claude-(2|v\d|instant)": _row(chat=True, tools=False, images=False, files=False, output=False),
    r"claude-3": _row(chat=True, tools=True, images=True, output=False, reasoning=False),
    r"claude-3-[57]": _row(files=True),
    r"claude-3-7": _row(reasoning=True),
    r"claude-[a-z]+-[4-9]": _row(chat=True, tools=True, images=True, files=True, reasoning=True),
    # https://platform.claude.com/docs/en/build-with-claude/structured-outputs: from 4.5 on, and Opus 4.1
    r"claude-(opus-4[-.]1|[a-z]+-4[-.][5-9]|[a-z]+-[5-9])": _row(output=True),
    # https://platform.claude.com/docs/en/about-claude/models/migration-guide, for Sonnet 5 also
    # https://github.com/earendil-works/pi/pull/7961
    _CLAUDE + r"(opus-4[-.][78]|[a-z]+-[5-9]|mythos)": _row(refuses=_SAMPLING),
    # Google: https://ai.google.dev/gemini-api/docs/models
    r"gemini-(\d|flash|pro)": _row(chat=True, tools=True, images=True, files=True, output=True),
    r"gemini-(1|2\.0)": _row(reasoning=False),
    r"gemini-(2\.5|[3-9]|flash-latest|pro-latest)": _row(reasoning=True),
    # xAI: https://docs.x.ai/docs/guides/reasoning; `stop` https://github.com/huggingface/smolagents/pull/1766
    r"grok-[34]": _row(chat=True, tools=True, output=True),
    r"^xai/grok-(3-mini|4|code|build)": _row(refuses=frozenset({"stop"}) | _PENALTIES, reasoning=True),
    # https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning
    r"^xai/grok-4(-0709|-fast|-1-fast|\.20|$)": _row(
        refuses=frozenset({"stop", "reasoning_effort"}) | _PENALTIES
    ),
    r"^xai/grok-4.*non-reasoning": _row(refuses=frozenset({"reasoning_effort"}), reasoning=False),
    # DeepSeek: https://api-docs.deepseek.com/quick_start/pricing
    r"deepseek-(r1|reasoner|v4)": _row(chat=True, reasoning=True),
    # Open weights, by what their cards say: https://huggingface.co/meta-llama, …/Qwen, …/mistralai
    r"llama-?3[.-][13](-|:|$)": _row(chat=True, images=False),
    r"llama-?3\.2-?:?(11b|90b)|llama-?4|llama3\.2-vision|qwen[\d.]*-?vl|pixtral|llava": _row(images=True),
    # What does not converse: vectors, sounds, pictures, films, judgements on other texts, plain completion.
    r"embed|rerank|moderation|whisper|transcri|[-/]tts|dall-e|gpt-image|imagen|/veo|/sora|lyria": _row(
        chat=False
    ),
    r"realtime|[-/]bge-|/voyage-|/e5-|mistral-ocr|davinci|babbage|gpt-3\.5-turbo-instruct": _row(chat=False),
}
"""Facts by pattern; packages add to them by the entry point `workbench.models`."""

_WITHOUT_THINKING = frozenset({"temperature", "top_p", "logprobs"})
# OpenAI takes these of a model that can think only where its effort is `none`:
# https://developers.openai.com/api/docs/guides/latest-model (parameter compatibility). From 5.5 on models
# think unless told otherwise: https://github.com/BerriAI/litellm/pull/34599
WHILE_THINKING: dict[str, tuple[frozenset[str], str]] = {
    _OPENAI + r"gpt-[56]": (_WITHOUT_THINKING, "medium"),
    _OPENAI + r"gpt-5\.[124]": (_WITHOUT_THINKING, "none"),
    _OPENAI + r"gpt-5\.\d-(pro|codex)": (_WITHOUT_THINKING, "medium"),
    _OPENAI + r"gpt-5(\.\d)?-chat": (frozenset(), "none"),
}
"""Parameters that are refused unless the effort is `none`, and the model's effort where none is named."""
