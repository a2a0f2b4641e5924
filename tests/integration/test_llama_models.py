"""What llama.cpp's server, which nobody here wrote, tells of its model."""

from __future__ import annotations

import pytest
from project import Project
from servers import LlamaServer

from workbench import Client
from workbench.config import Settings

pytestmark = pytest.mark.server


@pytest.fixture
def client(llama_server: LlamaServer, project: Project) -> Client:
    values = {
        "LLAMACPP_BASE_URL": f"{llama_server.url}/v1",
        "ANTHROPIC_BASE_URL": llama_server.url,
        "ANTHROPIC_API_KEY": "anything",
    }
    return Client(project.home, settings=Settings(project=project.folder, values=values), attempts=2)


async def test_its_model_is_listed_with_its_context_and_is_free(client: Client) -> None:
    (model,) = await client.catalog("llamacpp")
    assert (model["model"], model["listed"]) == ("tiny", True)
    assert model["context_tokens"] >= 4096
    assert (model["input_usd_per_mtok"], model["output_usd_per_mtok"]) == (0, 0)


async def test_it_is_well_and_says_nothing_of_anybodys_key(client: Client) -> None:
    (local,) = await client.health("llamacpp")
    assert (local.status, local.models, local.problem) == ("ok", 1, "")
    (keyed,) = await client.health("anthropic")  # the same server, which lists its model to anybody
    assert (keyed.status, keyed.models) == ("unproven", 1)
