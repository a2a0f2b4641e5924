"""The rows of the table of providers, by kind."""

from workbench.providers.rows import aws, azure, closed, gateways, google, hosted, local, makers

ROWS = (
    *makers.ROWS,
    *google.ROWS,
    *gateways.ROWS,
    *hosted.ROWS,
    *aws.ROWS,
    *azure.ROWS,
    *local.ROWS,
    *closed.ROWS,
)

__all__ = ["ROWS"]
