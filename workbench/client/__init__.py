"""One asynchronous client over every provider; each of its calls is a row of the log."""

from workbench.client.asking import Cache
from workbench.client.client import Client
from workbench.client.discovery import Reachable
from workbench.client.messages import Messages
from workbench.client.replay import Replay
from workbench.client.stream import Stream

__all__ = ["Cache", "Client", "Messages", "Reachable", "Replay", "Stream"]
