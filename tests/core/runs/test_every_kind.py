"""Recipes of every kind are run, reproduced, locked, compared and gated in the same way.

Modules: ``potluck.workloads``, ``potluck.evaluation.workload``, ``potluck.comparison.engine``,
``potluck.runs.comparison_run``, ``potluck.runs.reproduce``, ``potluck.runs.pins``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.errors import LockMismatch
from potluck.observation.observers import Observers
from potluck.runs.kept import kept_run
from potluck.runs.pins import write_lock
from potluck.runs.reproduce import reproduce
from support.fake_plugins import visible
from support.labelled import install_labelled
from support.reports import data_of

WORDS = {"apple": "fruit", "蘋果": "fruit", "sky": "weather", "天空": "weather"}
TEXTS = ["the apple", "紅色的蘋果", "藍色的天空", "a sky", "no word", "沒有字"]
CHAT = {"use": "tutor", "words": WORDS, "otherwise": "weather"}
LABELS = ["fruit", "fruit", "weather", "weather", "fruit", "weather"]

KINDS: Mapping[str, Mapping[str, Any]] = {
    "question answering": {"documents": "*.md", "embedder": "letters"},
    "classification": {"task": "classification"},
    "generation": {"task": "generation"},
    "summarization": {"task": "summarization"},
}


def rows(kind: str) -> Iterator[dict[str, Any]]:
    for number, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True)):
        if kind == "question answering":
            yield {"question_id": f"q{number}", "question": text, "answers": [f"標籤： {label.upper()}。"]}
        else:
            yield {"text": text, "label": label} if kind == "classification" else {"prompt": text, "completion": label}


@pytest.fixture(params=list(KINDS))
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A recipe of each kind with six questions or examples, in Chinese and English."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    (home / "hand.md").write_text("# 1.1 水果\n\nThe apple is red. 蘋果是紅色的。\n", encoding="utf-8")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(request.param))
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")
    content = {**KINDS[request.param], "chat": CHAT, "questions": "questions.jsonl"}
    (home / "recipe.yaml").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield home / "recipe.yaml"


@pytest.fixture
def opened(path: Path) -> Iterator[Recipe]:
    with Recipe.load(path) as recipe:
        yield recipe


@pytest.fixture
def sampling(path: Path) -> Iterator[Recipe]:
    with Recipe.load(path, ["chat.temperature=0.5"]) as recipe:
        yield recipe


OTHERWISE = "chat.otherwise=weather,fruit"


def asked(path: Path) -> int:
    log = path.parents[1] / "asked.log"
    return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0


def test_a_run_is_kept_with_its_answers_its_measures_and_a_report(opened: Recipe) -> None:
    done = opened.run()

    lines = (done.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["answer"] for line in lines] == [one.answer.text for one in done.evaluation.answered]  # type: ignore[union-attr]
    assert len({json.loads(line)["question_id"] for line in lines}) == 6
    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["metrics"] == done.evaluation.metrics  # type: ignore[union-attr]
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert "紅色的蘋果" in page
    assert page.count("<script") == 2, "the data and the page's own"


def main_measure(folder: Path) -> str:
    """The measure that the report of a run begins with."""
    data = data_of((folder / "report.html").read_bytes())
    return str(data["measures"][data["main"]]["name"])


def test_the_same_measure_leads_everywhere(opened: Recipe, path: Path) -> None:
    ran, compared = opened.run(), opened.compare(Plan(swaps=[OTHERWISE]))
    evaluated = opened.evaluate()

    leads = evaluated.chief.name  # type: ignore[union-attr]
    assert leads == ("accuracy" if opened.model.tuning.task == "classification" else "f1")
    assert evaluated.conclusion[0].startswith(f"{leads} ")
    assert main_measure(ran.folder) == leads
    assert compared.document["metric"] == leads
    assert main_measure(compared.folder) == leads
    assert [kept_run(folder).measure for folder in (ran.folder, compared.folder)] == [leads, leads]
    why = [any("the questions name right answers and no facts" in one for one in said) for said in (
        evaluated.conclusion, compared.result.conclusion.sentences)]  # fmt: skip
    assert why == [leads == "f1" and "documents" in path.read_text(encoding="utf-8")] * 2


def test_a_run_is_reproduced_and_another_answer_is_told(opened: Recipe) -> None:
    done = opened.run()

    found = reproduce(done.folder, Observers())
    assert (found.same, found.questions, found.inputs) == (True, 6, [])

    answers = done.folder / "answers.jsonl"
    kept = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    kept[2]["answer"] = "別的答案"
    answers.write_text("".join(json.dumps(one) + "\n" for one in kept), encoding="utf-8")
    again = reproduce(done.folder, Observers())
    assert [(one.name, one.then) for one in again.answers] == [(kept[2]["question_id"], "別的答案")]


def test_a_comparison_is_reproduced_with_all_its_rounds(sampling: Recipe, path: Path) -> None:
    done = sampling.compare(Plan(swaps=[OTHERWISE], repeats=2))
    before = asked(path)

    found = reproduce(done.folder, Observers())

    assert (found.same, found.questions, found.inputs) == (True, 12, [])
    assert asked(path) == 2 * before, "every round was asked again, and nothing taken from what was kept"


def test_a_comparison_is_reproduced_with_the_questions_that_the_command_named(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: value for key, value in content.items() if key != "questions"}), encoding="utf-8")
    with Recipe.load(path) as recipe:
        done = recipe.compare(Plan(swaps=[OTHERWISE], questions=path.parent / "questions.jsonl"))

    assert reproduce(done.folder, Observers()).same


def test_texts_with_separators_of_lines_are_reproduced(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content["chat"]["otherwise"] = "天氣\u2028晴\u0085朗"
    path.write_text(json.dumps(content), encoding="utf-8")
    if content.get("task") != "classification":
        with Recipe.load(path) as recipe:
            done = recipe.run()
        assert reproduce(done.folder, Observers()).same


def test_a_repetition_asks_what_was_asked_wherever_it_stands_now(opened: Recipe, path: Path) -> None:
    """A line that is put above the others is none of those that were asked."""
    if opened.model.documents is None:
        pytest.skip("an example is known by its row")
    done = opened.run()
    questions = path.parent / "questions.jsonl"
    first = json.dumps({"question_id": "new", "question": "a new apple", "answers": ["x"]}) + "\n"
    questions.write_text(first + questions.read_text(encoding="utf-8"), encoding="utf-8")

    found = reproduce(done.folder, Observers())

    assert (found.answers, found.metrics) == ([], [])
    assert [one.what for one in found.inputs] == ["questions file"]


def test_a_changed_file_that_the_command_named_is_told(
    opened: Recipe, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = path.parent / "questions.jsonl", path.parent / "other.jsonl"
    other.write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(path.parents[1])
    done = opened.compare(Plan(swaps=[OTHERWISE], questions=Path("home/other.jsonl")))
    monkeypatch.chdir(path.parent)
    own.unlink()
    other.write_text(other.read_text(encoding="utf-8").replace("FRUIT", "FRUITS").replace("fruit", "fruits"), "utf-8")

    found = reproduce(done.folder, Observers())

    assert [(one.what, one.name) for one in found.inputs] == [("questions file", "other.jsonl")]


def test_a_lock_names_what_differs(opened: Recipe, path: Path) -> None:
    write_lock(opened.model, opened.components)
    opened.run()

    questions = path.parent / "questions.jsonl"
    questions.write_text(questions.read_text(encoding="utf-8").replace("sky", "cloud"), encoding="utf-8")
    with pytest.raises(LockMismatch, match=r"questions file questions\.jsonl was"):
        opened.run()


def repeat(questions: Path, times: int) -> None:
    """Many questions of a few: each with a number, which changes no answer."""
    lines = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    many = []
    for number in range(times):
        for line in lines:
            key = next(key for key in ("question", "text", "prompt") if key in line)
            own = {"question_id": f"{line['question_id']}-{number}"} if key == "question" else {}
            many.append(json.dumps({**line, **own, key: f"{line[key]} {number}"}, ensure_ascii=False) + "\n")
    questions.write_text("".join(many), encoding="utf-8")


def test_a_gate_passes_what_is_the_same_and_fails_what_is_worse(opened: Recipe, path: Path) -> None:
    metric = "accuracy" if opened.model.tuning.task == "classification" else "f1"
    repeat(path.parent / "questions.jsonl", 40)

    same = opened.gate(f"{metric} >= baseline - 0.2", Plan(swaps=["chat.pause=0.0,0.0001"]))
    worse = opened.gate(f"{metric} >= baseline - 0.05", Plan(swaps=["chat.shots=0,1"]))

    assert (same.verdict, worse.verdict) == ("passed", "failed")
    assert [0 < report.decisions[0].asked < 240 for report in (same, worse)] == [True, True], "it stops when decided"


def test_sampled_answers_are_asked_in_rounds_and_scored_labels_once(sampling: Recipe) -> None:
    found = sampling.compare(Plan(swaps=[OTHERWISE], repeats=3)).result

    scores_labels = sampling.model.tuning.task == "classification"
    assert [variant.repeats for variant in found.variants] == ([1, 1] if scores_labels else [3, 3])
    once = "asked once and not 3 times: it answers the same again, as nothing is drawn"
    assert [note for note in found.notes if once in note] == ([f"all variants: {once}"] if scores_labels else [])


def test_right_answers_have_a_perplexity(opened: Recipe) -> None:
    found = opened.compare(Plan(swaps=[OTHERWISE], perplexity=True))

    measured = [variant.perplexity for variant in found.result.variants]
    assert [one is not None and one.n for one in measured] == [6, 6]
    assert "bits_per_character" in found.result.variants[0].metrics


def test_a_chat_model_that_scores_no_texts_says_why_there_is_no_perplexity(path: Path) -> None:
    if '"classification"' in path.read_text(encoding="utf-8"):
        pytest.skip("labels are chosen by what such a model cannot do")
    with Recipe.load(path, ["chat.scores=false"]) as recipe:
        found = recipe.compare(Plan(swaps=[OTHERWISE], perplexity=True)).result

    assert [variant.perplexity for variant in found.variants] == [None, None]
    assert [variant.error for variant in found.variants] == [None, None]
    assert any("'tutor' does not say how likely a text is, so there is no perplexity" in note for note in found.notes)


def test_a_chat_model_judges_the_answers_that_differ(opened: Recipe) -> None:
    found = opened.compare(Plan(swaps=[OTHERWISE], judges=["{use: tutor, otherwise: A}"]))

    assert found.result.judge is not None
    assert found.result.judge.judge == "tutor"
    (pair,) = found.result.judge.pairs
    assert pair.n == 2, "two texts without a known word are answered differently"


def test_variants_that_drop_other_rows_are_compared_on_the_rows_that_both_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {"text": "the apple", "la": "fruit", "lb": "fruit"},
        {"text": "紅色的蘋果", "la": None, "lb": "fruit"},
        {"text": "a sky", "la": "weather", "lb": "weather"},
        {"text": "no word", "la": "weather", "lb": None},
    ]
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    dataset = {"path": "two.jsonl", "input": "text", "validation": 0}
    content = {"task": "classification", "dataset": dataset, "chat": CHAT, "questions": "two.jsonl", "prompt": "{text}"}
    (tmp_path / "recipe.yaml").write_text(json.dumps(content), encoding="utf-8")
    with (
        visible(install_labelled(tmp_path / "site"), monkeypatch),
        Recipe.load(tmp_path / "recipe.yaml") as recipe,
    ):
        found = recipe.compare(Plan(swaps=["dataset.target=la,lb"])).result

    assert [one.id for one in found.questions] == ["example-1", "example-3"]
    assert [one.question for one in found.questions] == ["the apple", "a sky"]
    assert [variant.metrics["accuracy"].mean for variant in found.variants] == [1.0, 1.0]
    assert "2 examples left out, as not every variant can read them" in found.notes


def test_an_example_without_a_label_changes_no_repetition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"text": "the apple", "label": "fruit"},
        {"text": "x", "label": None},
        {"text": "a sky", "label": "weather"},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    content = {"task": "classification", "chat": CHAT, "questions": "q.jsonl"}
    (tmp_path / "recipe.yaml").write_text(json.dumps(content), encoding="utf-8")
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        with Recipe.load(tmp_path / "recipe.yaml") as recipe:
            done = recipe.run()
        found = reproduce(done.folder, Observers())

    assert (found.same, found.questions) == (True, 2)
