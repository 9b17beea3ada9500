"""A file of predictions: JSON Lines, or a table for spreadsheets. It appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.answering.remarks import remarks_on
from potluck.atomic_files import write_atomically
from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.evaluation.results import Answered
from potluck.report.csv import spreadsheet_text
from potluck.tasks.predictions import Prediction

_TABLES = {".csv": ",", ".tsv": "\t"}
_LINES = ".jsonl"
KINDS = (_LINES, *_TABLES)
"""How a file of predictions may end."""


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """A row of a file with its answer.

    ``found`` are columns by name: ``prediction``, and its companions, such as ``score`` and ``scores``.
    """

    fields: Mapping[str, Json]
    found: Mapping[str, Json]


def row_of_prediction(one: Prediction) -> PredictedRow:
    """A row that was answered as a task asks: with its score, and the scores of all labels where there are labels."""
    found: dict[str, Json] = {"prediction": one.answer.text, "score": one.score}
    if one.scores:
        found["scores"] = dict(one.scores)
    return PredictedRow(one.fields, {**found, "remarks": [*remarks_on(one.answer)]})


def row_of_answer(one: Answered) -> PredictedRow:
    """A question that was answered from documents: with the places that the answer rests on."""
    places: list[Json] = [
        {"source": passage.source, "section": passage.section, "page": passage.page, "text": passage.text}
        for passage in one.citations
    ]
    found: dict[str, Json] = {"prediction": one.answer.text, "refused": one.refused, "citations": places}
    asked: dict[str, Json] = {"question_id": one.question.id, "question": one.question.question}
    return PredictedRow(asked, {**found, "remarks": [*remarks_on(one.answer)]})


def check_place(path: Path, source: Path) -> None:
    """Raise ``PotluckError`` if predictions cannot be written to a file, before anything is asked."""
    if path.suffix.lower() not in KINDS:
        raise PotluckError(f"{path}: predictions are written to a file that ends in {', '.join(KINDS)}")
    if path.resolve() == source.resolve():
        raise PotluckError(f"{path} is the file that is read; write the predictions to another one")


def check_names(names: Iterable[str], source: Path) -> None:
    """Raise ``PotluckError`` for a field that is called as a column that predictions add."""
    added = {"prediction", "score", "scores", "remarks"}
    if taken := next((name for name in names if name in added), None):
        raise PotluckError(f"{source} has a field {taken!r}, as the predictions will; give it another name")


def write_predictions(path: Path, rows: Sequence[PredictedRow]) -> None:
    """Write the rows in their order, as the ending of the path says."""
    separator = _TABLES.get(path.suffix.lower())
    text = _lines(rows) if separator is None else _table(rows, separator)
    write_atomically(path, text.encode("utf-8", "replace"))


def _lines(rows: Sequence[PredictedRow]) -> str:
    return "".join(json.dumps({**row.fields, **row.found}, ensure_ascii=False) + "\n" for row in rows)


def _table(rows: Sequence[PredictedRow], separator: str) -> str:
    flat = [{**row.fields, **dict(_columns(row.found))} for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    table = io.StringIO()
    writer = csv.writer(table, delimiter=separator)
    writer.writerow(map(spreadsheet_text, names))
    writer.writerows([_cell(row.get(name)) for name in names] for row in flat)
    return table.getvalue()


def _columns(found: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The answer in columns; the score of each label has a column of its own."""
    for name, value in found.items():
        if name == "scores" and isinstance(value, dict):
            yield from ((f"score of {label}", _figure(share)) for label, share in value.items())
        elif name == "citations" and isinstance(value, list):
            yield name, "; ".join(_place(one) for one in value if isinstance(one, dict))
        elif name == "remarks" and isinstance(value, list):
            yield name, "; ".join(map(str, value))
        else:
            yield name, _figure(value)


def _figure(value: Json) -> Json:
    """A score without the digits that are noise, which would fill the cell."""
    return round(value, 6) if isinstance(value, float) else value


def _place(citation: Mapping[str, Json]) -> str:
    section, page = citation["section"], citation["page"]
    return " ".join(
        [str(citation["source"]), *([str(section)] if section else []), *([f"page {page}"] if page else [])]
    )


def _cell(value: Json) -> str | float | None:
    if value is None or isinstance(value, bool):
        return None if value is None else "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    return spreadsheet_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
