"""What questions call right is there, and is ranked where it was found.

Modules: ``potluck.questions.gold``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.documents import Passage
from potluck.errors import RecipeError
from potluck.questions.gold import Known, check_gold, document_id, gold_id, gold_ranks, read_known
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


def test_a_record_of_a_file_goes_by_its_own_name_where_the_question_calls_it_so() -> None:
    assert gold_id("corpus.jsonl#q7", Question("q", "?", gold_ids=("q7",))) == "q7"
    assert gold_id("corpus.jsonl#q7", Question("q", "?", gold_ids=("corpus",))) == "corpus"


class Indexed:
    """An index of documents with the labels of their sections."""

    def __init__(self, **labels: set[str]) -> None:
        self._labels = labels

    def sources(self) -> set[str]:
        return {f"規範/{name}.txt" for name in self._labels} | {"corpus.jsonl#q7"}

    def sections(self) -> list[tuple[str, set[str]]]:
        return [*((f"規範/{name}.txt", labels) for name, labels in self._labels.items()), ("corpus.jsonl#q7", {"總則"})]


@pytest.fixture
def known(tmp_path: Path) -> Known:
    """Two documents that are read, and a record of a file that is not among those of the recipe."""
    return knowing(tmp_path, Indexed(軌道={"1.1", "1.2"}, 道岔={"2.1"}))


def knowing(folder: Path, search: Any) -> Known:
    (folder / "規範").mkdir(exist_ok=True)
    for name in ("軌道", "道岔"):
        (folder / "規範" / f"{name}.txt").touch()
    return read_known(recipes.loads("documents: 規範/*.txt\n", folder / "recipe.yaml", []), search)


def test_documents_are_those_of_the_recipe_and_those_of_the_index(known: Known, tmp_path: Path) -> None:
    assert known.names >= {"軌道", "道岔", "corpus", "q7"}
    assert known.unread == set()
    unread = knowing(tmp_path, None)
    assert unread.names == unread.unread == {"軌道", "道岔"}
    (tmp_path / "recipe.yaml").write_text("documents: none/*.txt\n", encoding="utf-8")
    assert read_known(recipes.load(tmp_path / "recipe.yaml"), None).names == set()


def test_sections_are_those_of_the_documents_that_are_asked_for_or_of_all(known: Known) -> None:
    assert known.labels(["軌道"]) == {"1.1", "1.2"}
    assert known.labels(["q7", "道岔"]) == {"總則", "2.1"}
    assert known.labels([]) == {"1.1", "1.2", "2.1", "總則"}


def test_the_sections_of_what_is_not_read_are_not_known(tmp_path: Path) -> None:
    known = knowing(tmp_path, Indexed(軌道={"1.1"}))

    assert known.unread == {"道岔"}
    assert known.labels(["軌道"]) == {"1.1"}
    assert known.labels(["道岔"]) is known.labels(["軌道", "道岔"]) is known.labels([]) is None


def told(known: Known, *questions: Question) -> Sequence[str]:
    with pytest.raises(RecipeError) as raised:
        check_gold(questions, known)
    return [problem.message for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("documents", "sections", "message"),
    [
        ((), ("1.3",), "gold_sections: '1.3' names no section (did you mean '1.2'?)"),
        (("軌道",), ("2.1", "1.1"), "gold_sections: '2.1' names no section of '軌道' (did you mean '1.1'?)"),
        (("道岔", "軌道"), ("總則",), "gold_sections: '總則' names no section of '軌道', '道岔'"),
        (("軌道路",), ("9.9",), "gold_ids: '軌道路' names no document (did you mean '軌道'?)"),
    ],
)
def test_gold_that_is_not_there_is_told_once(
    known: Known, documents: tuple[str, ...], sections: tuple[str, ...], message: str
) -> None:
    assert told(known, Question("q", "?", gold_ids=documents, gold_sections=sections)) == [message]


def test_where_there_are_no_sections_that_is_told(tmp_path: Path) -> None:
    known = knowing(tmp_path, Indexed(軌道=set(), 道岔=set()))

    assert told(known, Question("q", "?", gold_ids=("軌道",), gold_sections=("1",))) == [
        "gold_sections: '1' names no section of '軌道': there are none"
    ]


def test_gold_that_is_there_or_cannot_be_known_is_no_problem(known: Known, tmp_path: Path) -> None:
    asked = [
        Question("a", "?", gold_ids=("軌道.txt", "q7"), gold_sections=("1.1",)),
        Question("b", "?", gold_sections=("總則",)),
    ]
    check_gold(asked, known)
    check_gold([Question("c", "?", gold_ids=("道岔",), gold_sections=("9",))], knowing(tmp_path, None))


@pytest.mark.parametrize(("count", "more"), [(20, ""), (25, "5 more of the same; ")])
def test_of_many_problems_twenty_are_listed(known: Known, count: int, more: str) -> None:
    questions = [Question(str(number), "?", gold_ids=(f"無{number}",)) for number in range(count)]

    with pytest.raises(RecipeError) as raised:
        check_gold(questions, known)

    assert len(raised.value.problems) == 20
    assert str(raised.value).splitlines()[-1].startswith(f"{more}gold_ids are names of documents")
