"""What questions call right is there, and is ranked where it was found.

Modules: ``potluck.questions.gold``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.documents import Passage
from potluck.errors import RecipeError
from potluck.questions.gold import Known, check_gold, document_id, gold_ranks
from potluck.questions.question_file import Question, read_questions


def test_gold_that_names_no_document_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    rows = [
        {"question": "?", "gold_ids": ["doc.txt", "q7"], "gold_sections": ["1.4"]},
        {"question": "!", "gold_ids": ["Handbok", "1.4"], "gold_sections": ["1.4"]},
    ]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    questions = read_questions(path)

    known = Known()
    known.names |= {"doc", "handbook", "q7"}
    known.unread |= known.names

    with pytest.raises(RecipeError) as raised:
        check_gold(questions, known)

    (problem,) = raised.value.problems
    assert problem.message == "gold_ids: 'Handbok' names no document (did you mean 'handbook'?)"
    check_gold(questions[:1], known)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("規範/軌道.doc", "軌道"),
        ("a\\b.tar.gz", "b.tar"),
        ("corpus.jsonl#q7", "corpus"),
        ("mail.eml::附件.pdf", "mail"),
    ],
)
def test_a_document_goes_by_its_file_name_without_folder_and_extension(source: str, name: str) -> None:
    assert document_id(source) == name


def passage(source: str, *sections: str) -> Passage:
    return Passage(source, source, "文", 0, 1, 0.5, "", sections)


def test_documents_count_once_at_their_best_place_and_sections_each() -> None:
    found = [passage("甲.doc", "1.1"), passage("乙.doc", "1.2"), passage("甲.doc", "1.3")]

    assert gold_ranks(Question("q", "?", gold_ids=("乙", "丙")), found) == [1, None]
    assert gold_ranks(Question("q", "?", gold_sections=("1.3", "2.0")), found) == [2, None]
    assert gold_ranks(Question("q", "?", gold_ids=("乙",), gold_sections=("1.3",)), found) == [None]
