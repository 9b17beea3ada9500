"""From chosen units to an answer that is made of their words alone, with the section in front."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from potluck.documents import Passage, Quote
from potluck_plugins.chat._shared.questions import QuestionPart, holds
from potluck_plugins.chat._shared.units import Span, Unit
from potluck_plugins.chat._shared.words import has_han, search_words

_CLAUSE = re.compile(r"[，；;]|,(?!\d)")
_AROUND = "，；;, "


@dataclass(frozen=True, slots=True)
class Piece:
    """The text in front (a label, or white space), and the quote."""

    before: str
    quote: Quote


def pieces(chosen: Sequence[tuple[Unit, QuestionPart]], passages: Sequence[Passage]) -> list[Piece]:
    """The quotes in order, each section's label in front of its first; what touches or overlaps is one quote."""
    found: list[Piece] = []
    label = ""
    for unit, part in chosen:
        text = passages[unit.passage].text
        for start, end in _spans(unit, part):
            new = Quote(unit.passage, start, end)
            if any(piece.quote == new for piece in found):
                continue
            if found and (one := _merge_quotes(found[-1].quote, new, text)):
                found[-1] = replace(found[-1], quote=one)
                continue
            labelled = unit.label != label and unit.label != ""
            between = "" if not found else "\n" if labelled or unit.table else " "
            colon = "：" if has_han(text) else ": "
            found.append(Piece(f"{between}{unit.label}{colon}" if labelled else between, new))
            label = unit.label
    return found


def text_of_pieces(found: Sequence[Piece], passages: Sequence[Passage]) -> str:
    """The text of the pieces."""
    return "".join(
        piece.before + passages[piece.quote.passage].text[piece.quote.start : piece.quote.end] for piece in found
    )


def shorten(found: Sequence[Piece], limit: int) -> Iterator[Piece]:
    """The pieces that make the first ``limit`` characters; a label with nothing behind it is left out."""
    for piece in found:
        limit -= len(piece.before)
        end = min(piece.quote.end, piece.quote.start + limit)
        if end <= piece.quote.start:
            return
        yield replace(piece, quote=replace(piece.quote, end=end))
        limit -= end - piece.quote.start


def _spans(unit: Unit, part: QuestionPart) -> list[Span]:
    """The part of a unit to quote: a row below its table's caption and column names, a sentence, or a clause of it.

    A clause is enough where one date or number is asked for.
    """
    if unit.lead:
        return [unit.lead, (unit.start, unit.end)]
    if part.single and unit.table is None:
        return [_clause(unit, part)]
    return [(unit.start, unit.end)]


def _merge_quotes(last: Quote, new: Quote, text: str) -> Quote | None:
    """The two as one, where only white space is between them."""
    first, second = sorted((last, new), key=lambda quote: quote.start)
    if last.passage != new.passage or text[first.end : second.start].strip():
        return None
    return Quote(last.passage, first.start, max(first.end, second.end))


def _clause(unit: Unit, part: QuestionPart) -> Span:
    """The clause with a figure of the kind that is asked for and most of the question's words."""
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(unit.text)), len(unit.text)]
    clauses = [span for span in pairwise(cuts) if holds(part.kind, unit.text[slice(*span)])]

    def coverage(span: Span) -> float:
        found = search_words(unit.text[slice(*span)])
        return sum(weight for word, weight in part.readings[0].items() if word in found)

    start, end = max(clauses, key=coverage, default=(0, len(unit.text)))
    clause = unit.text[start:end]
    start += len(clause) - len(clause.lstrip(_AROUND))
    return unit.start + start, unit.start + start + len(clause.strip(_AROUND))
