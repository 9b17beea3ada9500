"""Reports to show: one of every kind, always the same, and what the scripts of a page read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import Any

from potluck import recipe as recipes
from potluck.contracts import Measure, TunedModel
from potluck.documents import Answer, Passage
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.results import EvaluationReport
from potluck.metrics.chief import Chief
from potluck.metrics.classification import classification
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.recipe.model import RecipeModel
from potluck.report.comparison import comparison_content
from potluck.report.content import Content
from potluck.report.run import run_content
from potluck.report.strategy import strategy_content
from potluck.results.answers import LabelBaseline, LabelScore
from potluck.results.strategy import (
    BudgetResult,
    DataResult,
    Recommendation,
    RivalResult,
    RowResult,
    SpentResult,
    StrategyResult,
)
from potluck.stages.tune import TuneReport
from potluck.statistics.intervals import Interval, mean_interval
from potluck.tasks.answers import AnsweredExample
from support.comparisons import comparison, learning_curves, result_of

HEADER = {"run": "20261130-193000-ab12", "started": "2026-11-30T19:30:00Z", "seconds": 133.24}
LABELS = ("complaint", "正常", "垃圾訊息", "請求退款", "question about billing")


def data_of(page: str | bytes) -> dict[str, Any]:
    """What the page's scripts read."""
    text = page.decode() if isinstance(page, bytes) else page
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    loaded: dict[str, Any] = json.loads(found)
    return loaded


def recipe_in(folder: Path, name: str = "訊息分類 message labels", task: str = "classification") -> RecipeModel:
    """A recipe whose questions lie beside it."""
    (folder / "test.jsonl").write_text("{}\n", encoding="utf-8")
    text = json.dumps({"potluck": 1, "name": name, "task": task, "questions": "test.jsonl"})
    return recipes.loads(text, folder / "recipe.yaml", check_installed=False)


def labelled(count: int = 60) -> EvaluationReport:
    """Examples with their actual and predicted labels, three of four right."""
    random = Random(0)
    actual = [random.choice(LABELS) for _ in range(count)]
    predicted = [label if random.random() < 0.75 else random.choice(LABELS) for label in actual]
    answered = [
        AnsweredExample(
            Question(f"example-{n}", f"第{n}則訊息：請問 EMIC 系統的帳單在哪？ Where is it?", answers=(right,)),
            Answer(said),
            QuestionScore(f"example-{n}", True, {"accuracy": float(right == said)}, refused=False),
            0.25,
            target=right,
        )
        for n, (right, said) in enumerate(zip(actual, predicted, strict=True), 1)
    ]
    classes = classification(actual, predicted)
    hits = [float(one == other) for one, other in zip(actual, predicted, strict=True)]
    intervals = {"accuracy": mean_interval(hits, bounded=True)}
    measures = {"accuracy": Measure("accuracy", "the share of right labels", "Accuracy")}
    baselines = (LabelBaseline("commonest label", "complaint", 0.25, 0.1, "better", None),)
    return EvaluationReport(
        "examples",
        {"accuracy": classes.accuracy, "f1_macro": classes.f1_macro, "f1_minority": classes.f1_minority},
        answered,
        intervals,
        classes,
        conclusion=conclude_evaluation(intervals, measures, "examples", Chief("accuracy"), baselines),
        baselines=baselines,
        notes=("2 examples are longer than the window: they were cut at their beginning",),
        chief=Chief("accuracy"),
        measures=measures,
        seconds=12.5,
    )


def asked(count: int = 6) -> EvaluationReport:
    """Questions about documents with what was retrieved and cited; the last is refused."""
    answered = []
    for n in range(1, count + 1):
        text = f"正線軌枕底面下之道碴厚度不得小於{n}50mm。" if n % 2 else f"The bed of ballast is {n}50 mm thick. "
        passages = [_passage(f"specs/道碴-{i}.doc", text * 9) for i in range(3)]
        answer = "我不知道" if n == count else text.strip()
        values = {"f1": 0.0 if n == count else 1.0 - n / 20, "recall@2": 1.0}
        answered.append(
            AnsweredExample(
                Question(f"q{n}", "道碴厚度最少要多少？" if n % 2 else "How thick is it?", answers=(text.strip(),)),
                Answer(answer),
                QuestionScore(f"q{n}", True, values, refused=n == count),
                0.25,
                retrieved=passages,
                citations=[_passage("specs/道碴-0.doc", text[:12])] if n < count else [],
            )
        )
    means = {name: sum(one.score.values[name] for one in answered) / count for name in ("f1", "recall@2")}
    intervals = {"f1": mean_interval([one.score.values["f1"] for one in answered], bounded=True)}
    measures = {"f1": Measure("f1", "overlap of words", "Words in common (F1)"), "recall@2": Measure("recall@2", "")}
    counts = {"questions": count, "refused": 1, "empty": 0}
    said = conclude_evaluation(intervals, measures, "questions", Chief("f1"))
    return EvaluationReport(
        "questions", {**means, **counts}, answered, intervals, conclusion=said, chief=Chief("f1"), measures=measures
    )


