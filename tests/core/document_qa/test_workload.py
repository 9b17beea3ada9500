"""A file of questions is answered and measured: as deep as measures need, each answer with what it cost.

Modules: ``potluck.document_qa.workload``, ``potluck.document_qa.answer_cache``, ``potluck.questions.gold``,
``potluck.runs.run``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, hookimpl
from potluck.errors import MissingDependency, PotluckError, RecipeError
from potluck.evaluation.results import EvaluationReport
from potluck.hookspecs import StageEvent
from potluck.metrics.scorer import Scorer
from support.fake_plugins import visible
from support.labelled import install_labelled

NAMES = [chr(ord("a") + n // 26) + chr(ord("a") + n % 26) for n in range(60)]
"""Of sixty documents, each about a station of its own."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    (folder / "stations").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        text = f"Station {name} 車站第{number}號 opens."
        (folder / "stations" / f"{name}.txt").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield folder


def opened(
    home: Path, questions: list[dict[str, Any]] | None, k: int = 2, documents: object = "stations/*.txt", **chat: Any
) -> Recipe:
    said: dict[str, Any] = {
        "documents": documents,
        "embedder": "letters",
        "retriever": {"k": k, "fit": "drop_last"},
        "chat": {"use": "tutor", "otherwise": "first", **chat},
    }
    if questions is not None:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in questions)
        (home / "q.jsonl").write_text(lines, encoding="utf-8")
        said["questions"] = "q.jsonl"
    (home / "recipe.yaml").write_text(json.dumps(said), encoding="utf-8")
    return Recipe.load(home / "recipe.yaml")


def evaluated(home: Path, questions: list[dict[str, Any]], k: int = 2, **chat: Any) -> EvaluationReport:
    with opened(home, questions, k, **chat) as recipe:
        return recipe.evaluate()


ASKED = [
    {"question_id": "q1", "question": "Which station opens?", "answers": ["標籤 FIRST"], "gold_ids": ["aa"]},
    {"question_id": "q2", "question": "車站第幾號？", "answers": ["never"]},
]


def test_each_question_is_answered_and_scored_and_the_sums_are_those_of_all(home: Path) -> None:
    report = evaluated(home, ASKED, prices=[3.0, 7.0])

    assert [one.question.id for one in report.answered] == ["q1", "q2"]
    assert [one.score.values["exact_match"] for one in report.answered] == [1, 0]
    assert report.metrics["exact_match"] == 0.5
    usages = [one.answer.usage for one in report.answered]
    assert (report.usage.prompt, report.usage.completion) == (sum(one.prompt for one in usages), 20)
    assert report.cost == pytest.approx((report.usage.prompt * 3 + 20 * 7) / 1e6)
    assert report.seconds > 0


def test_a_model_without_prices_has_no_cost(home: Path) -> None:
    assert evaluated(home, ASKED).cost is None


@pytest.mark.parametrize(("k", "retrieved"), [(2, 50), (50, 50), (55, 55)])
def test_fifty_passages_are_retrieved_for_measuring_however_few_are_shown(home: Path, k: int, retrieved: int) -> None:
    report = evaluated(home, ASKED[:1], k)

    (one,) = report.answered
    assert len(one.retrieved) == retrieved
    assert [entry.stage for entry in report.ledger.entries] == ["retrieve", "answer"]
    assert [entry.came_in.items for entry in report.ledger.entries] == [k, k], "the model is shown k of them"


def test_json_lists_ten_passages_of_each_question_and_ten_names_of_documents(home: Path) -> None:
    for name in NAMES[:6]:  # two passages of one document are one name
        (home / "stations" / f"{name}.txt").write_text(f"Station {name}.\n\n" * 120, encoding="utf-8")

    document: Any = evaluated(home, ASKED).as_json()

    first = document["questions"][0]
    assert first["question_id"] == "q1"
    assert len(first["retrieved"]) == 10
    assert len(first["retrieved_ids"]) == len(set(first["retrieved_ids"])) == 10
    assert first["scores"]["exact_match"] == 1
    assert document["tokens"]["completion"] == 20
    assert document["metrics"]["seconds"] == round(document["metrics"]["seconds"], 3)
    assert document["ledger"]["answer"]["unit"] == "passages"
    assert (document["cost"], document["notes"]) == (None, [])


def test_the_ledger_adds_up_the_passages_of_all_questions(home: Path) -> None:
    report = evaluated(home, ASKED, k=3)

    found, entry = report.ledger.entries
    assert found.stage == "retrieve"
    assert found.went_out == entry.came_in, "what is found is what is answered from"
    singles = [one.ledger.entries[0] for one in report.answered]
    assert (entry.stage, entry.came_in.items, entry.went_out.items) == ("answer", 6, 6)
    assert entry.came_in.characters == sum(one.came_in.characters for one in singles) > 0
    assert entry.went_out.characters == sum(one.went_out.characters for one in singles) > 0


