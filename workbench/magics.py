"""`%load_ext workbench`: `%%chat` asks models from a cell of plain text, `%usage` tells what was used.

What the two need is loaded when one of them is first used.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import pandas as pd

    from workbench.calls import Completion
    from workbench.client import Client
    from workbench.widgets.question.draft import Draft


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls for `%load_ext workbench`."""
    shell.register_magics(WorkbenchMagics)


@magics_class
class WorkbenchMagics(Magics):
    """What `%load_ext workbench` adds to a shell."""

    _client: Client | None = None

    @no_var_expand
    @magic_arguments("%chat")
    @argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help="As provider/model, or {name} for a variable that holds one or several; LLM_DEFAULT_MODEL where "
        "none is given.",
    )
    @argument("--system", default="", metavar="TEXT", help="The system prompt, in quotes.")
    @argument("--temperature", type=float, metavar="X", help="Of sampling, at least 0.")
    @argument("--max-tokens", type=int, metavar="N", help="Most tokens of an answer.")
    @argument(
        "--schema",
        metavar="NAME",
        help="The variable of a pydantic model or JSON schema that an answer has to fit; see .parsed.",
    )
    @argument("--stream", action="store_true", default=True, help="Show answers as they come: the default.")
    @argument("--no-stream", dest="stream", action="store_false", help="Wait for whole answers.")
    @argument("-o", "--output", metavar="NAME", help="The variable that gets what comes back.")
    @cell_magic
    def chat(self, line: str, cell: str) -> None:
        """Ask a model, or several side by side; the cell is the prompt.

        Names in braces, as {city}, are filled in with the notebook's variables. What comes back is the
        cell's value, and the variable of -o: a completion, or of several models a dictionary of those that
        answered. Every call is in the log. An example::

            %%chat openai/gpt-5-mini anthropic/claude-haiku-4-5 --temperature 0 -o answers
            What is the capital of {country}?
        """
        given = _arguments(self.chat, line)
        if given.output and not given.output.isidentifier():
            raise UsageError(f"-o {given.output!r} is no name of a variable")
        with _in_a_line():
            found = self._ask(given, cell)
        if given.output:
            self.shell.push({given.output: found})
        # Returned, it would be shown once more beneath the panes.
        self.shell.displayhook.update_user_ns(found)
        self.shell.displayhook.fill_exec_result(found)

    @magic_arguments()
    @argument(
        "by",
        nargs="*",
        help="Of provider, model, served_model, protocol, hour, day, week, month, run, experiment, session, "
        "host, status and tag:NAME; provider and model where none is given.",
    )
    @argument("--since", metavar="WHEN", help="Leave out what was before: 12h, 7d, 2026-11-01.")
    @line_magic
    def usage(self, line: str) -> pd.DataFrame:
        """What the project's calls used, a row for each group: calls, errors, tokens, cost, times.

        Gives the frame of workbench.log.usage. An example::

            %usage day model --since 7d
        """
        from workbench.widgets.frames import show

        given = _arguments(self.usage, line)
        with _in_a_line():
            from workbench.log import usage  # reads the settings, which may be wrong

            return show(usage(given.by or ("provider", "model"), since=given.since))

    def _ask(self, given: Namespace, cell: str) -> Completion | dict[str, Completion]:
        from workbench.widgets.interactive import interactive
        from workbench.widgets.playground.answers import Answers

        client = self._client_of_the_project()
        draft = self._draft(client, given, cell)
        answers = Answers(client, draft)
        if interactive():
            display(answers)
            answers.ask()
        else:
            answers.ask()
            display(answers)
        if not answers.results:
            raise next(iter(answers.errors.values()))
        return answers.results if len(draft.models) > 1 else answers.results[draft.models[0]]

    def _client_of_the_project(self) -> Client:
        """One for all cells; a new one where a key was set or the project left."""
        from workbench.client import Client
        from workbench.config import load_settings

        settings = load_settings()
        if self._client is None or self._client.settings != settings:
            self._client = Client(settings=settings)
        return self._client

    def _draft(self, client: Client, given: Namespace, cell: str) -> Draft:
        from workbench.evals.templates import variables_of
        from workbench.widgets.question.draft import Draft

        names = [name for each in given.models for name in self._models(each)]
        names = names or list(filter(None, [client.settings.default_model]))
        if not names:
            raise UsageError("no model: write %%chat provider/model, or set LLM_DEFAULT_MODEL")
        params = {"temperature": given.temperature, "max_tokens": given.max_tokens}
        if not given.stream:
            params["stream"] = False
        if given.schema:
            if given.schema not in self._variables:
                raise UsageError(f"--schema {given.schema!r} is no variable: define it in a cell before")
            params["schema"] = self._variables[given.schema]
        prompt = cell.removesuffix("\n")
        wanted = variables_of(f"{given.system}\n{prompt}")
        known = {name: str(self._variables[name]) for name in wanted if _is_value(self._variables, name)}
        if unknown := [f"{{{name}}}" for name in wanted if name not in known]:
            print(f"No variable for {', '.join(unknown)}: sent as it stands.")  # noqa: T201
        return Draft(
            prompt=prompt,
            system=given.system,
            variables={name: known.get(name, f"{{{name}}}") for name in wanted},
            models=tuple(dict.fromkeys(client.full_name(name) for name in names)),
            params={name: value for name, value in params.items() if value is not None},
        )

    def _models(self, word: str) -> list[str]:
        """The models that a word of the line means."""
        if not (word.startswith("{") and word.endswith("}")):
            return [word]
        value = self._variables.get(word[1:-1])
        names = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
        if not names or not all(isinstance(name, str) for name in names):
            raise UsageError(f"{word} is {value!r:.200}: it has to hold names of models as 'provider/model'")
        return names

    @property
    def _variables(self) -> Mapping[str, Any]:
        """What the notebook has defined."""
        hidden = self.shell.user_ns_hidden
        return {name: value for name, value in self.shell.user_ns.items() if name not in hidden}


def _arguments(magic: Any, line: str) -> Namespace:
    try:
        words = shlex.split(line)
    except ValueError as exc:
        raise UsageError(f"{line!r} cannot be read: {exc}") from None
    given: Namespace = magic.parser.parse_intermixed_args(words)
    return given


@contextmanager
def _in_a_line() -> Iterator[None]:
    """Tell what goes wrong without a traceback."""
    try:
        yield
    except WorkbenchError as exc:
        raise UsageError(str(exc)) from None
    except KeyboardInterrupt:
        raise UsageError("stopped: what had come until then is in the log") from None


def _is_value(variables: Mapping[str, Any], name: str) -> bool:
    """Whether a prompt can have meant the variable: functions and modules have names like any word."""
    value = variables.get(name)
    return name in variables and not callable(value) and not isinstance(value, ModuleType)
