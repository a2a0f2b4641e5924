"""Where a shared log is: the value of `WORKBENCH_LOG`, its password and token taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from workbench.calls import Secret
from workbench.errors import ConfigError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_FORMS = (
    "write 'ducklake:postgres:host=… dbname=… user=…;data=/folder' (or data=s3://…), "
    "or 'quack:host:port;token=…'"
)
# A keyword and its value, as libpq reads them: quoted where a blank is in it.
_PAIR = re.compile(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|\S*)\s*")
_OPTIONS = {"ducklake": {"data"}, "quack": {"token", "disable_ssl"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class DuckLakePlace:
    """A DuckLake: PostgreSQL has the catalog, a folder or an object store the rows, as Parquet files.

    Attributes:
        postgres: The keywords of a libpq connection string, but for the password.
        password: The password, if the setting has one; libpq also knows `~/.pgpass` and `PGPASSWORD`.
        data: The folder, or the address of the object store; `None` leaves it to the catalog.
    """

    postgres: Mapping[str, str]
    password: Secret | None = None
    data: str | None = None

    def __str__(self) -> str:
        at = " ".join(f"{name}={value}" for name, value in self.postgres.items())
        return f"ducklake:postgres:{at}"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuackPlace:
    """A DuckDB server.

    Attributes:
        uri: `quack:host:port`.
        token: What the server asks for.
        disable_ssl: Whether to speak plain HTTP to a host that is not this machine.
    """

    uri: str
    token: Secret = field(repr=False)
    disable_ssl: bool = False

    def __str__(self) -> str:
        return self.uri


Place = DuckLakePlace | QuackPlace


def place_of(setting: Secret) -> Place:
    """Read the value of `WORKBENCH_LOG`.

    Raises:
        ConfigError: It is in none of the forms; the message does not quote it, since a password may be in it.
    """
    address, *parts = setting.reveal().split(";")
    kind, _, rest = address.strip().partition(":")
    if kind not in _OPTIONS or not rest:
        raise ConfigError(f"WORKBENCH_LOG names no shared log: {_FORMS}")
    options = dict(_option(kind, part) for part in parts if part.strip())
    if kind == "quack":
        if "token" not in options:
            raise ConfigError(f"WORKBENCH_LOG lacks the server's token: {_FORMS}")
        return QuackPlace(
            uri=f"quack:{rest}",
            token=Secret(options["token"]),
            disable_ssl=options.get("disable_ssl", "false").lower() == "true",
        )
    postgres = _libpq(rest)
    password = postgres.pop("password", "")
    data = options.get("data")
    if data is not None and "://" not in data and not Path(data).is_absolute():
        raise ConfigError(
            f"the folder {data!r} in WORKBENCH_LOG is not the same for everybody: write the whole path"
        )
    return DuckLakePlace(postgres=postgres, password=Secret(password) if password else None, data=data)


def _option(kind: str, part: str) -> tuple[str, str]:
    name, equals, value = part.strip().partition("=")
    if name not in _OPTIONS[kind] or not equals:
        known = ", ".join(sorted(_OPTIONS[kind]))
        raise ConfigError(f"WORKBENCH_LOG has an option that {kind} lacks; it has {known}: {_FORMS}")
    return name, value


def _libpq(address: str) -> dict[str, str]:
    """The keywords of `postgres:host=… dbname=…` or of `postgresql://user@host/dbname`."""
    if address.startswith(("postgres://", "postgresql://")):
        return _of_url(urlsplit(address))
    scheme, _, words = address.partition(":")
    pairs = {name: re.sub(r"\\(.)", r"\1", _unquoted(value)) for name, value in _PAIR.findall(words)}
    if scheme != "postgres" or _PAIR.sub("", words).strip():
        raise ConfigError(f"WORKBENCH_LOG names no PostgreSQL database: {_FORMS}")
    return pairs


def _of_url(url: SplitResult) -> dict[str, str]:
    try:
        port = url.port
    except ValueError:
        raise ConfigError(f"the port in WORKBENCH_LOG is no number: {_FORMS}") from None
    parts = {
        "host": url.hostname,
        "port": port and str(port),
        "dbname": url.path.removeprefix("/"),
        "user": url.username,
        "password": url.password,
    }
    return {name: unquote(value) for name, value in parts.items() if value} | dict(parse_qsl(url.query))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value
