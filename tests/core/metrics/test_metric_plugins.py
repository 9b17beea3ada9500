"""A metric of another package is measured wherever a bundled one is, for questions about documents and for examples.

Modules: ``potluck.contracts.kinds``, ``potluck.contracts.metric``, ``potluck.metrics.scorer``,
``potluck.recipe.build``, ``potluck.recipe.observer_keys``, ``potluck.components.components``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.contracts import Attempt
from potluck.errors import BrokenPlugin, ContractBroken, NameClash, PotluckError
from support.commands import potluck
from support.fake_plugins import install, visible
from support.labelled import install_labelled
from support.scoring import usual

METRICS = '''
"""Metrics of another package."""

import potluck
from potluck.contracts import Config, Measure, Metric


class Settings(Config):
    mark: str = "!"
    """What is counted."""
    wrong: str = ""
    """What goes wrong."""
    send: str | None = None
    """The host it claims to send answers to."""


class Marks(Metric):
    """Counts marks in an answer."""

    measures = (
        Measure("marks", "Marks in the answer", "Marks 記號", higher_is_better=False, scale="amount", unit="marks"),
        Measure("is_marked", "Whether there is a mark"),
    )

    def __init__(self, config, context):
        self.config = config

    def score(self, attempt):
        if self.config.wrong == "raises":
            raise RuntimeError("no pen")
        count = attempt.answer.count(self.config.mark)
        named = {
            "name": {"mark": 1.0}, "number": {"marks": float("nan")}, "text": {"marks": "many"},
            "truth": {"is_marked": True}, "float": 0.5, "share": {"is_marked": 1.5}, "amount": {"marks": -1.0},
        }
        return named.get(self.config.wrong, {"marks": count, "is_marked": float(count > 0)})


@potluck.hookimpl
def potluck_metric():
    return potluck.Offer("counts marks", Settings, Marks, sends_to=lambda config: config.send)
'''
UNMARKED = '"unmarked", "No mark", higher_is_better=False, label="Unmarked"'
QUESTIONS = 12
EXAMPLE = [{"role": "user", "content": "站"}, {"role": "assistant", "content": "站!"}]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with documents, questions, and a recipe whose model answers with or without marks."""
    folder = tmp_path / "評量"
    folder.mkdir()
    rows = [{"question_id": f"q{n}", "question": f"第{n}站？ number {n}", "answers": ["站!"]} for n in range(QUESTIONS)]
    for n in range(QUESTIONS):
        (folder / f"{n}.txt").write_text(f"第{n}站 opens.", encoding="utf-8")
    write(folder / "questions.jsonl", rows)
    write(folder / "examples.jsonl", [{"messages": EXAMPLE}] * 6)
    recipe = {
        "documents": "*.txt",
        "embedder": "letters",
        "chat": {"use": "tutor", "otherwise": "plain"},
        "questions": "questions.jsonl",
        "metrics": "marks",
    }
    (folder / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    site = install_labelled(tmp_path / "site")
    modules = {"marks": METRICS, "same": other('"f1"'), "counts": other('"refused"'), "errors": other(UNMARKED)}
    groups = {"potluck.metrics": {name: f"{name}_plugin" for name in modules}}
    install(site, "potluck-marks", groups, {f"{name}_plugin": code for name, code in modules.items()})
    monkeypatch.chdir(folder)
    with visible(site, monkeypatch):
        yield folder


def other(measure: str) -> str:
    """The module of a metric with another measure."""
    said = measure if "," in measure else f'{measure}, "Another"'
    begin = METRICS.index("    measures = (")
    return METRICS[:begin] + f"    measures = (Measure({said}),)\n" + METRICS[METRICS.index("    )\n", begin) + 6 :]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def result(*arguments: str, status: int = 0) -> Any:
    done = potluck(*arguments, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: str) -> str:
    done = potluck(*arguments)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "fault of potluck" not in done.stderr
    return done.stderr


def test_evaluate_has_its_measures_for_each_question_and_their_means(home: Path) -> None:
    found = result("evaluate", "recipe.yaml", "--set", "chat.words={number 3: 好!!}")

    assert found["metrics"]["marks"] == pytest.approx(2 / QUESTIONS)
    assert found["metrics"]["is_marked"] == pytest.approx(1 / QUESTIONS)
    assert [one["scores"]["marks"] for one in found["questions"]].count(2) == 1
    assert "marks" in potluck("evaluate", "recipe.yaml").stdout


def test_its_settings_are_those_of_the_recipe(home: Path) -> None:
    found = result("evaluate", "recipe.yaml", "--set", "metrics=[{use: marks, mark: 標}]")

    assert found["metrics"]["marks"] == 1


def test_a_recipe_that_does_not_name_it_does_not_import_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "site" / "marks_plugin.py").write_text("raise SystemExit('imported')", encoding="utf-8")

    found = result("evaluate", "recipe.yaml", "--set", "metrics=null")

    assert "marks" not in found["metrics"]
    assert "f1" in found["metrics"]


