"""The rows of the table of providers, by kind."""

from workbench.providers.rows import gateways, hosted, local, makers

ROWS = (*makers.ROWS, *gateways.ROWS, *hosted.ROWS, *local.ROWS)

__all__ = ["ROWS"]