def test_a_report_says_what_each_of_its_scores_measures(home: Path) -> None:
    with opened(home, ASKED) as recipe:
        report = recipe.evaluate()

    names = {name for one in report.answered for name in one.score.values}
    assert names
    assert {name: report.measures[name].name for name in names} == {name: name for name in names}


def test_passages_that_do_not_fit_are_counted_and_told_with_the_question(home: Path) -> None:
    with opened(home, ASKED, k=30) as recipe:
        recipe.components.chat.context_window = 700
        report = recipe.evaluate()

    _, entry = report.ledger.entries
    assert entry.dropped.items > 0
    assert entry.came_in.items == 60 == entry.went_out.items + entry.dropped.items
    assert [note.split(":")[0] for note in entry.notes if "fit:" in note] == ["q1", "q2"]


class Told:
    """An observer that remembers how far stages were."""

    def __init__(self) -> None:
        self.progress: list[tuple[str, int, int | None]] = []

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        if event.unit == "questions":
            self.progress.append((event.stage, event.done, event.total))


def test_observers_are_told_of_every_question(home: Path) -> None:
    told = Told()
    with opened(home, ASKED) as recipe:
        recipe.observers.register(told)
        recipe.evaluate()

    assert told.progress == [("retrieve", 1, 2), ("retrieve", 2, 2), ("answer", 1, 2), ("answer", 2, 2)]


def test_a_limit_asks_the_first_questions_only(home: Path) -> None:
    with opened(home, ASKED) as recipe:
        report = recipe.evaluate(limit=1)

    assert [one.question.id for one in report.answered] == ["q1"]
    assert len((home.parent / "asked.log").read_text(encoding="utf-8").splitlines()) == 1


def test_a_file_without_questions_is_an_error(home: Path) -> None:
    with (
        opened(home, []) as recipe,
        pytest.raises(PotluckError, match=r"q\.jsonl: there are no questions in it"),
    ):
        recipe.evaluate()


def test_a_recipe_without_questions_says_how_to_name_some(home: Path) -> None:
    with opened(home, None) as recipe, pytest.raises(PotluckError, match="the recipe names no questions; add"):
        recipe.evaluate()


@pytest.mark.parametrize(
    ("names", "problems", "more"),
    [(["aa", "ab.txt", "stations/ac.txt"], 0, ""), (["zz"], 1, ""), ([f"z{n}" for n in range(20)], 20, ""),
     ([f"z{n}" for n in range(23)], 20, "3 more of the same; ")],
)  # fmt: skip
def test_right_documents_that_are_not_there_are_told_before_anything_is_asked(
    home: Path, names: list[str], problems: int, more: str
) -> None:
    questions = [{"question": f"第{n}題", "gold_ids": [name]} for n, name in enumerate(names)]
    if not problems:
        assert evaluated(home, questions).metrics["with_gold"] == len(names)
        return
    with pytest.raises(RecipeError) as raised:
        evaluated(home, questions)

    assert len(raised.value.problems) == problems
    assert f"gold_ids: {names[0]!r} names no document" in raised.value.problems[0].message.replace('"', "'")
    assert f"{more}gold_ids are names of documents" in str(raised.value)
    assert ("more of the same" in str(raised.value)) == bool(more)
    assert not (home.parent / "asked.log").exists()


CLAUSES = {"手冊": "# 1.4 Rails\n\nStation aa opens.\n\n# 第九章\n\n車站開啟。\n", "other": "# Fares\n\nStation zz.\n"}


def with_clauses(home: Path, questions: list[dict[str, Any]]) -> EvaluationReport:
    for name, text in CLAUSES.items():
        (home / "stations" / f"{name}.md").write_text(text, encoding="utf-8")
    with opened(home, questions, documents=["stations/*.md", "stations/aa.txt"]) as recipe:
        return recipe.evaluate()


@pytest.mark.parametrize(
    ("ids", "sections"),
    [
        ([], ["1.4"]),
        (["1.4"], ["1.4"]),
        (["手冊"], ["第九章"]),
        ([], ["1.4", "Fares"]),
        (["手冊.md", "other"], ["Fares"]),
    ],
)
def test_a_section_that_is_there_is_no_mistake(home: Path, ids: list[str], sections: list[str]) -> None:
    report = with_clauses(home, [{"question": "a", "gold_ids": ids, "gold_sections": sections}])

    assert report.metrics["with_gold"] == 1


