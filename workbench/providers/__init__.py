"""Hosts as a table, and the way from a name that a user writes to an endpoint."""

from workbench.providers.hosts import FREE, HOSTS, Host, Prices, register
from workbench.providers.names import endpoint, has_key, host_for_url, is_configured, nearest, split_name

__all__ = [
    "FREE",
    "HOSTS",
    "Host",
    "Prices",
    "endpoint",
    "has_key",
    "host_for_url",
    "is_configured",
    "nearest",
    "register",
    "split_name",
]
