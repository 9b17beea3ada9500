"""Where the rules of metrics draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.attempts``, ``potluck.testing.metric``.
"""

from __future__ import annotations

import random
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Attempt, Measure, Metric
from potluck.contracts.metric import COUNTS
from potluck.metrics.scorer import Scorer
from potluck.testing import Skipped, Subject, checks
from support.kits import violating

SHARE = Measure("words", "Words of it")


class Saying(Metric):
    """Gives what a function makes of an attempt, as figures of some measures."""

    def __init__(self, said: Callable[[Attempt], Any], *measures: Any, needs: Any = frozenset({"answer"})) -> None:
        self.said, self.measures = said, measures or (SHARE,)
        self.needs = needs  # type: ignore[misc]

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        found: Mapping[str, float] = self.said(attempt)
        return found


def said(value: object, **changes: Any) -> Metric:
    """The same of every attempt, of a measure that is told in other words."""
    return Saying(lambda attempt: {"words": value}, replace(SHARE, **changes))


def measuring(**changes: Any) -> Metric:
    return said(0.5, **changes)


def check(rule: str, folder: Path, metric: Metric, **more: Any) -> None:
    (one,) = (one for one in checks("metric") if one.rule == rule)
    one.on(Subject(lambda own: metric, folder, **more))


@pytest.mark.parametrize(
    ("rule", "metric"),
    [
        ("measures-are-told", measuring(name="answer_recall@5")),
        ("measures-are-told", measuring(name="A-b.9_詞")),
        ("measures-are-told", Saying(dict, SHARE, replace(SHARE, name="Words"))),
        ("measures-are-described", measuring(summary="詞")),
        ("measures-are-described", measuring(label="")),
        ("measures-are-described", measuring(leads="facts")),
        ("measures-are-described", measuring(label="The words", about="effort", higher_is_better=False, paired=False)),
        ("measures-are-described", measuring(unit="s", scale="amount")),
        ("measures-are-described", measuring(unit="°C", scale="any", about="refusal")),
        ("names-are-free", measuring(name="f1.mine")),
        ("names-are-free", measuring(name="question")),
        ("needs-are-known", Saying(dict, needs=frozenset())),
        ("needs-are-known", Saying(dict, needs=frozenset({"answer", "answers", "reference", "passages", "gold"}))),
        ("needs-are-known", Saying(dict, needs=frozenset({"choices", "seconds", "cost", "bits"}))),
        ("own-figures", Saying(lambda attempt: {})),
        ("own-figures", Saying(lambda attempt: {}, SHARE, replace(SHARE, name="letters"))),
        ("figures-are-numbers", said(1)),
        ("figures-are-numbers", said(np.float64(0.5))),
        ("figures-are-numbers", said(-1e308, scale="any")),
        ("within-the-scale", said(0)),
        ("within-the-scale", said(1)),
        ("within-the-scale", said(-0.0)),
        ("within-the-scale", said(0, scale="amount")),
        ("within-the-scale", said(1e9, scale="amount")),
        ("within-the-scale", said(-1e9, scale="any")),
        ("repeatable", said(float("nan"))),
        ("repeatable", said(0.1 + 0.2)),
        ("changes-nothing", Saying(lambda attempt: {"words": random.Random(len(attempt.question)).random()})),
        ("changes-nothing", Saying(lambda attempt: {"words": np.random.default_rng(1).random()})),
    ],
)
def test_what_is_just_allowed_is_let_pass(rule: str, metric: Metric, tmp_path: Path) -> None:
    check(rule, tmp_path, metric)


