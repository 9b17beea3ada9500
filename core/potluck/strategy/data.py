"""Labelled messages, one JSON object per line, and one held-out split of them without near copies across it."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from potluck.amounts import many
from potluck.datasets.json_lines import UnusableLine, read_lines, required_text
from potluck.datasets.near_duplicates import compares_likeness, find_copies, group_copies
from potluck.errors import PotluckError
from potluck.language import is_chinese
from potluck.questions.keys import group_of
from potluck.recipe.messages import format_value
from potluck.statistics.clusters import Clusters
from potluck.suggestions import did_you_mean

_HELD_OUT = 0.25


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message with its right label, and the place where it stands (``file:line``).

    Messages of one ``group`` hang together, such as those of one customer.
    """

    text: str
    label: str
    place: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The messages to learn from, and those to ask, in the order in which they are asked.

    ``left_out`` messages are nearly the same as one that is asked; nothing learns from them. ``notes`` are sentences.
    """

    train: tuple[LabelledText, ...]
    test: tuple[LabelledText, ...]
    left_out: int
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels to choose from, in order."""
        return tuple(sorted({item.label for item in self.train}))


def read_split(data: Path, given: str = "prompt", target: str = "completion", seed: int = 0) -> Split:
    """Read a JSON Lines file, or a folder with ``train.jsonl`` and perhaps ``test.jsonl``.

    Without a ``test.jsonl`` a quarter of each label is held out. Raises ``RecipeError`` with every problem and its
    line, ``PotluckError`` where there is nothing to choose between.
    """
    file, held = _files(data)
    items, notes = read_items(file, given, target), list[str]()
    train, test, left_out = items, list[LabelledText](), 0
    if held is None:
        train, test = _hold_out(items, seed)
    else:
        test = read_items(held, given, target)
        train, left_out = _without_copies(items, test)
    if left_out:
        notes.append(f"{many(left_out, 'labelled message')} left out: (nearly) the same as one that is asked")
    if not compares_likeness(len(items), len(test)):
        notes.append("with this many messages copies are found by folding case, width and digits only, not by likeness")
    split = Split(tuple(train), tuple(spread_out(test, seed)), left_out, tuple(notes))
    if len(split.labels) < 2 or not split.test:
        raise PotluckError(f"{data}: there is nothing to choose between; two labels are needed, each at least twice")
    unknown = Counter(item.label for item in test if item.label not in split.labels)
    if not unknown:
        return split
    named = ", ".join(sorted(unknown))
    note = f"{unknown.total()} of the messages asked have a label without an example ({named})"
    return replace(split, notes=(*notes, note))


def read_items(path: Path, given: str, target: str) -> list[LabelledText]:
    """The messages of a file. Raises ``RecipeError`` with the places, ``PotluckError`` for a file without any."""

    def item(number: int, row: Mapping[str, Any]) -> LabelledText:
        text, label = _value(row, given, "--input"), _value(row, target, "--target")
        return LabelledText(text, label, f"{path}:{number}", group_of(row))

    return read_lines(path, item, json.dumps({given: "…", target: "label"}, ensure_ascii=False))


def item_clusters(items: Sequence[LabelledText]) -> Clusters:
    """Which messages hang together: those of one group; the others stand for themselves."""
    labels = [(item.group, 0 if item.group is not None else number) for number, item in enumerate(items)]
    return Clusters.from_labels(labels, "group")


def majority_language(items: Sequence[LabelledText]) -> Literal["zh", "en"]:
    """The language that most messages are written in."""
    return "zh" if 2 * sum(is_chinese(item.text) for item in items) > len(items) else "en"


def spread_out(items: Iterable[LabelledText], seed: int) -> list[LabelledText]:
    """The messages in an order in which every beginning has the labels in about the overall shares."""
    generator = random.Random(seed)  # noqa: S311  (no secret)
    by_label = _by_label(items)
    placed: list[tuple[float, LabelledText]] = []
    for label in sorted(by_label):
        members = generator.sample(by_label[label], len(by_label[label]))
        start = generator.random()
        placed += [((number + start) / len(members), item) for number, item in enumerate(members)]
    return [item for _, item in sorted(placed, key=lambda pair: pair[0])]


def _files(data: Path) -> tuple[Path, Path | None]:
    if not data.is_dir():
        return data, None
    if not (data / "train.jsonl").is_file():
        raise PotluckError(f"{data}: there is no train.jsonl in this folder; name a file, or call it so")
    held = data / "test.jsonl"
    return data / "train.jsonl", held if held.is_file() else None


def _hold_out(items: Sequence[LabelledText], seed: int) -> tuple[list[LabelledText], list[LabelledText]]:
    """A quarter of each label's groups of copies, at least one where there are two, and no group on both sides."""
    groups = group_copies([item.text for item in items])
    by_label = defaultdict(list)
    for group in groups:
        by_label[items[group[0]].label].append(group)
    generator, held = random.Random(seed), set[int]()  # noqa: S311  (no secret)
    for label in sorted(by_label):
        of_label = by_label[label]
        wanted = max(1, round(_HELD_OUT * len(of_label))) if len(of_label) > 1 else 0
        held.update(number for group in generator.sample(of_label, wanted) for number in group)
    train = [item for number, item in enumerate(items) if number not in held]
    # Of copies one is asked: they would count as one piece of evidence several times.
    firsts = {group[0] for group in groups}
    return train, [items[number] for number in sorted(held & firsts)]


def _without_copies(train: Sequence[LabelledText], test: Sequence[LabelledText]) -> tuple[list[LabelledText], int]:
    """The messages of ``train`` that are not copies of one of ``test``, and how many are left out."""
    pairs = find_copies([item.text for item in train], [item.text for item in test])
    copies = {number for number, _ in pairs}
    return [item for number, item in enumerate(train) if number not in copies], len(copies)


def _by_label(items: Iterable[LabelledText]) -> dict[str, list[LabelledText]]:
    found: dict[str, list[LabelledText]] = defaultdict(list)
    for item in items:
        found[item.label].append(item)
    return found


def _value(row: Mapping[str, Any], key: str, option: str) -> str:
    if key not in row:
        there = ", ".join(map(format_value, row)) or "nothing"
        raise UnusableLine(
            f"there is no key {format_value(key)}{did_you_mean(key, row)}; it has {there} (name another with {option})"
        )
    value = row[key]
    if option == "--target" and isinstance(value, bool | int):
        return str(value)
    return required_text(value, key)
