"""The commit of git that a project's folder is at."""

from __future__ import annotations

import functools
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 5.0
# How long what git said is taken for true: a kernel lives for days, and evaluations may come by the hundred.
_FRESH_S = 10.0

# Servers that build a commit check it out by itself, so that git knows no branch; that of a merge request
# comes first, since the other one is then where it goes to, or a number.
_BRANCHES = (
    *("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH", "GITHUB_REF_NAME"),
    *("CHANGE_BRANCH", "BRANCH_NAME", "BUILD_SOURCEBRANCHNAME", "BITBUCKET_BRANCH", "CIRCLE_BRANCH"),
)
_COMMITS = (
    *("GITHUB_SHA", "CI_COMMIT_SHA"),
    *("GIT_COMMIT", "BUILD_SOURCEVERSION", "BITBUCKET_COMMIT", "CIRCLE_SHA1"),
)
# In a hook git says by these which repository it is at, whatever the folder.
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """What git says of a folder, or the server that builds it; `None` is not known.

    Attributes:
        commit: The commit, in full.
        branch: The branch that it is on.
        dirty: Whether files that git tracks have been changed since.
    """

    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None


def revision_of(folder: Path) -> Revision:
    """The revision of a folder as it was at most ten seconds ago; see `read_revision`."""
    return _revision_at(folder, int(time.monotonic() / _FRESH_S))


@functools.lru_cache(maxsize=16)
def _revision_at(folder: Path, moment: int) -> Revision:  # noqa: ARG001 - it is what the cache goes by
    return read_revision(folder)


def read_revision(folder: Path, environment: Mapping[str, str] | None = None) -> Revision:
    """Ask git, and where it does not know the variables of servers that build commits; never an error.

    Args:
        folder: A folder of the project.
        environment: Of the process, where not given.
    """
    environment = os.environ if environment is None else environment
    said = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    branch = _first(environment, _BRANCHES)
    if said is None:
        return Revision(commit=_first(environment, _COMMITS), branch=branch)
    lines = said.splitlines()
    heads = dict(line.removeprefix("# ").split(" ", 1) for line in lines if line.startswith("# branch."))
    commit, on = heads.get("branch.oid"), heads.get("branch.head")
    return Revision(
        commit=None if commit == "(initial)" else commit,
        branch=branch if on == "(detached)" else on,
        dirty=any(not line.startswith("# ") for line in lines),
    )


def commit_of(folder: Path, words: str) -> str | None:
    """The commit, in full, that words such as `HEAD~1`, `v1.2` or `3f2a91c` mean in the folder's repository.

    `None` where they mean none, or there is no repository.
    """
    if words.startswith("-"):  # an option
        return None
    said = _git(folder, "rev-parse", "--verify", "--quiet", f"{words}^{{commit}}")
    return said.strip() if said else None


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)


def _git(folder: Path, *words: str) -> str | None:
    """What git prints; `None` where there is no git or no repository, or it is not to be trusted, or slow."""
    # It neither locks the index, which somebody may be working on, nor starts what the repository names.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder), *words]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    try:
        done = subprocess.run(  # noqa: S603 - git, from the PATH
            command,
            capture_output=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
        )
    except (OSError, ValueError, subprocess.SubprocessError):  # ValueError: a zero byte among the words
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