@pytest.mark.parametrize(
    ("ids", "sections", "said"),
    [
        ([], ["第八章"], "'第八章' names no section (did you mean '第九章'?)"),
        (["第八章"], ["第八章"], "'第八章' names no section (did you mean '第九章'?)"),
        (["手冊"], ["1.4", "Fares"], "'Fares' names no section of '手冊'"),
        (["other"], ["fare"], "'fare' names no section of 'other' (did you mean 'Fares'?)"),
        (["aa"], ["1.4"], "'1.4' names no section of 'aa': there are none"),
    ],
)
def test_a_section_that_no_document_has_is_told_with_the_nearest(
    home: Path, ids: list[str], sections: list[str], said: str
) -> None:
    with pytest.raises(RecipeError) as raised:
        with_clauses(home, [{"question": "a", "gold_ids": ids, "gold_sections": sections}])

    (problem,) = raised.value.problems
    assert (problem.message, problem.line) == (f"gold_sections: {said}", 1)
    assert problem.column > 1
    assert "gold_sections are numbers of clauses" in str(raised.value)
    assert not (home.parent / "asked.log").exists()


def test_sections_are_not_asked_for_where_a_document_is_not_there(home: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        with_clauses(home, [{"question": "a", "gold_ids": ["none"], "gold_sections": ["第八章"]}])

    assert [one.message for one in raised.value.problems] == ["gold_ids: 'none' names no document"]


@pytest.mark.parametrize(("ids", "told"), [([], False), (["empty"], False), (["手冊"], True)])
def test_a_document_that_could_not_be_read_may_have_the_section(home: Path, ids: list[str], told: bool) -> None:
    (home / "stations" / "empty.md").write_text("", encoding="utf-8")
    questions = [{"question": "a", "gold_ids": ids, "gold_sections": ["第八章"]}]
    if not told:
        assert with_clauses(home, questions).metrics["recall@5"] == 0
        return
    with pytest.raises(RecipeError, match="names no section of '手冊'"):
        with_clauses(home, questions)


def test_a_run_keeps_the_answers_the_measures_and_what_it_was_made_of(home: Path) -> None:
    with opened(home, ASKED, prices=[3.0, 7.0]) as recipe:
        done: Any = recipe.run()

    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"] == done.id == done.folder.name
    assert manifest["metrics"] == done.evaluation.metrics
    assert manifest["cost"] == done.evaluation.cost > 0
    assert manifest["tokens"]["completion"] == 20
    assert manifest["ledger"]["answer"]["in"]["items"] == 4
    assert set(manifest["documents"]) == {f"stations/{name}.txt" for name in NAMES}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", manifest["started"])
    assert 0 <= manifest["seconds"] == round(manifest["seconds"], 3) < 600
    assert {(one["kind"], one["name"]) for one in manifest["plugins"]} >= {("embedder", "letters"), ("chat", "tutor")}
    rows = [json.loads(line) for line in (done.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["question_id"], row["answer"]) for row in rows] == [("q1", "標籤： FIRST。"), ("q2", "標籤： FIRST。")]
    shown: Any = done.as_json()
    assert (shown["run"], shown["folder"]) == (done.id, str(done.folder))
    assert shown["evaluation"]["metrics"]["exact_match"] == 0.5
    assert 0 <= shown["seconds"] == round(shown["seconds"], 3) < 600


def test_a_run_without_questions_keeps_no_answers(home: Path) -> None:
    with opened(home, None) as recipe:
        done: Any = recipe.run()

    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (done.evaluation, done.as_json()["evaluation"]) == (None, None)
    assert not (done.folder / "answers.jsonl").exists()
    assert [manifest[key] for key in ("metrics", "tokens", "cost", "ledger")] == [None] * 4
    assert manifest["index"]["documents"]


def test_surprise_is_asked_for_once_and_kept(home: Path) -> None:
    from potluck.document_qa.answer_cache import Asker

    with opened(home, ASKED) as recipe:
        recipe.index()
        passages = recipe.retriever().retrieve("Which station opens?", 2)
        asker = Asker(recipe.model, recipe.components, recipe.workspace.answer_cache)
        first = asker.surprise("Which station opens?", passages, "first")
        again = asker.surprise("Which station opens?", passages, "first")
        other = asker.surprise("Which station opens?", passages, "第一")

    assert first == again
    assert (first.nats, first.characters) == (1.0, 5)
    assert (other.nats, other.characters) == (9.0, 2)
    assert len((home.parent / "asked.log").read_text(encoding="utf-8").splitlines()) == 2


def test_without_scipy_questions_are_measured_without_intervals(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def miss(scorer: Scorer, scores: object, clusters: object) -> None:
        raise MissingDependency("comparing needs the package 'scipy'")

    whole = evaluated(home, ASKED)
    monkeypatch.setattr(Scorer, "intervals", miss)

    found = evaluated(home, ASKED)

    assert whole.intervals
    assert (found.metrics, found.intervals) == (whole.metrics, {})
    assert " [" in whole.conclusion[0]
    assert found.conclusion == (
        whole.conclusion[0].partition(" [")[0] + whole.conclusion[0].partition("]")[2],
        "f1 comes first because the questions name right answers and no facts.",
    )
