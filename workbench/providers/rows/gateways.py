"""Those who pass requests on to other providers: one row each."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        key="OPENROUTER_API_KEY",
        # The names under which it shows the traffic of an application; left out where they are not set.
        headers={"HTTP-Referer": "{OPENROUTER_SITE_URL:}", "X-Title": "{OPENROUTER_APP_NAME:}"},
        models=("~openai/gpt-mini-latest", "~anthropic/claude-haiku-latest"),
        key_path="/key",  # https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key
        docs="https://openrouter.ai/docs/api-reference/overview",
    ),
    Host(  # A model may name who serves it: `org/name:provider`, `:fastest`, `:cheapest`.
        name="huggingface",
        base_url="https://router.huggingface.co/v1",
        key="HF_TOKEN",
        aliases=("hf",),
        other_keys=("HUGGINGFACE_API_KEY", "HUGGING_FACE_HUB_TOKEN"),
        key_path="https://huggingface.co/api/whoami-v2",
        docs="https://huggingface.co/docs/inference-providers",
    ),
    Host(  # Embeddings alone, of models that Hugging Face itself runs.
        name="huggingface_inference",
        base_url="https://router.huggingface.co/hf-inference",
        key="HF_TOKEN",
        aliases=("hf_inference",),
        other_keys=("HUGGINGFACE_API_KEY", "HUGGING_FACE_HUB_TOKEN"),
        protocol="hf_embeddings",
        embed_batch=32,
        docs="https://huggingface.co/docs/inference-providers/tasks/feature-extraction",
    ),
    Host(
        name="vercel",
        base_url="https://ai-gateway.vercel.sh/v1",
        key="AI_GATEWAY_API_KEY",
        aliases=("vercel_ai_gateway",),
        other_keys=("VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
        docs="https://vercel.com/docs/ai-gateway/openai-compat",
    ),
    Host(
        name="requesty",
        base_url="https://router.requesty.ai/v1",
        key="REQUESTY_API_KEY",
        docs="https://docs.requesty.ai",
    ),
    Host(
        name="poe",
        base_url="https://api.poe.com/v1",
        key="POE_API_KEY",
        docs="https://creator.poe.com/docs/external-applications/openai-compatible-api",
    ),
    Host(
        name="nanogpt",
        base_url="https://nano-gpt.com/api/v1",
        key="NANOGPT_API_KEY",
        aliases=("nano-gpt",),
        docs="https://docs.nano-gpt.com",
    ),
    Host(
        name="edenai",
        base_url="https://api.edenai.run/v3",
        key="EDENAI_API_KEY",
        docs="https://www.edenai.co/docs",
    ),
    Host(
        name="aihubmix",
        base_url="https://aihubmix.com/v1",
        key="AIHUBMIX_API_KEY",
        docs="https://docs.aihubmix.com",
    ),
)
