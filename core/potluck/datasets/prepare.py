"""Preparing a dataset: from rows to examples to learn from, and others to watch the training with."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.amounts import many
from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.near_duplicates import find_copies
from potluck.datasets.row_files import DatasetRow, is_rows, read_rows
from potluck.documents import Example, Json
from potluck.errors import PotluckError
from potluck.fingerprints import fingerprint
from potluck.json_values import as_json
from potluck.language import fold
from potluck.ledger import Amount, Ledger
from potluck.recipe.model import RecipeModel
from potluck.recipe.tuning_settings import DatasetSettings

_LISTED = 20
_SHOWN = 40
"""Characters of a text in a note."""
_RARE = 5
_VALIDATION = ("validation", "valid", "dev")
_TRAINING = ("train", "training")
_TEST = ("test", "testing", "eval", "evaluation", "holdout", "heldout", "held-out")


@dataclass(frozen=True, slots=True)
class PreparedDataset:
    """The examples to learn from. ``labels`` are those of a classification, in order; ``notes`` are sentences."""

    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    labels: tuple[str, ...]
    ledger: Ledger
    notes: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """All that is learned and validated."""
        return fingerprint([_plain(one) for one in self.training], [_plain(one) for one in self.validation])


def prepare_dataset(recipe: RecipeModel) -> PreparedDataset:
    """The examples of a recipe's dataset. Raises ``RecipeError`` with the place of every row that cannot be used."""
    settings = recipe.tuning.dataset
    if settings is None:
        raise PotluckError(f"{recipe.path}: the recipe names no dataset; add 'dataset: FILE.jsonl'")
    classify = recipe.tuning.task == "classification"
    training, validation, aside = _files(recipe, settings)
    build = ExampleBuilder(recipe.prompt, settings, training, classify=classify)
    examples = build.examples(build.usable(training))
    held = build.examples(build.usable(validation))
    ledger, notes = Ledger(), [*_aside(aside, settings), *build.notes()]
    entry = ledger.open("prepare", "examples")
    count = len(training) + len(validation) + len(aside)
    entry.came_in = Amount(count)
    kept, copies = _without_copies(examples, held)
    if copies:
        notes.append(f"{many(copies, 'example')} left out: there twice, or nearly so among those to validate with")
    notes += _conflicts(kept)
    if settings.limit is not None:
        kept = _sample(kept, settings.limit, recipe.training_seed, classify)
    if not held and isinstance(settings.validation, float) and settings.split is None:
        kept, held = _split(kept, settings.validation, recipe.training_seed, classify)
    entry.went_out, entry.deduplicated = Amount(len(kept) + len(held)), Amount(copies)
    entry.dropped = Amount(count - len(kept) - len(held) - copies)
    labels = tuple(sorted({one.target for one in kept})) if classify else ()
    if classify:
        notes += _rare(kept)
        if len(labels) < 2:
            found = f"every example has the label {labels[0]!r}" if labels else "no example has a label"
            raise PotluckError(
                f"{recipe.path}: there is nothing to choose between: in the dataset {found}. Another field may hold "
                "the labels: name it with dataset.target"
            )
    entry.notes += notes
    return PreparedDataset(tuple(kept), tuple(held), labels, ledger, tuple(notes))


def training_rows(recipe: RecipeModel, settings: DatasetSettings) -> list[DatasetRow]:
    """The rows of a dataset to learn from, as they stand in its file. Raises ``RecipeError`` for damaged ones."""
    return _files(recipe, settings)[0]


def _files(
    recipe: RecipeModel, settings: DatasetSettings
) -> tuple[list[DatasetRow], list[DatasetRow], list[DatasetRow]]:
    """The rows to learn from, those to validate with if they are named separately, and those for neither.

    Rows that a field calls a test are neither lost nor counted: they are kept for evaluation.
    """
    path = recipe.folder / Path(settings.path).expanduser()
    training = read_rows(_training(path) if path.is_dir() else path, settings.encoding)
    check_fields(recipe, settings, training)
    if isinstance(settings.validation, str):
        return training, read_rows(recipe.folder / Path(settings.validation).expanduser(), settings.encoding), []
    if settings.split is not None:
        sides: dict[str, list[DatasetRow]] = defaultdict(list)
        for row in training:
            side = str(row.fields.get(settings.split, "")).strip().lower()
            sides[next((names[0] for names in (_TRAINING, _VALIDATION, _TEST) if side in names), "")].append(row)
        return sides[_TRAINING[0]], sides[_VALIDATION[0]], sides[""]
    if path.is_dir() and (beside := _find_file(path, _VALIDATION)) is not None:
        return training, read_rows(beside, settings.encoding), []
    return training, [], []


