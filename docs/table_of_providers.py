"""Write the table of providers into providers.md: `python docs/table_of_providers.py`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.providers import Host
from workbench.providers.rows import ROWS

PAGE = Path(__file__).with_name("providers.md")
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"


def page(text: str) -> str:
    """The page with the table of now."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table(ROWS) + END + rest.partition(END)[2]


def table(hosts: Iterable[Host]) -> str:
    """All providers in three tables: hosted ones, servers of one's own, and those that have closed."""
    shown = sorted(hosts, key=lambda host: host.name)
    hosted = [host for host in shown if not host.local and not host.closed]
    local = [host for host in shown if host.local]
    closed = [host for host in shown if host.closed]
    return "\n".join(
        [
            f"{len(hosted)} that are hosted:\n",
            "| name | key | protocol |",
            "| --- | --- | --- |",
            *(f"| {_name(host)} | {_key(host)} | {host.protocol} |" for host in hosted),
            f"\n{len(local)} servers of your own, which need no key:\n",
            "| name | address | protocol |",
            "| --- | --- | --- |",
            *(f"| {_name(host)} | `{host.base_url}` | {host.protocol} |" for host in local),
            f"\n{len(closed)} that have closed:\n",
            "| name | |",
            "| --- | --- |",
            *(f"| {_name(host)} | {host.closed} |" for host in closed),
            "",
        ]
    )


def _name(host: Host) -> str:
    others = f" ({', '.join(host.aliases)})" if host.aliases else ""
    return f"[{host.name}]({host.docs}){others}"


def _key(host: Host) -> str:
    return "" if host.key is None else f"`{host.key}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
