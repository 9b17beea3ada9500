"""A question about documents with its answer, its passages and its scores."""

from __future__ import annotations

from dataclasses import dataclass, field

from potluck.document_qa.ask import ask_result
from potluck.documents import Json
from potluck.evaluation.results import Answered
from potluck.json_values import as_json
from potluck.ledger import Ledger
from potluck.questions.gold import gold_id
from potluck.results.answers import AnsweredResult

_LISTED = 10


@dataclass(frozen=True, slots=True)
class AnsweredQuestion(Answered):
    """A question about documents. ``calls`` counts calls of the chat model."""

    calls: int = 1
    ledger: Ledger = field(default_factory=Ledger)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        ids = dict.fromkeys(gold_id(passage.source, self.question) for passage in self.retrieved)
        return as_json(
            AnsweredResult(
                question_id=self.question.id,
                report=ask_result(
                    self.question.question,
                    self.answer,
                    self.refused,
                    self.citations,
                    self.retrieved[:_LISTED],
                    self.ledger,
                    self.seconds,
                ),
                retrieved_ids=tuple(ids)[:_LISTED],
                scores=self.score.result(),
            )
        )
