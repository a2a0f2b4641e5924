"""Services that have ended: their rows say when, and where to go instead."""

from __future__ import annotations

from workbench.providers.host import Host

ROWS = (
    Host(
        name="anyscale",
        base_url="https://api.endpoints.anyscale.com/v1",
        key="ANYSCALE_API_KEY",
        closed="Anyscale Endpoints ended on 2024-08-01; set ANYSCALE_BASE_URL to an endpoint of your own "
        "there, or ask together, fireworks or deepinfra, which host the same open models",
        docs="https://docs.anyscale.com",
    ),
    Host(
        name="octoai",
        base_url="https://text.octoai.run/v1",
        key="OCTOAI_TOKEN",
        closed="OctoAI ended on 2024-10-31, after NVIDIA had bought it; ask nvidia instead",
        aliases=("octo",),
        docs="https://docs.api.nvidia.com/nim/reference/llm-apis",
    ),
    Host(
        name="lepton",
        base_url="https://llm.lepton.run/api/v1",
        key="LEPTON_API_TOKEN",
        closed="Lepton AI was bought by NVIDIA in April 2025 and is DGX Cloud Lepton now; set "
        "LEPTON_BASE_URL to an endpoint of your own there, or ask nvidia for hosted models",
        aliases=("lepton_ai",),
        other_keys=("LEPTON_API_KEY",),
        domains=("*.lepton.run",),
        docs="https://docs.nvidia.com/dgx-cloud/lepton/",
    ),
    Host(
        name="nexusflow",
        base_url="https://nexusflow.ai",
        key="NEXUSFLOW_API_KEY",
        closed="NexusFlow's founders went to NVIDIA in June 2025, and it has no API any more; its models are "
        "open: serve them by vllm, or set NEXUSFLOW_BASE_URL to where they are",
        docs="https://huggingface.co/Nexusflow",
    ),
    Host(
        name="lambda",
        base_url="https://api.lambda.ai/v1",
        key="LAMBDA_API_KEY",
        closed="Lambda's Inference API ended on 2025-09-25; ask together, deepinfra or nebius, which host "
        "the same open models",
        aliases=("lambda_ai",),
        docs="https://lambda.ai/inference",
    ),
    Host(
        name="llama_api",
        base_url="https://api.llama.com/compat/v1",
        key="LLAMA_API_KEY",
        closed="Meta's Llama API ended on 2026-07-06; ask meta instead",
        aliases=("meta_llama",),
        docs="https://dev.meta.ai/docs",
    ),
    Host(
        name="github",
        base_url="https://models.github.ai/inference",
        key="GITHUB_TOKEN",
        closed="GitHub Models ended on 2026-07-30; GitHub names Microsoft Foundry (azure) instead",
        aliases=("github_models", "github-models"),
        docs="https://docs.github.com/en/github-models",
    ),
)