def test_compare_tests_its_measures_pair_by_pair_in_their_direction(home: Path) -> None:
    swap = "chat={use: tutor, otherwise: plain},{use: tutor, otherwise: marked!}"

    found = result("compare", "recipe.yaml", "--swap", swap, "--metric", "marks", "--explore")

    described = {one["name"]: one for one in found["measures"]}
    assert described["marks"] == {
        "name": "marks",
        "higher_is_better": False,
        "unit": "marks",
        "label": "Marks 記號",
        "summary": "Marks in the answer",
        "named": True,
        "leads": False,
    }
    assert not described["f1"]["named"]
    assert [variant["metrics"]["marks"]["mean"] for variant in found["variants"]] == [0, 1]
    assert all(variant["metrics"]["marks"]["low"] >= 0 for variant in found["variants"])
    pairs = {pair["metric"]: pair for pair in found["pairs"]}
    assert (pairs["marks"]["verdict"], pairs["is_marked"]["verdict"]) == ("worse", "better")
    assert {cause["metric"] for cause in found["causes"]} == {"marks"}
    assert len(found["causes"]) == QUESTIONS


def test_the_table_of_a_comparison_begins_with_what_the_recipe_names(home: Path) -> None:
    def head(*options: str) -> list[str]:
        printed = potluck("compare", "recipe.yaml", "--swap", "retriever.k=1,2", *options).stdout
        (found,) = (line.replace(" (marks)", "").split() for line in printed.splitlines() if "is_marked" in line)
        return found

    assert head()[:3] == ["variant", "marks", "is_marked"], "f1, the chosen measure, has a table of its own"
    assert head("--wide")[:4] == ["variant", "f1", "marks", "is_marked"]


def test_the_report_calls_it_by_its_label(home: Path) -> None:
    potluck("compare", "recipe.yaml", "--swap", "retriever.k=1,2")

    (report,) = home.glob(".potluck/runs/*/report.html")
    page = report.read_text(encoding="utf-8")
    assert "Marks 記號" in page
    assert "Marks in the answer" in page
    table = next(home.glob(".potluck/runs/*/answers.csv")).read_text(encoding="utf-8-sig")
    assert ",marks," in table.splitlines()[0]


def test_a_gate_is_decided_by_it(home: Path) -> None:
    assert result("compare", "recipe.yaml", "--gate", "is_marked >= 0.5", status=1)["verdict"] == "failed"
    found = result("compare", "recipe.yaml", "--set", "chat.otherwise=a!", "--gate", "is_marked >= 0.2")
    assert found["verdict"] == "passed"


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        ("marks >= 1", "marks has no largest value"),
        ("unmarked >= 0.5", "less of unmarked is better"),
    ],
)
def test_a_gate_on_what_it_cannot_decide_is_refused(gate: str, reason: str, home: Path) -> None:
    assert reason in refused("compare", "recipe.yaml", "--set", "metrics=[marks, errors]", "--gate", gate)


def test_a_measure_cannot_be_called_like_a_count(home: Path) -> None:
    said = refused("evaluate", "recipe.yaml", "--set", "metrics=[counts]")

    assert "metric 'counts' of potluck-marks 1.0 has a measure 'refused', which is the name of a count" in said


def test_examples_have_its_measures_with_an_interval(home: Path) -> None:
    task = {
        "task": "generation",
        "dataset": "examples.jsonl",
        "chat": {"use": "tutor", "otherwise": "站!"},
        "questions": "examples.jsonl",
        "metrics": ["marks"],
    }
    (home / "task.yaml").write_text(json.dumps(task, ensure_ascii=False), encoding="utf-8")

    found = result("evaluate", "task.yaml")

    assert found["metrics"]["marks"] == 1
    quantile = 2.5706  # of Student's distribution with five degrees of freedom: one of six may differ by its size
    assert found["intervals"]["marks"] == pytest.approx([1 - quantile / 6, 1 + quantile / 6], abs=1e-4)
    assert found["examples"][0]["scores"]["is_marked"] == 1


