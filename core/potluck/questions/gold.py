"""The gold documents and sections of questions: whether they exist, and at which ranks they were found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from potluck.documents import Passage
from potluck.errors import NoDocuments, Problem, RecipeError
from potluck.questions.question_file import Question
from potluck.recipe.messages import format_value
from potluck.recipe.model import RecipeModel
from potluck.stages.discover import discover_documents
from potluck.stages.retrieve import Searcher
from potluck.suggestions import did_you_mean

_LISTED = 20
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")


class Known:
    """What ``gold_ids`` and ``gold_sections`` may name: documents of recipes, records of their indexes, and
    sections."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.names: set[str] = set()
        self.unread: set[str] = set()
        self._searches: list[Searcher] = []

    def add(self, recipe: RecipeModel, search: Searcher | None) -> None:
        """Add the documents of a recipe, read or not, and of its index; None if it has none."""
        files: set[str] = set()
        if recipe.documents is not None:
            with suppress(NoDocuments):
                found = discover_documents(recipe)
                files = {document_id(file.name) for file in found}
        read: set[str] = set()
        if search is not None:
            read = set(_names(search.sources()))
            self._searches.append(search)
        self.names |= files | read
        self.unread |= files - read

    def labels(self, documents: Collection[str]) -> set[str] | None:
        """The labels of the sections of these documents, or of all for none; None if one of them was not read."""
        if self.unread and (not documents or not self.unread.isdisjoint(documents)):
            return None
        held = [self._sections[name] for name in documents or self._sections]
        return set[str]().union(*held)

    @cached_property
    def _sections(self) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for search in self._searches:
            for source, labels in search.sections():
                for name in map(document_id, _names([source])):
                    found[name] |= labels
        return found


def check_gold(questions: Sequence[Question], known: Known) -> None:
    """Raise ``RecipeError`` for every right document and section of a question that is not there, with the nearest."""
    absent = [one for question in questions for one in _absent(question, known)]
    if absent:
        more = f"{len(absent) - _LISTED} more of the same; " if len(absent) > _LISTED else ""
        hint = (
            f"{more}gold_ids are names of documents without folder and extension, or of records of a file; "
            "gold_sections are numbers of clauses, or titles of those without a number"
        )
        raise RecipeError([one.problem() for one in absent[:_LISTED]], hint)


def read_known(recipe: RecipeModel, search: Searcher | None) -> Known:
    """What questions may name as gold for one recipe."""
    known = Known()
    known.add(recipe, search)
    return known


def document_id(source: str) -> str:
    """What ``gold_ids`` call a document: its file name without folder, extension, and what stands behind a ``#``."""
    name = re.split("#|::", source.replace("\\", "/"), maxsplit=1)[0].rsplit("/", 1)[-1]
    return _EXTENSION.sub("", name)


def gold_id(source: str, question: Question) -> str:
    """What the question would call a document: a record of a file (``corpus.jsonl#q7``) may go by its own name."""
    record = source.partition("#")[2]
    return record if record in question.gold_ids else document_id(source)


def gold_ranks(question: Question, passages: Sequence[Passage]) -> list[int | None]:
    """The rank of each thing that should have been found, counted from 0, or None if it was not found.

    If the question names sections, each has the rank of the best passage that holds it; if it also names documents
    (other than the sections again), only passages of those count. Otherwise each document counts once, at its best
    rank.
    """
    golds = dict.fromkeys(map(document_id, question.gold_ids))
    if not question.gold_sections:
        found = dict.fromkeys(gold_id(passage.source, question) for passage in passages)
        return _ranks(golds, [(name,) for name in found])
    within = _within(question)
    held = [p.sections if not within or document_id(p.source) in within else () for p in passages]
    return _ranks(dict.fromkeys(question.gold_sections), held)


def _ranks(golds: Mapping[str, None], held: Sequence[Sequence[str]]) -> list[int | None]:
    return [next((rank for rank, labels in enumerate(held) if gold in labels), None) for gold in golds]


def _within(question: Question) -> set[str]:
    """The documents that a question's sections must belong to; none if any will do."""
    golds = set(map(document_id, question.gold_ids))
    return golds if golds.isdisjoint(map(document_id, question.gold_sections)) else set()


def _names(sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        yield document_id(source)
        yield source.partition("#")[2]


class _Absent(NamedTuple):
    """A gold document or section of a question that does not exist."""

    question: Question
    key: str
    name: str
    known: Collection[str]

    def problem(self) -> Problem:
        if self.key == "gold_ids":
            said = f"names no document{did_you_mean(document_id(self.name), self.known)}"
        else:
            within = ", ".join(map(format_value, sorted(_within(self.question))))
            near = did_you_mean(self.name, self.known) if self.known else ": there are none"
            said = f"names no section{within and f' of {within}'}{near}"
        return self.question.problem(f"{self.key}: {format_value(self.name)} {said}", self.key)


def _absent(question: Question, known: Known) -> Iterator[_Absent]:
    """The missing documents, or else the missing sections."""
    names = [name for name in question.gold_ids if name not in question.gold_sections]
    absent = [name for name in names if name not in known.names and document_id(name) not in known.names]
    yield from (_Absent(question, "gold_ids", name, known.names) for name in absent)
    labels = known.labels(_within(question)) if question.gold_sections and not absent else None
    if labels is not None:
        lacking = [name for name in question.gold_sections if name not in labels]
        yield from (_Absent(question, "gold_sections", name, labels) for name in lacking)
