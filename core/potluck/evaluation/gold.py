"""Whether the documents that questions call right are there: a name that is not would count as never found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress

from potluck.errors import NoDocuments, Problem, RecipeError
from potluck.evaluation.metrics import document_id
from potluck.evaluation.questions import Question
from potluck.recipe.messages import meant, shown
from potluck.recipe.model import RecipeModel
from potluck.stages.discover import discover
from potluck.stages.retrieve import Retriever

_LISTED = 20


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


def _names(sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        yield document_id(source)
        yield source.partition("#")[2]


def _problems(question: Question, known: Collection[str]) -> Iterator[Problem]:
    for name in question.gold_ids:
        if name not in known and document_id(name) not in known and name not in question.gold_sections:
            near = meant(document_id(name), known)
            yield question.problem(f"gold_ids: {shown(name)} names no document{near}", "gold_ids")
