"""The table of providers; its rows are in `workbench/providers/rows`."""

from __future__ import annotations

from workbench.providers.host import FREE, Host, Prices
from workbench.providers.rows import ROWS

__all__ = ["FREE", "HOSTS", "Host", "Prices", "register"]

HOSTS: dict[str, Host] = {host.name: host for host in ROWS}


def register(host: Host) -> None:
    """Add a provider to the table of this process, or put another row in the place of one."""
    HOSTS[host.name] = host
