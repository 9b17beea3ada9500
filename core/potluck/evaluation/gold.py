"""The documents that questions call right: whether they are there, and at which ranks they were found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from potluck.documents import Passage
from potluck.errors import NoDocuments, Problem, RecipeError
from potluck.evaluation.questions import Question
from potluck.recipe.messages import meant, shown
from potluck.recipe.model import RecipeModel
from potluck.stages.discover import discover
from potluck.stages.retrieve import Retriever

_LISTED = 20
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")


def check_gold(questions: Sequence[Question], known: Collection[str]) -> None:
    """Raise ``RecipeError`` for every question with a ``gold_ids`` that names no document, with the nearest name."""
    problems = [problem for question in questions for problem in _problems(question, known)]
    if problems:
        more = f"{len(problems) - _LISTED} more of the same; " if len(problems) > _LISTED else ""
        hint = f"{more}gold_ids are names of documents without folder and extension, or of records of a file"
        raise RecipeError(problems[:_LISTED], hint)


def known_names(recipe: RecipeModel, search: Retriever | None) -> set[str]:
    """What ``gold_ids`` may call the documents of a recipe, read or not, and the records of an index."""
    names: set[str] = set()
    if recipe.documents is not None:
        with suppress(NoDocuments):
            files = discover(recipe.folder, recipe.documents.patterns, recipe.documents.exclude)
            names |= {document_id(file.name) for file in files}
    if search is not None:
        names |= set(_names(search.sources()))
    return names


def document_id(source: str) -> str:
    """What ``gold_ids`` call a document: its file name without folder, extension, and what stands behind a ``#``."""
    name = re.split("#|::", source.replace("\\", "/"), maxsplit=1)[0].rsplit("/", 1)[-1]
    return _EXTENSION.sub("", name)


def gold_id(source: str, question: Question) -> str:
    """What the question would call a document: a record of a file (``corpus.jsonl#q7``) may go by its own name."""
    record = source.partition("#")[2]
    return record if record in question.gold_ids else document_id(source)


def gold_ranks(question: Question, passages: Sequence[Passage]) -> list[int | None]:
    """The rank of each thing that should have been found, counted from 0, or None where it was not found.

    Sections where the question names any: each at the best passage that holds it. Names the question documents
    besides (other than the sections again), only passages of those count. Else documents, of which each counts once,
    at its best place.
    """
    golds = dict.fromkeys(map(document_id, question.gold_ids))
    if not question.gold_sections:
        found = dict.fromkeys(gold_id(passage.source, question) for passage in passages)
        return _ranks(golds, [(name,) for name in found])
    sections = dict.fromkeys(question.gold_sections)
    anywhere = not golds or not golds.keys().isdisjoint(map(document_id, sections))
    held = [p.sections if anywhere or document_id(p.source) in golds else () for p in passages]
    return _ranks(sections, held)


def _ranks(golds: Mapping[str, None], held: Sequence[Sequence[str]]) -> list[int | None]:
    return [next((rank for rank, labels in enumerate(held) if gold in labels), None) for gold in golds]


def _names(sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        yield document_id(source)
        yield source.partition("#")[2]


def _problems(question: Question, known: Collection[str]) -> Iterator[Problem]:
    for name in question.gold_ids:
        if name not in known and document_id(name) not in known and name not in question.gold_sections:
            near = meant(document_id(name), known)
            yield question.problem(f"gold_ids: {shown(name)} names no document{near}", "gold_ids")
