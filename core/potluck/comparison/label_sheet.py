"""The sheet in which people say which of two answers is better, without knowing whose they are.

It holds all pairs of answers that were judged, in random order: those that are labelled from the top are a random
sample, wherever the labelling stops. Which answer of a pair stands first is drawn as well. Both follow from the answers
themselves, so that a later comparison knows the same pairs again.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from potluck.comparison.judge import Pair
from potluck.datasets.formats import find_field
from potluck.datasets.row_files import DatasetRow, read_rows
from potluck.documents import Json
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.fingerprints import fingerprint
from potluck.recipe.messages import format_value
from potluck.report.csv import spreadsheet_text
from potluck.results.judging import Label

SheetLabel: TypeAlias = Literal["1", "2", "tie"]
"""What people write: the number of the better answer, or that neither is better."""

_WORDS: Mapping[str, SheetLabel] = {"1": "1", "2": "2", "tie": "tie", "平手": "tie"}
_HOW = "label has to be 1 or 2, the number of the better answer, or tie (平手)"
_HINT = "the sheet is labels.csv in the folder of a comparison with --judge; only its column 'label' is to be filled in"
_ENCODINGS = ("cp950", "gb18030", "cp1252")
"""The encodings in which spreadsheets save a .csv file that is not UTF-8, by country."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a sheet, by the id of the pair."""

    path: Path = Path()
    labels: Mapping[str, SheetLabel] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each stands: ``file:line``."""


def pair_id(pair: Pair) -> str:
    """What a pair is called: the same whichever of its answers is a. A letter first, so that it is never a number."""
    return "p" + fingerprint("pair", pair.question_id, pair.question, *sorted((pair.a, pair.b)))[:10]


def sheet_order(pair: str) -> str:
    """What pairs are sorted by in a sheet: their ids, shuffled."""
    return fingerprint("order of the sheet", pair)


def label_of(pair: Pair, labels: Labels) -> Label | None:
    """Which of the two answers people call better; None without a label."""
    label = labels.labels.get(pair_id(pair))
    if label is None or label == "tie":
        return label
    return "a" if (label == "1") == _shows_a_first(pair) else "b"


def write_sheet(pairs: Iterable[Pair], labels: Labels) -> tuple[str, str]:
    """The sheet as CSV and as JSON Lines, with the labels that are known. To be written with ``newline=""``."""
    rows = [_row(pair, labels) for pair in _shuffle(pairs)]
    table = io.StringIO()
    if rows:
        lines = csv.DictWriter(table, list(rows[0]))
        lines.writeheader()
        lines.writerows({key: spreadsheet_text(value) for key, value in row.items()} for row in rows)
    return table.getvalue(), "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_labels(path: Path) -> Labels:
    """The labels of a sheet that was filled in: .csv, .tsv, .xlsx, .jsonl or .json, whatever program has saved it.

    Rows without a label are passed over. Raises ``RecipeError`` with the places of labels that cannot be meant, and
    ``PotluckError`` if there is none, or no such file.
    """
    failed: RecipeError | None = None
    for encoding in _encodings(path):
        try:
            return _labels(path, read_rows(path, encoding))
        except RecipeError as error:
            failed = failed or RecipeError(error.problems, _HINT)
    raise failed or PotluckError(f"{path}: this text is in no encoding that is known; save the file as UTF-8")


def _shuffle(pairs: Iterable[Pair]) -> Sequence[Pair]:
    """Each pair once, in the order of the sheet."""
    by_id = {pair_id(pair): pair for pair in pairs}
    return [by_id[one] for one in sorted(by_id, key=sheet_order)]


def _shows_a_first(pair: Pair) -> bool:
    answers = sorted((pair.a, pair.b))
    return answers[int(fingerprint("first answer", pair_id(pair)), 16) % 2] == pair.a


def _row(pair: Pair, labels: Labels) -> dict[str, str]:
    first, second = (pair.a, pair.b) if _shows_a_first(pair) else (pair.b, pair.a)
    return {
        "pair": pair_id(pair),
        "question": pair.question,
        "right_answers": " / ".join(pair.references),
        "answer_1": first,
        "answer_2": second,
        "label": labels.labels.get(pair_id(pair), ""),
    }


def _encodings(path: Path) -> Iterator[str | None]:
    """The encodings that a file may be in: None for what its reader takes by itself."""
    if path.suffix.lower() not in (".csv", ".tsv") or not path.is_file():
        yield None
        return
    content = path.read_bytes()
    with suppress(UnicodeDecodeError):
        content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
        yield None
        return
    for name in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            content.decode(name)
            yield name


def _labels(path: Path, rows: Sequence[DatasetRow]) -> Labels:
    labels, places = dict[str, SheetLabel](), dict[str, str]()
    problems = list[Problem]()
    for row in rows:
        written = _text(row, "label")
        if not written:
            continue
        pair, label = _text(row, "pair"), _WORDS.get(_plain(written))
        if not pair:
            problems.append(row.problem("there is a label, and no id of a pair in the column 'pair'"))
        elif label is None:
            problems.append(row.problem(f"{_HOW}; got {format_value(written)}", "label"))
        elif pair in labels:
            problems.append(row.problem(f"{pair} has a label already, at {places[pair]}", "pair"))
        else:
            labels[pair], places[pair] = label, row.place
    if problems:
        raise RecipeError(problems, _HINT)
    if not labels:
        raise PotluckError(f"{path}: no row has a label; {_HOW}")
    return Labels(path, labels, places)


def _text(row: DatasetRow, meaning: str) -> str:
    name = find_field(meaning, row.fields)
    value: Json = None if name is None else row.fields[name]
    return "" if value is None else str(value).strip()


def _plain(label: str) -> str:
    """A label without differences of case and width, and as a whole number."""
    return unicodedata.normalize("NFKC", label).strip().casefold().removesuffix(".0")