def _passage(source: str, text: str) -> Passage:
    return Passage(source, source, text, 0, len(text), 0.5, sections=("3.2.2",), page=4)


def trained(folder: Path, steps: int = 400) -> TuneReport:
    """A training with its losses."""
    random = Random(0)
    losses = tuple(3 * 2.7 ** (-step / 80) + random.random() / 2 + 0.3 for step in range(steps))
    evaluations = tuple({"step": step, "loss": 3 * 2.7 ** (-step / 80) + 0.6} for step in range(50, steps + 1, 50))
    kept = folder / ".potluck" / "tuned" / "abc" / "result"
    tuned = TunedModel(kept, 460_800, losses, 103.2, 1234.5, evaluations=evaluations)
    return TuneReport("abc", kept, tuned, 134_000_000, False, 104.0, notes=[f"kept in {kept}"])


def strategies() -> StrategyResult:
    """Four rows: a baseline, the recommended one, a dear one, and one that failed."""
    row = {"own_seconds": 1.5, "no_label": 0, "bytes_sent": 0, "training_cost": 0.0, "notes": (), "why": None}
    return StrategyResult(
        DataResult(90, 30, ("正常", "垃圾"), "垃圾", 1, ("1 line has no label",)),
        (
            RowResult("majority", "the commonest label", True, 30, _quality(0.6, 0.0), _labels(0.2), **row,
                      cost_per_1000=0.0, latency=0.0001, training_seconds=0.0, outcome="finished"),
            RowResult("classifier", "logistic regression on 向量", False, 30, _quality(0.9, 0.8), _labels(0.8), **row,
                      cost_per_1000=0.0, latency=0.003, training_seconds=2.5, outcome="finished"),
            RowResult("few-shot", "examples in the prompt", False, 12, _quality(0.8, 0.7), _labels(0.7),
                      **(row | {"bytes_sent": 12345, "why": "hardly better, and dear"}),
                      cost_per_1000=0.5, latency=0.8, training_seconds=0.0, outcome="expensive"),
            RowResult("lora", "a tuned model", False, 0, {}, {}, **(row | {"why": "out of memory"}),
                      cost_per_1000=None, latency=None, training_seconds=0.0, outcome="failed"),
        ),
        (),
        Recommendation(
            "classifier",
            "Take classifier: right on 0.90 of the messages.",
            (RivalResult("majority", 0.3, 0.1, 0.5, 0.002, 0.006, 24, "classifier is better than majority"),),
        ),
        SpentResult(12.5, 0.0, 1.0, 0.006),
        BudgetResult(2.0, 10.0, None),
        "/anywhere/.potluck",
    )  # fmt: skip


def _quality(accuracy: float, rare: float) -> dict[str, Interval]:
    means = {"accuracy": accuracy, "f1_macro": accuracy - 0.1, "f1_minority": rare}
    return {name: Interval(mean, max(0.0, mean - 0.1), min(1.0, mean + 0.1), 30) for name, mean in means.items()}


def _labels(f1: float) -> dict[str, LabelScore]:
    return {"正常": LabelScore(0.9, 0.9, 0.9, 20), "垃圾": LabelScore(f1, f1, f1, 10)}


def _effect() -> dict[str, Any]:
    """What an axis does, with one pair of its values."""
    found = {"difference": 0.1, "low": 0.02, "high": 0.18, "confidence": 0.95, "p": 0.01, "p_adjusted": 0.02}
    values = [{"value": value, "mean": mean, "variants": 2} for value, mean in (("text2vec", 0.4), ("詞向量", 0.5))]
    pair = {"a": "text2vec", "b": "詞向量", "found": {**found, "verdict": "better", "n": 30, "test": "sign-flip"}}
    sentence = "embedder: 詞向量 has +0.100 more than text2vec"
    return {"axis": "embedder", "values": values, "pairs": [pair], "matters": True, "sentence": sentence}


def contents(folder: Path) -> dict[str, Content]:
    """What the page shows, for a report of every kind, made of files in ``folder``."""
    recipe, questions = recipe_in(folder), recipe_in(folder, "Track specification 道碴軌道施工規範", "generation")
    curves = learning_curves(["dataset.limit: LoRA", "dataset.limit: P-tuning 提示"])
    whole = (
        comparison(30, 4)
        | {"effects": [_effect()]}
        | {"learning_curves": curves, "metric": "f1", "notes": ["ada-002: 最常見的標籤"]}
    )
    return {
        "compare": comparison_content(result_of(whole)),
        "run of labels": run_content("run", recipe, HEADER, trained(folder), labelled()),
        "run of questions": run_content("run", questions, HEADER, None, asked()),
        "tune": run_content("tune", recipe, HEADER, trained(folder), None),
        "strategy": strategy_content(strategies(), "20261130-2", "2026-11-30T19:30:00Z", folder / "data.jsonl"),
    }
