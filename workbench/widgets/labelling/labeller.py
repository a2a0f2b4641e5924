"""A person judges answers, one after the other: with the keyboard, blind, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from typing import Protocol as Interface
from uuid import UUID

import ipywidgets
import pandas as pd

from workbench.analysis.asked import prompts_of
from workbench.analysis.preferences import label_shares, preferences
from workbench.analysis.results import find_experiment, results
from workbench.bridge import submit
from workbench.config import Settings
from workbench.log import Log, Recorder
from workbench.log.labelling import Judgement, judgements_in, keep
from workbench.widgets.labelling import labeller_html
from workbench.widgets.labelling.items import items_of
from workbench.widgets.labelling.labelling import SAME_AS, Labelling, label_choices
from workbench.widgets.labelling.shortcuts import Shortcuts
from workbench.widgets.playground.ballot import QUESTION
from workbench.widgets.showing import Showing
from workbench.widgets.text.node_html import escaped

LABEL_QUESTION = "Is this answer right?"


class Logs(Interface):
    """What a labeller reads and writes: the workbench's client, or anything with such a log."""

    @property
    def log(self) -> Log:
        """Where the judgements so far are."""

    @property
    def recorder(self) -> Recorder:
        """Where new ones go."""

    @property
    def settings(self) -> Settings:
        """Who labels here."""


class Labeller(Showing):
    """Items one after the other, with a button and a key for each choice; made by `labeller`.

    A judgement is in the log before the next item shows, so that it outlives the kernel; made anew with the
    same answers and question, it goes on where the person was.

    Attributes:
        state: What was judged, and what comes next.
        note: The field for a note on the next judgement.
        view: All of it, to be put into a layout of your own.
    """

    def __init__(
        self, recorder: Recorder, state: Labelling, prompts: Mapping[UUID, str], *, reveal: bool = False
    ) -> None:
        self.state = state
        self._recorder, self._prompts, self._reveal = recorder, prompts, reveal
        self._turn = asyncio.Lock()
        choices = state.choices
        names = [*(choice.key for choice in choices), *(key for key, _ in labeller_html.COMMANDS)]
        names += [key for key, same in SAME_AS.items() if same in names]
        self._keys = Shortcuts(self._take, names, f"Labelling: {state.question}")
        self._head, self._answers, self._said = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self._help = ipywidgets.HTML(
            labeller_html.keys(choices), layout=ipywidgets.Layout(display="none", margin="4px 0")
        )
        buttons = [(choice.key, labeller_html.button(choice)) for choice in choices]
        self._choices = self._bar(buttons)
        self._commands = self._bar([("s", "Skip"), ("u", "Undo"), ("?", "Keys")])
        self.note = ipywidgets.Text(
            placeholder="A note on the next judgement (n)",
            continuous_update=False,  # letter by letter, the last ones come after the key that judges
            layout=ipywidgets.Layout(width="auto", max_width="40rem"),
        )
        self.view = ipywidgets.VBox(
            [
                *(self._head, self._answers, self._choices, self.note, self._commands),
                *(self._said, self._help, self._keys),
            ],
            layout=ipywidgets.Layout(align_items="stretch"),
        )
        self.view.add_class("workbench-labeller")
        self._show("")

    async def press(self, key: str) -> None:
        """Do what a key says, and show what comes next once the log has what was judged.

        Args:
            key: That of a choice, or `s` skip, `u` undo, `n` to the note, `?` help; others do nothing.
        """
        if key == "n":
            self.note.focus()
        elif key == "?":
            self._help.layout.display = "none" if self._help.layout.display is None else None
        elif not self._turn.locked():  # a key that comes while a judgement is written was meant for that one
            async with self._turn:
                judged = await self._judge(key)
            if judged:
                self.keep()

    def static_html(self) -> str:
        """The question, how far it is, and what was found so far."""
        return labeller_html.head(self.state, "") + labeller_html.summary(self.summary())

    def static_text(self) -> str:
        """How far it is."""
        return f"Labelling: {self.state.question} {labeller_html.progress(self.state)}"

    def summary(self) -> pd.DataFrame:
        """What people said so far: the `preferences` of votes, the `label_shares` of labels."""
        models = {answer.call: answer.model for item in self.state.items for answer in item.answers}
        return (label_shares if self.state.labels else preferences)(self.state.judgements, models)

    def _bar(self, buttons: Iterable[tuple[str, str]]) -> Any:
        made = [self._button(key, words) for key, words in buttons]
        return ipywidgets.HBox(made, layout=ipywidgets.Layout(flex_flow="row wrap"))

    def _button(self, key: str, words: str) -> Any:
        button = ipywidgets.Button(
            description=words, tooltip=f"Key {key}", layout=ipywidgets.Layout(width="auto", min_width="4rem")
        )
        button.on_click(lambda _: self._take(key))
        return button

    def _take(self, key: str) -> None:
        submit(self.press(key))

    async def _judge(self, key: str) -> bool:
        """Judge, undo or skip; whether the log has something new."""
        skipped = len(self.state.skipped)
        row = self.state.press(key, self.note.value)
        if row is None and len(self.state.skipped) == skipped:
            return False  # no such key here, or nothing to undo
        if row is not None:
            await keep(self._recorder, row)
        self.note.value = ""
        self._show(self._told(row))
        return row is not None

    def _told(self, row: Judgement | None) -> str:
        """What was just done; with the names of the models, where those are told afterwards."""
        if row is None:
            return "Skipped."
        if not row.stands:
            return "Taken back: judge it anew."
        item = self.state.item_of(row)
        name = {answer.call: answer.model for answer in item.answers} if item else {}
        places = [f"{place}" for place, call in enumerate(row.calls, start=1) if call in (row.chosen or ())]
        said = row.label if row.chosen is None else f"answer {' and '.join(places)}" if places else "none"
        trouble = self._recorder.trouble
        told = f"Not saved yet: {said}; {trouble}." if trouble else f"Saved: {said}."
        if self._reveal:
            shown = [name[call] for call in row.calls]
            several = (f"answer {place} was {model}" for place, model in enumerate(shown, start=1))
            told += f" It was {shown[0]}." if len(shown) == 1 else f" {', '.join(several).capitalize()}."
        return told

    def _show(self, told: str) -> None:
        state = self.state
        prompt = "" if state.current is None else self._prompts.get(state.current.answers[0].call, "")
        self._head.value = labeller_html.head(state, prompt)
        over = state.current is None
        self._answers.value = (
            f"<p><b>{labeller_html.ended(state)}</b></p>{labeller_html.summary(self.summary())}"
            if over
            else labeller_html.answers(state)
        )
        self._choices.layout.display = self.note.layout.display = "none" if over else None
        self._said.value = f'<div class="workbench-labeller-said" role="status">{escaped(told)}</div>'
        self._keys.turn += 1


