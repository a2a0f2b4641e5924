"""What a sample is put into before it is asked: prompt templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.errors import ConfigError
from workbench.evals.dataset import Dataset, Sample
from workbench.evals.templates import filled, values_of, variables_of

Prompts = str | Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A prompt template.

    Attributes:
        name: By which its results are known; `None` where an experiment has only one.
        template: With `{input}` and, as they are in the data set, `{choices}`, `{category}` and the names of
            further columns. `{input}` alone asks a sample as it is, with its choices.
    """

    name: str | None = None
    template: str = "{input}"

    def message(self, sample: Sample) -> str:
        """What is asked of a sample."""
        if self.template == ASKED_AS_IT_IS.template:
            return sample.asked
        return filled(self.template, values_of(sample))


ASKED_AS_IT_IS = Prompt()


def prompts_of(given: Prompts, dataset: Dataset) -> tuple[Prompt, ...]:
    """The templates that a user means: none, one, or several by name.

    Raises:
        ConfigError: Something is no template, or has no variable, or one that some sample has nothing for.
    """
    if given is None:
        return (ASKED_AS_IT_IS,)
    several = given.values() if isinstance(given, Mapping) else (given,)
    if not all(isinstance(template, str) for template in several):
        raise ConfigError(
            f'the prompt is {given!r:.80}: give a template, such as "{{input}}", or several by name, as in '
            '{"brief": "{input} Be brief."}'
        )
    if isinstance(given, str):
        prompts: tuple[Prompt, ...] = (Prompt(template=given),)
    else:
        prompts = tuple(Prompt(name=name, template=template) for name, template in given.items())
    if not prompts:
        raise ConfigError("no prompts: give a template, several by name, or leave `prompt` out")
    for prompt in prompts:
        _check(prompt, dataset)
    return prompts


def _check(prompt: Prompt, dataset: Dataset) -> None:
    name = "" if prompt.name is None else f" {prompt.name!r}"
    wanted = variables_of(prompt.template)
    if not wanted:
        raise ConfigError(
            f"the prompt{name} has no variable, so that every sample would be asked the same: write "
            "{input} where the sample's text belongs"
        )
    for sample in dataset:
        known = values_of(sample)
        if missing := [variable for variable in wanted if variable not in known]:
            raise ConfigError(
                f"the prompt{name} has {{{missing[0]}}}, for which sample {sample.id!r} has nothing: it has "
                f"{', '.join(f'{{{name}}}' for name in known)}"
            )