@pytest.mark.parametrize(
    ("rule", "metric", "message"),
    [
        ("measures-are-told", measuring(name=""), "cannot be called ''"),
        ("measures-are-told", measuring(name="words per line"), "cannot be called 'words per line'"),
        ("measures-are-told", measuring(name="words\n"), r"cannot be called 'words\n'"),
        ("measures-are-told", measuring(name="words>1"), "cannot be called 'words>1'"),
        ("measures-are-told", measuring(name=5), "cannot be called 5"),
        ("measures-are-told", Saying(dict, "words"), "'words' is not a Measure"),
        ("measures-are-told", Saying(dict, SHARE, SHARE), "two are called the same: words, words"),
        ("measures-are-described", measuring(summary=""), "words has no summary"),
        ("measures-are-described", measuring(summary="\u3000"), "summary of words is"),
        ("measures-are-described", measuring(summary=None), "summary of words is None"),
        ("measures-are-described", measuring(label="a\nb"), r"label of words is 'a\nb'"),
        ("measures-are-described", measuring(unit=None, scale="amount"), "unit of words is None"),
        ("measures-are-described", measuring(about="speed"), "about 'speed': retrieval, answer, refusal, effort"),
        ("measures-are-described", measuring(scale="Share"), "the scale of words is 'Share': share, amount, any"),
        ("measures-are-described", measuring(leads="first"), "leads of words is 'first': never, always, facts"),
        ("measures-are-described", measuring(higher_is_better=1), "higher_is_better of words is 1"),
        ("measures-are-described", measuring(paired=None), "paired of words is None"),
        ("measures-are-described", measuring(unit="%"), "words is a share, and has the unit '%'"),
        ("names-are-free", measuring(name="recall@2"), "recall@2 is a measure of potluck:retrieval"),
        ("names-are-free", measuring(name="cost"), "cost is a measure of potluck:effort"),
        ("names-are-free", measuring(name="refused"), "a report counts refused"),
        ("needs-are-known", Saying(dict, needs={"answer"}), "it is {'answer'}"),
        ("needs-are-known", Saying(dict, needs="answer"), "it is 'answer'"),
        ("needs-are-known", Saying(dict, needs=frozenset({"answer", "facts"})), "no attempt has 'facts'; there are: "),
        ("own-figures", Saying(lambda attempt: None), "it says None of Attempt(question='How deep"),
        ("own-figures", Saying(lambda attempt: [("words", 1)]), "it says [('words', 1)] of "),
        ("own-figures", Saying(lambda attempt: {"Words": 1}), "'Words' is none of its measures: words"),
        ("figures-are-numbers", said(True), "words is True (bool) of Attempt("),
        ("figures-are-numbers", said(None), "words is None (NoneType)"),
        ("figures-are-numbers", said(np.float32(0.5)), "(float32) of"),
        ("figures-are-numbers", said(float("nan")), "words is nan (float)"),
        ("figures-are-numbers", said(float("-inf"), scale="any"), "words is -inf (float)"),
        ("within-the-scale", said(1.0000001), "words is 1.0000001, more than 1, of Attempt("),
        ("within-the-scale", said(-1e-9), "words is -1e-09, less than 0, of Attempt("),
        ("within-the-scale", said(-1e-9, scale="amount"), "words is -1e-09, less than 0"),
        ("needs-are-enough", Saying(lambda attempt: {"words": attempt.seconds + 1}), "TypeError: unsupported"),
        ("any-text", Saying(lambda attempt: {"words": 1 / len(attempt.question)}), "ZeroDivisionError: division by"),
    ],
)
def test_what_is_just_not_allowed_is_told(rule: str, metric: Metric, message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, metric)


def test_the_names_that_a_report_counts_by_are_all_known() -> None:
    assert Scorer(()).summarise(()).keys() == COUNTS


def test_what_says_nothing_of_any_attempt_is_told_to_be_tried_elsewhere(tmp_path: Path) -> None:
    for rule in ("figures-are-numbers", "within-the-scale"):
        with pytest.raises(Skipped, match="none of the kit's attempts has a figure"):
            check(rule, tmp_path, Saying(lambda attempt: {}))


@pytest.mark.parametrize(
    "needs",
    [
        {"answer"},
        {"answers"},
        {"reference"},
        {"passages"},
        {"gold"},
        {"choices", "answers"},
        {"seconds", "cost", "bits"},
        {"answer", "reference", "passages", "gold", "seconds", "cost", "bits"},
    ],
)
def test_it_is_asked_only_of_attempts_that_have_what_it_needs_and_of_some_that_have_no_more(
    needs: set[Any], tmp_path: Path
) -> None:
    seen: list[Attempt] = []

    def score(attempt: Attempt) -> dict[str, float]:
        seen.append(attempt)
        return {"words": 1.0}

    for one in checks("metric"):
        if one.rule != "same-in-another-process":
            check(one.rule, tmp_path, Saying(score, needs=frozenset(needs)))

    implied = {"reference"} if "answers" in needs else set()
    everything = {"answer", "answers", "reference", "passages", "gold", "choices", "seconds", "cost", "bits"}
    lacking = {what for what in everything if any(not one.has(what) for one in seen)}  # type: ignore[arg-type]
    assert all(one.has(what) for one in seen for what in needs)
    assert lacking == everything - needs - implied
    had = [{what for what in everything if one.has(what)} for one in seen]  # type: ignore[arg-type]
    assert min(map(len, had)) <= len(needs | implied) + ("reference" in needs)


