"""`workbench doctor`."""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import orjson

from workbench.cli.console import FINE, WORSE, out, plain
from workbench.cli.figures import count, seconds
from workbench.config import load_settings
from workbench.errors import WorkbenchError
from workbench.providers import find_host
from workbench.providers.names import advice

if TYPE_CHECKING:
    from workbench.client import Health
    from workbench.config import Settings

_PACKAGES = ("duckdb", "pandas", "httpx", "genai-prices", "jupyterlab", "ipywidgets", "plotly", "papermill")
_LITTLE_BYTES, _TOO_LITTLE_BYTES = 2_000_000_000, 200_000_000
_MARKS = {"fine": "[green]✓[/]", "note": "[yellow]![/]", "wrong": "[bold red]✗[/]"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    name: str
    state: Literal["fine", "note", "wrong"] = "fine"
    said: str = ""
    remedy: str = ""


@click.command(
    short_help="Say what is configured, what answers, what is wrong and how to mend it.",
    epilog="Example: workbench doctor && workbench compare",
)
@click.option("--json", "as_json", is_flag=True, help="A list of records in JSON.")
def doctor(as_json: bool) -> int:
    """Look at the installation, the settings, the log and every provider that is set up.

    Nothing is changed, and nothing asked that costs money. Ends with 1 where something that is set up is
    wrong, so that a script can stop there.
    """
    findings = list(_findings())
    if as_json:
        click.echo(orjson.dumps([asdict(each) for each in findings], option=orjson.OPT_INDENT_2).decode())
    else:
        for each in findings:
            out.print(f"{_MARKS[each.state]} {plain(f'{each.name}: {each.said}')}")
            if each.remedy:
                out.print(plain(f"  → {each.remedy}"))
    wrong = sum(each.state == "wrong" for each in findings)
    if wrong and not as_json:
        out.print(f"\n{wrong} of these {'is' if wrong == 1 else 'are'} wrong.")
    return WORSE if wrong else FINE


def _findings() -> Iterator[Finding]:
    yield Finding(name="python", said=f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield _packages()
    try:
        settings = load_settings()
    except WorkbenchError as exc:
        yield Finding(name="settings", state="wrong", said=str(exc), remedy="mend it first")
        return
    yield Finding(name="settings", said=f"of {settings.project}")
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _tried("log", lambda: _log(settings))
    yield from _providers(settings)


def _packages() -> Finding:
    versions: dict[str, str] = {}
    missing: list[str] = []
    for name in ("llm-workbench", *_PACKAGES):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    if missing:
        remedy = f"pip install {' '.join(missing)}"
        return Finding(name="packages", state="wrong", said=f"{', '.join(missing)} missing", remedy=remedy)
    return Finding(name="packages", said=said)


def _home(home: Path) -> Finding:
    at = _nearest(home)
    try:
        with tempfile.TemporaryFile(dir=at):
            pass
    except OSError as exc:
        said = f"{home} cannot be written to ({exc.strerror})"
        remedy = "make it writable, or set WORKBENCH_HOME to another folder"
        return Finding(name="home", state="wrong", said=said, remedy=remedy)
    return Finding(name="home", said=str(home) if home.exists() else f"{home}, made with the first call")


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(_nearest(home)).free
    said = f"{free / 1e9:,.1f} GB free"
    if free > _LITTLE_BYTES:
        return Finding(name="disk", said=said)
    state: Literal["note", "wrong"] = "wrong" if free < _TOO_LITTLE_BYTES else "note"
    return Finding(name="disk", state=state, said=said, remedy="make room: the log may soon not be written")


def _nearest(home: Path) -> Path:
    return next(folder for folder in (home, *home.parents) if folder.exists())


def _log(settings: Settings) -> Finding:
    from workbench.log import Log  # duckdb and pandas load only here

    log = Log(settings.home, settings.shared_log)
    calls = log.sql("SELECT count(*) AS calls FROM calls")["calls"].iloc[0]
    version = importlib.metadata.version("duckdb")
    return Finding(name="log", said=f"{count(calls)} calls, read by DuckDB {version}")


def _tried(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (WorkbenchError, OSError) as exc:
        return Finding(name=name, state="wrong", said=str(exc))


def _providers(settings: Settings) -> Iterator[Finding]:
    try:
        unknown = list(_unknown(settings))
        found = asyncio.run(_asked())
    except WorkbenchError as exc:
        yield Finding(name="providers", state="wrong", said=str(exc))
        return
    yield from unknown
    used = [each for each in found if each.configured or each.status == "ok"]
    for each in used:
        yield _provider(each)
    if not used:
        yield Finding(
            name="providers",
            state="note",
            said="none is configured, and no local server answers",
            remedy="set a key (workbench providers --all shows which), start a local server, or try "
            "workbench compare, which brings a simulator",
        )
    elif unreached := _nobody(used):
        yield Finding(name="network", state="note", said=unreached, remedy="is this machine offline?")


def _unknown(settings: Settings) -> Iterator[Finding]:
    """Settings that are for a provider that nobody knows, and so for nothing."""
    meant = {f"[limits.{name}]": name for name in settings.limits}
    if settings.default_provider is not None:
        meant["LLM_PROVIDER"] = settings.default_provider
    for setting, name in meant.items():
        if find_host(name, settings) is None:
            said = f"there is no provider {name!r}"
            yield Finding(name=setting, state="wrong", said=said, remedy=advice(name, settings))


async def _asked() -> list[Health]:
    from workbench.client import Client  # loads the libraries of HTTP

    async with Client() as client:
        return await client.health()


def _provider(health: Health) -> Finding:
    if health.wrong:
        said = f"{health.status}: {health.problem}"
        return Finding(name=health.provider, state="wrong", said=said, remedy=health.remedy)
    models = "" if health.models is None else f"{count(health.models)} models "
    said = f"{models}in {seconds(health.latency_s)} s"
    if health.status == "unproven":
        return Finding(
            name=health.provider, state="note", said=f"{said}, but {health.problem}", remedy=health.remedy
        )
    return Finding(name=health.provider, said=said)


def _nobody(used: Iterable[Health]) -> str:
    remote = [each for each in used if each.configured]
    if len(remote) > 1 and all(each.status == "unreachable" for each in remote):
        return "none of the configured providers answers"
    return ""
