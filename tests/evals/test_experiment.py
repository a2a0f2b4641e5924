from __future__ import annotations

from workbench.evals.experiment import Experiment

ASKED = Experiment(
    id="20261121-0805-k3fw",
    models=("a/b", "<img src=x>/c"),
    dataset="<b>walk</b>",
    samples=3,
    epochs=2,
    problems={"<img src=x>/c": "401: <script>no</script>"},
    errors={"<img src=x>/c": 1},
    unscored={"a/b": (2, "<i>no</i>")},
)


def test_an_experiment_says_how_its_models_did_and_how_to_look_further() -> None:
    assert repr(ASKED).splitlines() == [
        "Experiment 20261121-0805-k3fw: 3 samples of <b>walk</b> × 2 epochs",
        "a/b: 0 of 6 calls failed, 2 answers without a score: <i>no</i>",
        "<img src=x>/c: 1 of 6 calls failed, 401: <script>no</script>",
        "workbench.summary(workbench.results(client.log, '20261121-0805-k3fw'))",
    ]


def test_names_and_problems_are_no_markup_in_a_notebook() -> None:
    shown = ASKED._repr_html_()
    assert "1 of 6 calls failed · 401: &lt;script&gt;no&lt;/script&gt;" in shown
    assert not any(tag in shown for tag in ("<img", "<script", "<b>walk", "<i>"))
