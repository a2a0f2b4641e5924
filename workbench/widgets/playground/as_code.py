"""The cell that asks what the playground asks."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.calls import Image
from workbench.evals.templates import filled, for_format
from workbench.widgets.playground.literals import block, is_plain, listed, literal
from workbench.widgets.question.draft import SECRETS, Draft

_ONCE = """\
# Whoever failed has an exception in place of an answer.
found = await asyncio.gather(*(ask(model) for model in models), return_exceptions=True)
answers = dict(zip(models, found))
"""
_OFTEN = """\
asked = [(model, repeat) for model in models for repeat in range({repeats})]
# Whoever failed has an exception in place of an answer.
found = await asyncio.gather(*(ask(*each) for each in asked), return_exceptions=True)
answers = dict(zip(asked, found))
"""
_SHOWN = '{name: getattr(answer, "text", answer) for name, answer in answers.items()}\n'


def as_code(draft: Draft, *, home: str | Path | None = None) -> str:
    """Python for a notebook's cell that puts the same question to the same models.

    Its `answers` are the completions by model, or by model and repeat where each is asked several times; of
    a call that failed it is the exception. Pictures that came as bytes are names of files to be put beside
    the notebook; parameters that are no plain values, such as functions, and keys are named in a comment.

    Args:
        draft: What to ask.
        home: The folder of the log, where it is not the project's.

    Raises:
        ConfigError: The draft lacks something.
    """
    draft.check()
    shared = _plain({"stream": True, **draft.params})
    own = {model: _plain(draft.own_params.get(model, {})) for model in draft.models}
    return "\n".join(
        [
            "import asyncio",
            "",
            f"from workbench import {'Client, Image' if draft.images else 'Client'}",
            "",
            "client = Client()" if home is None else f"client = Client({literal(str(home))})",
            listed("models = [", [literal(model) for model in draft.models], "]"),
            *_prompts(draft),
            *_images(draft.images),
            *_params(shared, own),
            *_strange(draft),
            "",
            "",
            *_ask(draft, shared, own=any(own.values())),
            "",
            "",
            (_OFTEN.format(repeats=draft.repeats) if draft.repeats > 1 else _ONCE) + _SHOWN,
        ]
    )


def _prompts(draft: Draft) -> Iterator[str]:
    """The texts; with `str.format`, where they have variables."""
    values = {name: draft.variables[name] for name in draft.names}
    if values:
        yield listed("variables = {", _items(values), "}")
    for name, text in (("system", draft.system), ("prompt", draft.prompt)):
        if name == "prompt" or _has_system(draft):
            if values:
                yield f"{name} = {block(for_format(text))}"
                yield f"{name} = {name}.format(**variables)"
            else:
                yield f"{name} = {block(text)}"


def _has_system(draft: Draft) -> bool:
    return bool(filled(draft.system, draft.variables).strip())


def _images(images: Sequence[Image]) -> Iterator[str]:
    if images:
        yield "images = ["
        for number, image in enumerate(images, 1):
            if image.data is None:
                yield f"    Image(url={literal(image.url or '')}),"
            else:
                ending = mimetypes.guess_extension(image.media_type) or ""
                yield f"    # {len(image.data):,} bytes of the playground: save them under this name."
                yield f"    Image.of({literal(f'image-{number}{ending}')}),"
        yield "]"


def _params(shared: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The parameters that do not stand in the call itself: where models have some of their own."""
    if any(own.values()):
        yield listed("params = {", _items(shared), "}")
        models = [f"{literal(model)}: {literal(given)}" for model, given in own.items() if given]
        yield listed("own_params = {", models, "}")


def _items(values: Mapping[str, Any]) -> list[str]:
    return [f"{literal(name)}: {literal(value)}" for name, value in values.items()]


def _ask(draft: Draft, shared: Mapping[str, Any], *, own: bool) -> Iterator[str]:
    options = ["system=system"] if _has_system(draft) else []
    if own:
        options.append("**params | own_params.get(model, {})")
    else:
        options += [f"{name}={literal(value)}" for name, value in shared.items()]
    client, given = (
        ("client.bind(epoch=repeat)", "model, repeat") if draft.repeats > 1 else ("client", "model")
    )
    prompt = "[*images, prompt]" if draft.images else "prompt"
    yield f"async def ask({given}):"
    yield listed(f"return await {client}.chat(", ["model", prompt, *options], ")", indent=4)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if _can_stand(name, value)}


def _can_stand(name: str, value: Any) -> bool:
    """Whether a parameter can be written into a notebook."""
    return is_plain(value) and name not in SECRETS


def _strange(draft: Draft) -> Iterator[str]:
    """What cannot be written here."""
    given = [draft.params, *(draft.own_params.get(model, {}) for model in draft.models)]
    names = dict.fromkeys(
        name for params in given for name, value in params.items() if not _can_stand(name, value)
    )
    if names:
        yield f"# The playground has {', '.join(names)} too: give them to `chat` below."