def labeller(
    client: Logs,
    answers: str | pd.DataFrame = "last",
    *,
    question: str | None = None,
    labels: Iterable[object] | None = None,
    labeller: str | None = None,
    blind: bool = True,
    reveal: bool = False,
) -> Labeller:
    """Let a person judge answers: vote on pairs, or give each answer a label.

    Args:
        client: Whose log it is.
        answers: An experiment, by its id or `last`; or a frame of calls, as `wb.results` and `wb.log.calls`
            give it.
        question: What the person is asked. Another question is another judgement.
        labels: The labels to choose from, such as `["right", "wrong", "unclear"]` or `range(1, 6)`; without,
            two answers to the same prompt stand side by side, and the better one is chosen.
        labeller: Who judges; the setting WORKBENCH_LABELLER where not given, else the login name.
        blind: Whether the names of the models are hidden.
        reveal: Whether they are told after each judgement.

    Raises:
        ConfigError: There is no such experiment, the frame lacks a column, or labels and keys do not fit.
    """
    log = client.log
    if isinstance(answers, str):
        experiment = find_experiment(log, answers)
        answers = results(log, experiment).assign(experiment=experiment)
    words = () if labels is None else tuple(choice.label or "" for choice in label_choices(labels))
    items = items_of(answers, pairs=labels is None)
    known = {item.calls for item in items}
    asked = question or (QUESTION if labels is None else LABEL_QUESTION)
    rows = log.labels(kind="vote" if labels is None else "label")
    earlier = judgements_in(rows[rows["question"] == asked])[::-1]
    state = Labelling(
        items=items,
        question=asked,
        labeller=labeller or client.settings.labeller,
        labels=words,
        blind=blind,
        judgements=[each for each in earlier if frozenset(each.calls) in known],
    )
    return Labeller(
        client.recorder, state, prompts_of(log, (item.answers[0].call for item in items)), reveal=reveal
    )
