"""Google's two ways to Gemini."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta",
        aliases=("google",),
        key="GEMINI_API_KEY",
        other_keys=("GOOGLE_API_KEY",),
        protocol="gemini",
        auth_header="x-goog-api-key",
        auth_prefix="",
        price_list="google",
        models=("gemini-3.5-flash-lite", "gemini-3.8-flash"),
        docs="https://ai.google.dev/api",
    ),
    Host(
        name="vertex",
        base_url="https://{GOOGLE_CLOUD_LOCATION:us-central1}-aiplatform.googleapis.com/v1"
        "/projects/{GOOGLE_CLOUD_PROJECT}/locations/{GOOGLE_CLOUD_LOCATION:us-central1}/publishers/google",
        aliases=("vertex_ai",),
        key="VERTEX_API_KEY",
        other_keys=("GOOGLE_OAUTH_ACCESS_TOKEN",),
        needs_key=False,
        protocol="vertex",
        auth="google",
        price_list="google",
        models_path="https://aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=1000",
        embed_batch=1,  # gemini-embedding-001 takes one text at a time
        models=("gemini-3.5-flash-lite",),
        docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    ),
)
