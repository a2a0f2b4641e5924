"""One asynchronous client over every provider; each of its calls is a row of the log."""

from workbench.client.client import Client
from workbench.client.discovery import Reachable
from workbench.client.embeddings import Embeddings
from workbench.client.health import Health
from workbench.client.messages import Messages
from workbench.client.options import Cache, ChatOptions
from workbench.client.replay import Replay
from workbench.client.stream import Stream
from workbench.client.tool_run import ToolRun

__all__ = [
    "Cache",
    "ChatOptions",
    "Client",
    "Embeddings",
    "Health",
    "Messages",
    "Reachable",
    "Replay",
    "Stream",
    "ToolRun",
]