def test_a_run_keeps_which_metrics_it_had(home: Path) -> None:
    done = result("run", "recipe.yaml")

    manifest = json.loads((Path(done["folder"]) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]["metrics"] == [{"use": "marks", "mark": "!", "wrong": "", "send": None}]
    assert {"kind": "metric", "name": "marks", "package": "potluck-marks", "version": "1.0"} in manifest["plugins"]
    assert result("reproduce", done["folder"])["same"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("raises", "failed: RuntimeError: no pen"),
        ("name", "gives 'mark', which is none of its measures"),
        ("number", "gives nan for 'marks': expected a finite number"),
        ("text", "gives 'many' for 'marks': expected a finite number"),
        ("truth", "gives True for 'is_marked': expected a finite number"),
        ("share", "gives 1.5 for 'is_marked': expected a number from 0 to 1"),
        ("amount", "gives -1.0 for 'marks': expected a number from 0 to inf"),
    ],
)
def test_a_metric_that_gives_no_figure_is_named(wrong: str, said: str, home: Path) -> None:
    assert f"metric 'marks' of potluck-marks 1.0 {said}" in refused(
        "evaluate", "recipe.yaml", "--set", f"metrics={{use: marks, wrong: {wrong}}}"
    )


@pytest.mark.parametrize(
    ("metrics", "kind"),
    [
        ("{use: marks, wrong: number}", ContractBroken),
        ("{use: marks, wrong: float}", ContractBroken),
        ("{use: marks, wrong: raises}", BrokenPlugin),
        ("counts", ContractBroken),
        ("same", NameClash),
    ],
)
def test_what_is_wrong_with_a_metric_has_a_class_of_error_of_its_own(
    metrics: str, kind: type[PotluckError], home: Path
) -> None:
    with Recipe.load("recipe.yaml", [f"metrics={metrics}"]) as recipe, pytest.raises(PotluckError) as caught:
        recipe.evaluate()

    assert type(caught.value) is kind


def test_a_metric_that_returns_no_mapping_is_named(home: Path) -> None:
    said = refused("evaluate", "recipe.yaml", "--set", "metrics={use: marks, wrong: float}")

    assert "metric 'marks' of potluck-marks 1.0: score returned a float, expected a mapping" in said


def test_two_measures_of_one_name_are_refused(home: Path) -> None:
    said = refused("evaluate", "recipe.yaml", "--set", "metrics=[same]")

    assert "the metrics 'answers' and 'same' both have a measure 'f1': leave 'same' out of the recipe" in said


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ("[mark]", "unknown metric 'mark' (did you mean 'marks'?)"),
        ("[marks, {use: marks, mark: x}]", "metrics: 'marks' is named twice"),
        ("7", "metrics: expected names of plugins, or mappings with 'use', got 7"),
        ("[{use: marks, marks: x}]", "marks"),
    ],
)
def test_a_wrong_metric_is_a_problem_of_the_recipe(metrics: str, said: str, home: Path) -> None:
    assert said in refused("evaluate", "recipe.yaml", "--set", f"metrics={metrics}")


def test_a_swap_of_metrics_cannot_matter(home: Path) -> None:
    assert "metrics" in refused("compare", "recipe.yaml", "--swap", "metrics=[marks],[]")


def test_answers_about_private_documents_are_sent_to_no_metric(home: Path) -> None:
    said = refused(
        "evaluate", "recipe.yaml", "--set", "documents={path: '*.txt', private: true}",
        "--set", "metrics={use: marks, send: metrics.example}",
    )  # fmt: skip

    assert "the documents are private, and the metric 'marks' would send their text to metrics.example" in said


def test_a_metric_is_asked_only_where_the_attempt_has_what_it_needs() -> None:
    scorer = usual()

    assert scorer.values(Attempt("q")) == {}
    assert set(scorer.values(Attempt("q", answer="a"))) == set()
    assert set(scorer.values(Attempt("q", answer="a", answers=("a",)))) == {"exact_match", "f1", "rouge_l"}
    assert set(scorer.values(Attempt("q", answer="a", answers=("a",), choices=("a", "b")))) == {"accuracy"}
    assert set(scorer.values(Attempt("q", ranks=(0, None)))) == {name for name in scorer.measures if _is_ranked(name)}


def _is_ranked(name: str) -> bool:
    return name.startswith(("recall@", "precision@", "ndcg@")) or name in ("map", "mrr")


def test_measures_stand_in_the_order_of_what_they_are_about() -> None:
    names = list(usual().measures)

    assert names[0] == "recall@1"
    assert names.index("answer_recall@5") < names.index("exact_match") < names.index("citation_precision")
    assert names[-4:] == ["refusal_precision", "refusal_recall", "latency", "cost"]
