"""Asking a model for a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.calls import Completion, Params
from workbench.client.options import ChatOptions
from workbench.client.parameters import plain
from workbench.errors import CallError, ConfigError, OutputError
from workbench.evals.scorers.judging.fence import RULES
from workbench.evals.scorers.judging.verdicts import Verdicts

if TYPE_CHECKING:
    from workbench.client import Client

ANSWER = """\
Say first in `explanation`, in a few sentences, what speaks for and against; then give `{name}`, {words}."""

_OPTIONS = frozenset(ChatOptions.__annotations__) - frozenset(Params.__annotations__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """A model that judges.

    Attributes:
        model: As `provider/model`.
        task: What it is to do, in a sentence or two.
        verdicts: What it may say.
        params: Parameters of its calls.
    """

    model: str
    task: str
    verdicts: Verdicts
    params: Mapping[str, Any]

    async def ask(self, client: Client, rubric: str, blocks: str) -> Verdict:
        """What it says.

        A failed call, a refusal and an answer that cannot be read, even after the judge was told so, give no
        verdict; the log's answer to the same question will do.

        Args:
            client: Who asks.
            rubric: By what it judges.
            blocks: What it judges, as `fenced` gives it.

        Raises:
            ConfigError: Nothing was sent.
        """
        try:
            completion = await client.chat(self.model, blocks, **self.options(rubric))
        except (CallError, OutputError) as exc:
            return Verdict(problem=f"the judge gave no verdict: {exc}", error=exc)
        if completion.parsed is None:
            return Verdict(problem=f"the judge gave no verdict: {_why(completion)}", completion=completion)
        return Verdict(
            said=completion.parsed[self.verdicts.name],
            explanation=completion.parsed["explanation"].strip(),
            completion=completion,
        )

    def options(self, rubric: str) -> dict[str, Any]:
        """How `Client.chat` is asked, beside model and message."""
        answer = ANSWER.format(name=self.verdicts.name, words=self.verdicts.words)
        return {
            "system": f"{self.task}\n\n{RULES}\n\nJudge by this:\n\n{rubric}\n\n{answer}",
            "schema": self.verdicts.answer,
            "repair": True,
            "cache": True,
            "unsupported": "drop",  # some models take no temperature
            **self.params,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a judge said.

    Attributes:
        said: The verdict; `None` where there is none.
        explanation: Why it said so.
        problem: Why there is no verdict; empty where there is one.
        error: What the call failed with, or its answer; `None` where it did not.
        completion: The answer that it was read from; `None` where there is none.
    """

    said: Any = None
    explanation: str = ""
    problem: str = ""
    error: CallError | OutputError | None = None
    completion: Completion | None = None


def judge_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a judge's calls: temperature 0 where nothing else is said.

    Raises:
        ConfigError: One is no parameter of a model, or of the wrong kind. Options of the client, such as its
            key, are none: they do not belong to the description of a judge, which is kept.
    """
    options = [name for name in params if name in _OPTIONS]
    if options:
        raise ConfigError(
            f"no parameter {options[0]!r} of a judge: it says how calls are made, so set it for the client, "
            "as in Client(…), the environment or workbench.toml"
        )
    return {"temperature": 0, **plain(params)}


def judge_name(name: str | None, model: str) -> str:
    """Under which the log has what a judge says.

    Raises:
        ConfigError: The model is no name.
    """
    if not isinstance(model, str) or not model:
        raise ConfigError(f"no judge: {model!r:.200}: write its name as 'provider/model'")
    return name or f"judge:{model}"


def _why(completion: Completion) -> str:
    said = f": {completion.text[:200]!r}" if completion.text else ""
    return f"{completion.name} refused ({completion.finish_reason}){said}"
