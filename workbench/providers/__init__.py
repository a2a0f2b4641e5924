"""Hosts as a table, and the way from a name that a user writes to an endpoint."""

from workbench.providers.endpoints import endpoint, has_key, is_configured
from workbench.providers.hosts import FREE, HOSTS, Host, Prices, register
from workbench.providers.names import default_model, host_of, nearest, split_name
from workbench.providers.table import default_host, find_host, known_hosts
from workbench.providers.urls import host_for_url

__all__ = [
    "FREE",
    "HOSTS",
    "Host",
    "Prices",
    "default_host",
    "default_model",
    "endpoint",
    "find_host",
    "has_key",
    "host_for_url",
    "host_of",
    "is_configured",
    "known_hosts",
    "nearest",
    "register",
    "split_name",
]
