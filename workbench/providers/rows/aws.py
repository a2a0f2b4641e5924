"""Amazon's services: one row each.

Without an API key a request is signed: by the keys of the settings, else by what botocore finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.providers.host import Host

REGION = "{AWS_REGION|AWS_DEFAULT_REGION:us-east-1}"
SIGNED: Mapping[str, str] = {
    "region": REGION,
    "access_key_id": "{AWS_ACCESS_KEY_ID:}",
    "secret_access_key": "{AWS_SECRET_ACCESS_KEY:}",
    "session_token": "{AWS_SESSION_TOKEN:}",
    "profile": "{AWS_PROFILE:}",
}

_BEDROCK = Host(
    name="bedrock",
    base_url=f"https://bedrock-runtime.{REGION}.amazonaws.com",
    key="AWS_BEARER_TOKEN_BEDROCK",
    domains=("bedrock-runtime.*.amazonaws.com",),
    needs_key=False,
    protocol="bedrock",
    auth="aws",
    options={**SIGNED, "service": "bedrock"},
    models_path=f"https://bedrock.{REGION}.amazonaws.com/foundation-models",
    embed_batch=1,  # Titan's; Cohere's would take 96
    price_list="aws",
    models=("us.amazon.nova-lite-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0"),
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
)

ROWS = (
    _BEDROCK,
    replace(
        _BEDROCK,
        name="bedrock_invoke",
        domains=(),
        protocol="bedrock_invoke",
        docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html",
    ),
    Host(
        name="sagemaker",
        base_url=f"https://runtime.sagemaker.{REGION}.amazonaws.com",
        domains=("runtime.sagemaker.*.amazonaws.com",),
        needs_key=False,
        protocol="sagemaker",
        auth="aws",
        options={**SIGNED, "service": "sagemaker"},
        models_path="",  # its endpoints are listed by another service, in another protocol
        docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html",
    ),
)
