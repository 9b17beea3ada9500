"""The scores of a comparison as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from potluck.report.content import Content
from potluck.report.embedded import measures_of, score_of
from potluck.results.comparison import ComparisonResult

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")


def write_csv(result: Content | ComparisonResult) -> str:
    """One line for each question and variant: what was asked and answered, then a column for each measure.

    A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, *CSV Injection*). Empty if
    a question has no such measure. To be written with ``newline=""``.
    """
    table = io.StringIO()
    csv.writer(table).writerows(_rows(result))
    return table.getvalue()


def _rows(result: Content | ComparisonResult) -> Iterator[list[str | float | None]]:
    measures = [measure.name for measure in measures_of(result)]
    yield ["question_id", "question", "answerable", "variant", "answer", "refused", *map(spreadsheet_text, measures)]
    for question in result.questions:
        asked = [spreadsheet_text(question.id), spreadsheet_text(question.question), _yes_or_no(question.answerable)]
        for variant in result.variants:
            answer = question.answers.get(variant.name)
            if answer is not None:
                said = [spreadsheet_text(variant.name), spreadsheet_text(answer.text), _yes_or_no(answer.refused)]
                yield [*asked, *said, *(score_of(answer, measure) for measure in measures)]


def spreadsheet_text(value: str) -> str:
    """A text that a spreadsheet takes for a text: with an apostrophe in front where it looks like a formula."""
    clean = _UNENCODABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) else clean


def _yes_or_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
