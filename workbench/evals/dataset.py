"""What models are asked: samples, in a data set that has a name and a hash, read from files and frames."""

from __future__ import annotations

import difflib
import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.bundled import bundled
from workbench.errors import DataError
from workbench.evals.sample import Sample
from workbench.evals.shown import shown
from workbench.evals.sources.fields import Fields
from workbench.evals.sources.files import file_source
from workbench.evals.sources.hugging_face import has_parts, hugging_face_source, is_hugging_face, part_of
from workbench.evals.sources.rows import Source, frame_rows, rows_of
from workbench.evals.sources.samples import samples_of

__all__ = ["Dataset", "Sample", "load_dataset"]

_FIELDS = tuple(each.name for each in fields(Sample))
_SAYS_NOTHING: tuple[Any, ...] = (None, {}, ())


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """An ordered set of samples with a name.

    What its methods give keeps name and version, and has a hash of its own where the samples are others.

    Attributes:
        name: By which the log knows it.
        samples: In the order in which they are asked.
        version: The version that it gives itself; `None` where it gives none.
    """

    name: str
    samples: tuple[Sample, ...]
    version: str | None = None

    @cached_property
    def hash(self) -> str:
        """What the samples are, in 12 hex digits: equal for equal samples in equal order, whatever the name.

        The start of the SHA-256 of their JSON with sorted keys and no spaces, without fields that say
        nothing; meta values that JSON does not have enter as `str`.
        """
        digest = hashlib.sha256(b"[")
        for place, sample in enumerate(self.samples):
            said = {name: getattr(sample, name) for name in _FIELDS}
            said = {name: value for name, value in said.items() if value not in _SAYS_NOTHING}
            digest.update(b"," if place else b"")
            digest.update(json.dumps(said, sort_keys=True, separators=(",", ":"), default=str).encode())
        digest.update(b"]")
        return digest.hexdigest()[:12]

    def __repr__(self) -> str:
        version = "" if self.version is None else f" version {self.version},"
        aimless = sum(sample.target is None for sample in self.samples)
        targets = f" {aimless} without a target," if aimless else ""
        return f"Dataset({self.name!r},{version} {len(self)} samples,{targets} hash {self.hash})"

    def _repr_html_(self) -> str:
        return shown(repr(self), self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def take(self, n: int) -> Dataset:
        """The first `n` samples, all of them where there are fewer.

        Raises:
            ValueError: `n` is negative.
        """
        return replace(self, samples=self.samples[: _count(n)])

    def filter(self, wanted: Callable[[Sample], object]) -> Dataset:
        """The samples for which a function is true."""
        return replace(self, samples=tuple(sample for sample in self.samples if wanted(sample)))

    def split(self, name: str) -> Dataset:
        """The samples of a split.

        Raises:
            DataError: None is of it; the message names the splits that there are.
        """
        chosen = self.filter(lambda sample: sample.split == name)
        if not chosen.samples:
            known = dict.fromkeys(sample.split for sample in self.samples if sample.split is not None)
            which = f"choose one of {', '.join(map(repr, known))}" if known else "its samples name none"
            raise DataError(f"no split {name!r} in {self.name!r}: {which}")
        return chosen

    def shuffle(self, seed: int = 0) -> Dataset:
        """The samples in another order, the same for the same seed."""
        samples = list(self.samples)
        _random(seed).shuffle(samples)
        return replace(self, samples=tuple(samples))

    def sample(self, n: int, seed: int = 0) -> Dataset:
        """`n` samples drawn at random, spread over categories and clusters; all where there are fewer.

        Each sample has the same chance n / N: a systematic sample of the samples sorted by category and
        cluster, in random order within a cluster (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, ch. 8).
        A category, or a cluster, gets its share of `n`, up to less than 1 more or less. They stay in the
        data set's order.

        Raises:
            ValueError: `n` is negative.
        """
        n = min(_count(n), len(self))
        rng = _random(seed)
        ranked = [(s.category or "", s.cluster or "", rng.random(), at) for at, s in enumerate(self.samples)]
        order = [at for *_, at in sorted(ranked)]
        start = rng.random()
        chosen = sorted(order[int((start + place) * len(self) / n)] for place in range(n))
        return replace(self, samples=tuple(self.samples[at] for at in chosen))

    def to_frame(self) -> pd.DataFrame:
        """One row a sample: its fields, those left out that no sample has, then its meta, by column."""
        own = [name for name in _FIELDS if name != "meta"]
        used = [
            name
            for name in own
            if name in {"id", "input", "target", "scorer"}
            or any(getattr(sample, name) not in _SAYS_NOTHING for sample in self.samples)
        ]
        rows = [
            {name: getattr(sample, name) for name in used}
            | {name: value for name, value in sample.meta.items() if name not in own}
            for sample in self.samples
        ]
        return pd.DataFrame(rows, columns=None if rows else used)


def load_dataset(
    source: str | Path | pd.DataFrame | Sequence[Mapping[str, Any]] | Any,
    *,
    name: str | None = None,
    fields: Fields | None = None,
    split: str | None = None,
    version: str | None = None,
) -> Dataset:
    """Read a data set, and check it before it costs money.

    Columns, in capitals or not, of which the first that is there counts: `input`, `prompt` or `question`;
    `target`, `answer` or `expected`; optional `id` (else the row's position from 1), `category`, `cluster` or
    `group`, `split`, `scorer` (else `exact`). Other columns go into `meta`. What is not text becomes its
    JSON: `42` is "42", `true` is "true".

    Multiple choice has its choices in a list, `choices` or `options`, or in columns `A`, `B` and so on. The
    target is then a letter, an index from 0 or the text of a choice, becomes the letter, and is scored by
    `choice`.

    Open questions have no right answer: no row has a target, or those that have none have an empty `scorer`.

    Args:
        source: The name of a bundled data set; the path of a file in UTF-8: `.jsonl`, `.csv` or `.tsv` (with
            commas, semicolons or tabs), `.json` (a list of objects, or an object with such a list as
            `samples` and perhaps a `version`), or of a `.parquet` file (needs pyarrow); a frame; mappings; a
            `Dataset` or `DatasetDict` of Hugging Face's `datasets`.
        name: The data set's name; else its own, the file's without its ending, or "unnamed".
        fields: Columns that go by other names, as in `{"input": "text", "choices": ["opt_a", "opt_b"]}`.
        split: Only the rows whose `split` this is, or this part of a `DatasetDict`.
        version: The data set's version; else the one that it gives itself.

    Raises:
        DataError: No such file, bundled name, split or column; the file is broken or has no rows; a row has
            no input or an empty one, no target where others have one, an id or a question that another row
            has, a scorer that is not known, or a target that its scorer cannot read. The message names the
            place and what to do.
    """
    if isinstance(source, Mapping) and has_parts(source):
        opened, split = hugging_face_source(part_of(source, split)), None
    else:
        opened = _source(source)
    try:
        samples = samples_of(opened, fields=fields, split=split)
    except OSError as exc:
        raise DataError(f"{opened.words} cannot be read: {exc.strerror}") from exc
    return Dataset(name=name or opened.name or "unnamed", samples=samples, version=version or opened.version)


def _source(source: Any) -> Source:
    if isinstance(source, pd.DataFrame):
        return Source(words="the frame", rows=frame_rows(source))
    if isinstance(source, str | Path):
        folder = bundled("data")
        if isinstance(source, str) and source in _versions(folder):
            return replace(file_source(folder / f"{source}.jsonl"), version=_versions(folder)[source])
        return file_source(_find(source, _versions(folder)))
    if is_hugging_face(source):
        return hugging_face_source(source)
    if (
        not isinstance(source, Iterable)
        or isinstance(source, Mapping | bytes)
        or hasattr(source, "to_pandas")
    ):
        hint = ", which its to_pandas() gives" if hasattr(source, "to_pandas") else ""
        known = ", ".join(_versions(bundled("data")))
        raise DataError(
            f"{source!r:.60} is no data set: give a path, a bundled name ({known}), "
            f'a frame{hint}, or a list of mappings like {{"input": …, "target": …}}'
        )
    return Source(words="the sequence", rows=rows_of(source))


def _versions(folder: Path) -> dict[str, str]:
    """The versions of the bundled data sets, by their names."""
    versions: dict[str, str] = json.loads((folder / "versions.json").read_text(encoding="utf-8"))
    return versions


def _find(source: str | Path, known: Mapping[str, Any]) -> Path:
    path = Path(source).expanduser()
    if path.is_file():
        return path
    beside = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, [*known, *beside])
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise DataError(
        f"no data set {str(source)!r}: {hint}Give the path of a file, or a bundled name: {', '.join(known)}"
    )


def _count(n: int) -> int:
    if n < 0:
        raise ValueError(f"cannot take {n!r} samples: give 0 or more")
    return n


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
