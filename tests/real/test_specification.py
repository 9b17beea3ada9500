"""The specification of the example, as .doc and as .docx, through ``potluck evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.commands import potluck


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both recipes: clauses that are the same in both documents are embedded once."""
    return tmp_path_factory.mktemp("specification")


@pytest.fixture(scope="module", params=["doc", "docx"])
def report(request: pytest.FixtureRequest, shared_data: Path, folder: Path) -> Any:
    """What ``evaluate --json`` prints for the twenty questions."""
    (document,) = (shared_data / "spec_zh").glob(f"*.{request.param}")
    questions = shared_data / "spec_zh" / "questions.jsonl"
    recipe = folder / f"{request.param}.yaml"
    text = f'documents: "{document}"\nsplitter: sections\nquestions: "{questions}"\nretriever: {{k: 5}}\n'
    recipe.write_text(text, encoding="utf-8")
    done = potluck("evaluate", str(recipe), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(report: Any, shared_data: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each question with its answer."""
    lines = (shared_data / "spec_zh" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return list(zip(map(json.loads, lines), report["questions"], strict=True))


def test_a_gold_clause_is_among_the_first_two(report: Any, shared_data: Path) -> None:
    found = [
        any(
            section in gold["gold_sections"] for passage in answered["retrieved"][:2] for section in passage["sections"]
        )
        for gold, answered in rows(report, shared_data)
        if gold["answerable"]
    ]

    assert sum(found) >= 15


def test_all_three_clauses_of_the_second_question_are_among_the_first_five(report: Any) -> None:
    sections = {s for passage in report["questions"][1]["retrieved"][:5] for s in passage["sections"]}

    assert {"1.4.4", "1.4.6", "1.4.7"} <= sections


def test_what_cannot_be_answered_is_refused_and_the_rest_is_not(report: Any, shared_data: Path) -> None:
    refused = {gold["question_id"]: answered["refused"] for gold, answered in rows(report, shared_data)}
    answerable = {gold["question_id"]: gold["answerable"] for gold, _ in rows(report, shared_data)}

    assert sum(refused[name] for name in refused if not answerable[name]) >= 3
    assert sum(not refused[name] for name in refused if answerable[name]) >= 14


def test_every_citation_is_the_documents_own_words(report: Any) -> None:
    cited = [citation for answered in report["questions"] for citation in answered["citations"]]

    assert len(cited) > 10
    for answered in report["questions"]:
        for citation in answered["citations"]:
            assert citation["text"] in answered["answer"]
            assert len(citation["text"]) == citation["end"] - citation["start"]
