"""A recipe as a step of a LangChain chain: question in, answer with citations out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from langchain_core.runnables import RunnableGenerator
from langchain_core.runnables.config import run_in_executor
from langchain_core.runnables.utils import AddableDict

from potluck.api import Recipe
from potluck.document_qa.ask import AskReport
from potluck.langchain._shared import check_tracing, document_of, stream_from_thread


class PotluckRunnable(RunnableGenerator[str, dict[str, Any]]):
    """Answers a question as ``potluck ask`` does.

    The output is a mapping: ``answer``, ``refused``, ``finish``, and the documents ``citations`` and ``retrieved``. In
    a stream ``answer`` comes in pieces, and the rest with the last one.
    """

    def __init__(self, recipe: Recipe) -> None:
        """Load nothing yet."""
        self.recipe = recipe
        super().__init__(self._answer, self._answer_async, name=f"potluck {recipe.model.name}")

    def _answer(self, questions: Iterator[str]) -> Iterator[dict[str, Any]]:
        question = "".join(questions)
        check_tracing(self.recipe)
        said = ""

        def ask(hand_over: Callable[[str | AskReport], None]) -> None:
            hand_over(self.recipe.ask(question, hand_over))

        for piece in stream_from_thread(self.recipe, ask):
            if isinstance(piece, AskReport):
                yield AddableDict(answer=piece.answer.text.removeprefix(said), **_report_fields(piece))
            else:
                said += piece
                yield AddableDict(answer=piece)

    async def _answer_async(self, questions: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
        question = "".join([piece async for piece in questions])
        pieces = self._answer(iter([question]))
        while (piece := await run_in_executor(None, next, pieces, None)) is not None:
            yield piece


def _report_fields(report: AskReport) -> dict[str, Any]:
    return {
        "citations": [document_of(passage) for passage in report.citations],
        "retrieved": [document_of(passage) for passage in report.retrieved],
        "refused": report.refused,
        "finish": report.answer.finish,
    }
