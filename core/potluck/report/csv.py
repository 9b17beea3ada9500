"""The scores of a comparison as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.report.embedded import measures_of, score_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")


def write_csv(document: Mapping[str, Json]) -> str:
    """One line for each question and variant: what was asked and answered, then a column for each measure.

    ``document`` is what ``potluck compare --json`` prints; raises PotluckError if it is something else. A text that a
    spreadsheet would take for a formula gets an apostrophe in front (OWASP, *CSV Injection*). Empty where a question
    has no such measure. To be written with ``newline=""``.
    """
    table = io.StringIO()
    try:
        _write(document, csv.writer(table))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PotluckError(f"this is not a comparison that can be written as a table: {error!r}") from error
    return table.getvalue()


def _write(document: Mapping[str, Any], table: Any) -> None:
    measures = [measure["name"] for measure in measures_of(document)]
    head = ["question_id", "question", "answerable", "variant", "answer", "refused"]
    table.writerow([*head, *map(_text, measures)])
    for question in document["questions"]:
        asked = [_text(question["id"]), _text(question["question"]), _yes_or_no(question["answerable"])]
        for variant in document["variants"]:
            answer = question["answers"].get(variant["name"])
            if answer is not None:
                said = [_text(variant["name"]), _text(answer["text"]), _yes_or_no(answer["refused"])]
                table.writerow([*asked, *said, *(score_of(answer, measure) for measure in measures)])


def _text(value: str) -> str:
    clean = _UNENCODABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) else clean


def _yes_or_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