def test_the_attempts_are_of_every_sort(tmp_path: Path) -> None:
    seen: list[Attempt] = []
    check("own-figures", tmp_path, Saying(lambda attempt: seen.append(attempt) or {}))

    def some(kind: Callable[[Attempt], object]) -> bool:
        return any(kind(one) for one in seen)

    assert some(lambda one: one.refused and one.answerable)
    assert some(lambda one: one.refused and not one.answerable)
    assert some(lambda one: not one.refused and not one.answerable and one.answer)
    assert some(lambda one: one.filtered and one.answer == "" and one.answers)
    assert some(lambda one: one.answer == "" and not one.filtered)
    assert some(lambda one: one.passages == ())
    assert some(lambda one: one.passages and one.shown < len(one.passages))
    assert some(lambda one: None in one.ranks and 1 in one.ranks)
    assert some(lambda one: one.answers and not one.facts)
    assert some(lambda one: one.choices and one.answer not in one.answers)
    assert some(lambda one: one.choices and one.answer in one.answers)
    assert some(lambda one: one.answer and len(one.answer) > 2000)
    assert some(lambda one: one.question.isascii())
    assert some(lambda one: "厚度" in one.question or "巡查" in one.question)


@pytest.mark.parametrize("side", ["answer", "question", "answers", "passages"])
@pytest.mark.parametrize("sign", ["\0", "９", "👷", "ע", "\ufeff", "…", "9" * 4301, "鋼" * 2000])
def test_odd_signs_are_asked_answered_right_and_found(side: str, sign: str, tmp_path: Path) -> None:
    def score(attempt: Attempt) -> dict[str, float]:
        values = getattr(attempt, side)
        texts = [one.text for one in values or ()] if side == "passages" else values
        if any(sign in text.replace("１", "９") for text in ([texts] if isinstance(texts, str) else texts or ())):
            raise ValueError("odd")
        return {}

    with violating("any-text", "ValueError: odd, of Attempt("):
        check("any-text", tmp_path, Saying(score))


def test_a_figure_that_is_another_one_the_second_time_or_elsewhere_is_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("metric") if one.rule == "repeatable")
    made: Iterator[int] = iter(range(1, 9))
    counted: list[Attempt] = []

    with violating("repeatable", "another instance gave other figures"):
        one.on(Subject(lambda own: said(1 / next(made)), tmp_path))
    with violating("repeatable", "the second time an attempt had other figures"):
        check("repeatable", tmp_path, Saying(lambda attempt: counted.append(attempt) or {"words": 1 / len(counted)}))


def test_a_figure_that_depends_on_what_was_measured_before_is_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("metric") if one.rule == "repeatable")

    with violating("repeatable", "the second time an attempt had other figures"):
        one.on(Subject(lambda own: After(), tmp_path))
    with violating("repeatable", "another instance gave other figures"):
        one.on(Subject(lambda own: AfterAndKept(), tmp_path))


class After(Metric):
    """Whether another question was measured before."""

    measures = (SHARE,)

    def __init__(self) -> None:
        self.before = ""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        before, self.before = self.before, attempt.question
        return {"words": float(before != attempt.question)}