def _aside(rows: Sequence[DatasetRow], settings: DatasetSettings) -> list[str]:
    """The note on rows whose field does not say where they belong."""
    if not rows or settings.split is None:
        return []
    written = Counter(str(row.fields.get(settings.split, "")) for row in rows)
    named = ", ".join(f"{side!r} {count}" for side, count in written.most_common(_LISTED))
    return [
        f"{many(len(rows), 'row', 'is', 'are')} for neither side, left out: the field {settings.split!r} is not train, "
        f"validation or test ({named}), first {rows[0].place}"
    ]


def _training(folder: Path) -> Path:
    found = _find_file(folder, _TRAINING)
    if found is None:
        raise PotluckError(
            f"{folder}: there is no file train.jsonl (or .csv, .tsv, .xlsx, .json, .parquet) in this folder"
        )
    return found


def _find_file(folder: Path, names: Sequence[str]) -> Path | None:
    return next((file for file in sorted(folder.iterdir()) if file.stem in names and is_rows(file)), None)


def _key(example: Example) -> str:
    """The key of texts that are nearly the same: case, width, blanks and digits do not matter."""
    return "\n".join(fold(message.content) for message in example.messages) or fold(example.target)


def _without_copies(examples: Sequence[Example], held: Sequence[Example]) -> tuple[list[Example], int]:
    """Each example once, and none that is nearly one to validate with; how many are left out."""
    copies = find_copies([_key(one) for one in examples], [_key(one) for one in held], by_likeness=False)
    validated = {number for number, _ in copies}
    seen: set[str] = set()
    kept = []
    for number, one in enumerate(examples):
        same = fingerprint(_plain(one))
        if same in seen or number in validated:
            continue
        seen.add(same)
        kept.append(one)
    return kept, len(examples) - len(kept)


def _conflicts(examples: Sequence[Example]) -> list[str]:
    """A note on texts of which it is not told which target is right, with the beginning of the first."""
    groups = defaultdict[str, list[Example]](list)
    for one in examples:
        groups[_key(one)].append(one)
    several = [group for group in groups.values() if len({one.target for one in group}) > 1]
    if not several:
        return []
    first = several[0][0]
    text = first.messages[-1].content if first.messages else first.target
    return [
        f"{many(sum(map(len, several)), 'example')} with the same text as another, but for case, blanks and digits, "
        f"and a different target, such as {text[:_SHOWN]!r}"
    ]


def _rare(examples: Sequence[Example]) -> list[str]:
    counts = Counter(one.target for one in examples)
    rare = sorted(label for label, count in counts.items() if count < _RARE)
    if not rare:
        return []
    if len(counts) == len(examples) > _RARE:
        return [
            f"each of the {len(examples)} examples has a label of its own, so no label can be learned from others: "
            "perhaps another field holds the labels (dataset.target), or the task is generation"
        ]
    named = ", ".join(rare[:_LISTED])
    return [f"{many(len(rare), 'label')} of {len(counts)} with fewer than {_RARE} examples to learn from: {named}"]


def _sample(examples: Sequence[Example], limit: int, seed: int, classify: bool) -> list[Example]:
    """``limit`` of the examples, in their order."""
    if len(examples) <= limit:
        return list(examples)
    _, drawn = _split(examples, limit / len(examples), seed, classify)
    chances = random.Random(f"limit {seed}")  # noqa: S311  (no secret)
    numbers = {id(one) for one in (drawn if len(drawn) <= limit else chances.sample(drawn, limit))}
    return [one for one in examples if id(one) in numbers]


def _split(examples: Sequence[Example], part: float, seed: int, classify: bool) -> tuple[list[Example], list[Example]]:
    """The examples split in two, label by label; near copies stay on one side."""
    if part == 0:
        return list(examples), []
    keys = [_key(one) for one in examples]
    strata: dict[str, Counter[str]] = defaultdict(Counter)
    for one, key in zip(examples, keys, strict=True):
        strata[one.target if classify else ""][key] += 1
    taken: set[str] = set()
    for label, groups in sorted(strata.items()):
        drawn = sorted(groups)
        random.Random(f"{seed} {label}").shuffle(drawn)  # noqa: S311  (no secret)
        wanted = math.floor(part * groups.total() + 0.5)
        for key in drawn:
            if wanted <= 0 or len(groups) == 1:
                break
            taken.add(key)
            wanted -= groups[key]
    pairs = list(zip(examples, keys, strict=True))
    return [one for one, key in pairs if key not in taken], [one for one, key in pairs if key in taken]


def _plain(example: Example) -> Json:
    """Everything of an example that decides what is learned."""
    turns = [*example.messages, *([example.answer] if example.answer else [])]
    if any(turn.uses_tools for turn in turns):
        return [as_json(turn) for turn in turns]
    return [[[message.role, message.content] for message in example.messages], example.target]
