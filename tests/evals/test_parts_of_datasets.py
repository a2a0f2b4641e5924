"""Parts of a data set, its frame, and how a notebook shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DataError
from workbench.evals.dataset import Dataset, Sample, load_dataset

REGRESSION = load_dataset("regression")


def dataset(sizes: list[int]) -> Dataset:
    """Clusters of these sizes."""
    samples = [
        Sample(id=f"{c}-{n}", input=f"{c} {n}?", target="x", cluster=str(c))
        for c, size in enumerate(sizes)
        for n in range(size)
    ]
    return Dataset(name="made", samples=tuple(samples))


def test_filter_keeps_the_samples_for_which_a_function_is_true() -> None:
    dates = REGRESSION.filter(lambda sample: sample.category == "dates")
    assert (len(dates), dates.name, dates.version) == (15, "regression", "1.0")
    assert dates.hash != REGRESSION.hash


def test_a_split_that_is_not_there_names_those_that_are() -> None:
    assert len(REGRESSION.split("smoke")) == 20
    with pytest.raises(DataError, match=r"no split 'test' in 'regression': choose one of 'smoke'"):
        REGRESSION.split("test")
    with pytest.raises(DataError, match=r"no split 'test' in 'made': its samples name none"):
        dataset([2]).split("test")


def test_shuffle_gives_the_same_order_for_the_same_seed_and_loses_nothing() -> None:
    once, again, other = REGRESSION.shuffle(), REGRESSION.shuffle(0), REGRESSION.shuffle(1)
    assert once == again != other
    assert set(once) == set(other) == set(REGRESSION)
    assert once.samples != REGRESSION.samples


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(0, 80), st.integers(0, 5))
def test_a_draw_spreads_over_clusters_by_their_size(sizes: list[int], n: int, seed: int) -> None:
    whole = dataset(sizes)
    drawn = whole.sample(n, seed)
    wanted = min(n, len(whole))
    assert len(set(drawn)) == len(drawn) == wanted
    assert drawn == whole.sample(n, seed)
    assert [sample for sample in whole if sample in set(drawn)] == list(drawn)
    counts = Counter(sample.cluster for sample in drawn)
    for cluster, size in enumerate(sizes):
        assert abs(counts[str(cluster)] - wanted * size / len(whole)) < 1


def test_each_sample_has_the_same_chance_to_be_drawn() -> None:
    whole = dataset([1, 3, 6])
    times = Counter(sample.id for seed in range(2000) for sample in whole.sample(3, seed))
    # Binomial with 2,000 draws and chance 0.3: standard deviation 20.5, and 10 samples are looked at.
    assert all(abs(times[sample.id] - 600) < 4 * 20.5 for sample in whole)


def test_a_draw_of_less_than_nothing_is_an_error() -> None:
    assert len(dataset([3]).sample(0)) == 0
    with pytest.raises(ValueError, match="cannot take -1 samples"):
        dataset([3]).sample(-1)


@pytest.mark.parametrize("name", ["first_walk", "basics", "regression", "open"])
def test_its_frame_is_the_data_set_again(name: str) -> None:
    loaded = load_dataset(name)
    frame = loaded.to_frame()
    assert len(frame) == len(loaded)
    again = load_dataset(frame)
    assert again.samples == loaded.samples
    assert again.hash == loaded.hash


def test_a_frame_has_choices_and_meta_as_columns_and_no_empty_ones() -> None:
    rows = [{"question": "Which?", "choices": ["x", "y"], "answer": "y", "level": 3}]
    frame = load_dataset(rows).to_frame()
    assert list(frame.columns) == ["id", "input", "target", "scorer", "choices", "level"]
    assert list(dataset([]).to_frame().columns) == ["id", "input", "target", "scorer"]


def test_a_notebook_sees_counts_and_the_first_samples() -> None:
    shown = REGRESSION._repr_html_()
    assert "Dataset(&#x27;regression&#x27;, version 1.0, 120 samples, hash " in shown
    assert "8 categories: arithmetic (15), dates (15)" in shown
    assert "40 clusters: arithmetic/product (3)" in shown
    assert "1 split: smoke (20)" in shown
    assert shown.count("<tr>") == 6
    assert "and 115 more" in shown
    assert "arithmetic-01" in shown


def test_a_notebook_sees_hostile_text_as_text_and_long_text_cut() -> None:
    evil = "<img src=x onerror=alert(1)>"
    sample = Sample(
        id=evil,
        input=evil,
        target=evil,
        scorer=evil,
        category=evil,
        cluster=evil,
        split=evil,
        choices=(evil, evil),
    )
    shown = Dataset(name=evil, samples=(sample, replace(sample, id="long", input="x" * 5000)))._repr_html_()
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert f"{'x' * 199}…<" in shown