class AfterAndKept(After):
    """The same, which keeps what it once said."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[Attempt, Mapping[str, float]] = {}

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        if attempt not in self.kept:
            self.kept[attempt] = super().score(attempt)
        return self.kept[attempt]


def blank(text: str | None) -> bool:
    return not (text or "").strip()


@pytest.mark.parametrize(
    ("rule", "fails"),
    [
        ("any-text", lambda one: blank(one.question) and not blank(one.answer)),
        ("any-text", lambda one: blank(one.answer) and not all(map(blank, one.answers))),
        ("any-text", lambda one: one.answers and blank(one.answers[0]) and not blank(one.answer)),
        ("any-text", lambda one: one.choices and not one.choices[0]),
        ("needs-are-enough", lambda one: one.seconds is not None and one.cost is None),
        ("needs-are-enough", lambda one: one.seconds is one.cost is one.bits is one.passages is None),
    ],
)
def test_one_thing_may_be_odd_or_lacking_while_the_others_are_not(
    rule: str, fails: Callable[[Attempt], bool], tmp_path: Path
) -> None:
    with violating(rule, "ZeroDivisionError"):
        check(rule, tmp_path, Saying(lambda attempt: {"words": 1 / (not fails(attempt))}))


def test_measures_of_another_instance_are_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("metric") if one.rule == "measures-are-told")
    made: Iterator[int] = iter(range(9))

    with violating("measures-are-told", "two instances have other measures"):
        one.on(Subject(lambda own: measuring(unit=str(next(made))), tmp_path))
    with violating("measures-are-told", "it has no measure"):
        one.on(Subject(lambda own: Several(()), tmp_path))
    with violating("measures-are-told", "measures is 'words'"):
        one.on(Subject(lambda own: Several("words"), tmp_path))


class Several(Metric):
    """Tells what it is given as its measures."""

    def __init__(self, measures: Any) -> None:
        self.measures = measures

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        return {}


def test_files_in_its_own_folder_are_its_own_business(tmp_path: Path) -> None:
    def writing(path: Path) -> Metric:
        def score(attempt: Attempt) -> dict[str, float]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(attempt.question, encoding="utf-8")
            return {}

        return Saying(score)

    check("files-stay-in-its-folder", tmp_path, writing(tmp_path / "own" / "cache" / "words.txt"))
    with violating("files-stay-in-its-folder", "it wrote owner/words.txt"):
        check("files-stay-in-its-folder", tmp_path, writing(tmp_path / "owner" / "words.txt"))
    (tmp_path / "notes.txt").write_text("Theirs.")
    with violating("files-stay-in-its-folder", "it changed notes.txt"):
        check("files-stay-in-its-folder", tmp_path, writing(tmp_path / "notes.txt"))


def test_a_temporary_file_that_is_gone_again_is_none(tmp_path: Path) -> None:
    def score(attempt: Attempt) -> dict[str, float]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(attempt.question.encode())
        return {}

    check("files-stay-in-its-folder", tmp_path, Saying(score))


def test_what_the_process_was_before_it_is_afterwards_whatever_a_metric_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POTLUCK_WORDS", raising=False)
    random.seed(5)
    np.random.seed(5)
    drawn = random.random(), np.random.random()

    def score(attempt: Attempt) -> dict[str, float]:
        os.environ["POTLUCK_WORDS"] = "1"
        os.chdir("/")
        random.seed(1)
        np.random.seed(1)
        return {}

    random.seed(5)
    np.random.seed(5)
    with violating("changes-nothing", "it draws from, or sows, the chances that all share"):
        check("changes-nothing", tmp_path, Saying(score))

    assert (random.random(), np.random.random()) == drawn
    assert Path.cwd() == tmp_path
    assert "POTLUCK_WORDS" not in os.environ


@pytest.mark.parametrize(
    ("host", "reached"), [(None, "metrics.example"), ("other.example", "metrics.example"), ("example", "")]
)
def test_a_metric_reaches_the_host_that_it_names_and_no_other(
    host: str | None, reached: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def score(attempt: Attempt) -> dict[str, float]:
        try:
            socket.getaddrinfo("metrics.example", 443)
        except Exception:
            return {"words": 0.0}
        return {"words": 1.0}

    if reached:
        with violating("sends-nothing", f"it tried to reach {reached}"):
            check("sends-nothing", tmp_path, Saying(score), sends_to=host)
    else:
        check("sends-nothing", tmp_path, Saying(score), sends_to=host)


def test_what_it_prints_is_told_but_not_what_it_tells_on_standard_error(tmp_path: Path) -> None:
    import sys

    check("prints-nothing", tmp_path, Saying(lambda attempt: print("words", file=sys.stderr) or {}))
    with violating("prints-nothing", "it printed 'words"):
        check("prints-nothing", tmp_path, Saying(lambda attempt: print("words") or {}))
