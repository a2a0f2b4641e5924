"""`workbench config`: every setting in force, and where it is from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

import click
from rich.table import Table

from workbench.cli.console import FINE, out, plain
from workbench.config import Settings, load_settings, setting_of
from workbench.config.file import FILE_NAME, KNOWN_SETTINGS
from workbench.providers import HOSTS

DEFAULTS = {"WORKBENCH_LOG_SYNC": "quarter-second", "LOG_LEVEL": "WARNING"}
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSWORD|HEADERS|^WORKBENCH_LOG$")
_OWN = re.compile("^(WORKBENCH|LLM|OPENAI_COMPATIBLE|MUXI_LLM)_")
_PLACEHOLDER = re.compile("[{|]([A-Z][A-Z0-9_]*)")
_USER = re.compile("(?<=://)[^/@]*(?=@)")


@click.command(short_help="Show the settings in force.", epilog="Example: workbench config --json")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def config(*, as_json: bool) -> int:
    """Every setting in force, and where it is from: the environment, .env, workbench.toml, or a default.

    Keys are masked.
    """
    settings = load_settings()
    rows = list(in_force(settings))
    if as_json:
        click.echo(json.dumps(_as_json(settings, rows), indent=2))
        return FINE
    out.print(f"project  {plain(str(settings.project))}\nlog      {plain(str(settings.home))}\n")
    table = Table("setting", "value", "from", box=None, pad_edge=False, header_style="bold")
    for name, value, origin in rows:
        table.add_row(plain(name), plain(value), origin)
    out.print(table)
    for name, changes in settings.providers.items():
        _section(f"providers.{name}", ", ".join(changes))
    for name, limits in settings.limits.items():
        words = ", ".join(f"{what} {most}" for what, most in asdict(limits).items() if most is not None)
        _section(f"limits.{name}", words)
    return FINE


def _section(name: str, words: str) -> None:
    out.print(f"\n{plain(f'[{name}]')} in {FILE_NAME}: {plain(words)}")


def in_force(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """The settings that are read and are set or have a default: name, value and origin, secrets masked."""
    ours = _names(settings)
    for name in sorted({*ours, *DEFAULTS}):
        value = settings.get(name)
        if value is not None:
            yield name, masked(name, value), settings.origins.get(name, "")
        elif name in DEFAULTS:
            yield name, DEFAULTS[name], "default"


def masked(name: str, value: str) -> str:
    """The value, without the secret that it is or has in it."""
    return "***" if _SECRET.search(name) else _USER.sub("***", value)


def _names(settings: Settings) -> set[str]:
    names = {name for name in settings.values if name in KNOWN_SETTINGS or _OWN.match(name)}
    for host in HOSTS.values():
        texts = (host.base_url, *host.headers.values(), *host.query.values(), *host.options.values())
        further = (host.key, host.listen_key, host.model_key)
        names.update(name for name in further if name is not None)
        names.update(host.other_keys, *map(_PLACEHOLDER.findall, texts))
        names.update(setting_of(host.name, what) for what in ("BASE_URL", "MODEL"))
    for name, changes in settings.providers.items():
        names.update(setting_of(name, what) for what in ("BASE_URL", "MODEL"))
        names.update([changes["key"]] if "key" in changes else [], changes.get("other_keys", ()))
    from_file = {name for name, origin in settings.origins.items() if origin == FILE_NAME}
    return (names & set(settings.values)) | from_file


def _as_json(settings: Settings, rows: list[tuple[str, str, str]]) -> dict[str, object]:
    return {
        "project": str(settings.project),
        "log": str(settings.home),
        "settings": [{"name": name, "value": value, "from": origin} for name, value, origin in rows],
        "providers": {name: sorted(changes) for name, changes in settings.providers.items()},
        "limits": {name: asdict(limits) for name, limits in settings.limits.items()},
    }
