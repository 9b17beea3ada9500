"""The kit of metrics finds what is broken, by name: each mutant breaks one rule of a metric that keeps them all.

Modules: ``potluck.contracts.metric``, ``potluck.testing.metric``.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from potluck.contracts import Attempt, Measure, Metric
from potluck.testing import Check, Skipped, Subject, checks, conform
from support.fake_plugins import install, visible
from support.kits import broken, hold

WORDS = Measure("words", "Words of the answer", about="effort", higher_is_better=False, scale="amount", unit="words")
MET = Measure("met", "Share of the question's words that the answer has", "詞彙")


class Words(Metric):
    """A metric that keeps every rule."""

    measures: Any = (WORDS, MET)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def score(self, attempt: Attempt) -> Any:
        said, asked = (attempt.answer or "").split(), attempt.question.split()
        found: dict[str, Any] = {"words": len(said)}
        return {**found, "met": sum(word in said for word in asked) / len(asked)} if asked else found


class Nothing(Words):
    measures = ()

    def score(self, attempt: Attempt) -> Any:
        return {}


class Endless(Words):
    """Measures that can be read once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.measures = {WORDS, MET}


class Twice(Words):
    measures = (WORDS, MET, replace(MET, summary="Again"))


class Blank(Words):
    measures = (WORDS, MET, Measure("with blanks", "A name that no command takes"))


class Strings(Words):
    measures = (WORDS, MET, "words")


class Renamed(Words):
    """Measures that are others for each instance."""

    made = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        Renamed.made += 1
        self.measures = (WORDS, MET, Measure(f"words-{Renamed.made}", "Another for each"))


def described(**changes: Any) -> type[Words]:
    """The metric with a measure that says something else of itself."""
    return type(f"Described{'_'.join(changes)}", (Words,), {"measures": (WORDS, replace(MET, **changes))})


class TakesAnothers(Words):
    measures = (WORDS, MET, Measure("f1", "The overlap of words"))


class TakesACount(Words):
    measures = (WORDS, MET, Measure("questions", "The questions in it"))


class NeedsASet(Words):
    needs: ClassVar[Any] = {"answer"}


class NeedsTheUnknown(Words):
    needs: ClassVar[Any] = frozenset({"answer", "answer_length"})


class Foreign(Words):
    def score(self, attempt: Attempt) -> Any:
        return {**super().score(attempt), "letters": len(attempt.question)}


class Pairs(Words):
    def score(self, attempt: Attempt) -> Any:
        return list(super().score(attempt).items())


class ForeignWhereEmpty(Words):
    def score(self, attempt: Attempt) -> Any:
        return {"none": 0.0} if not attempt.question else super().score(attempt)


def saying(value: Any, name: str = "words") -> type[Words]:
    """The metric with something instead of a figure of an answer that was withheld."""

    def score(self: Words, attempt: Attempt) -> Any:
        found = Words.score(self, attempt)
        return {**found, name: value} if attempt.filtered else found

    return type(f"Saying{name}{type(value).__name__}", (Words,), {"score": score})


class NotANumberOfNothing(Words):
    """The mean of no words, as careless code computes it."""

    def score(self, attempt: Attempt) -> Any:
        return {**super().score(attempt), "words": float("nan")} if not attempt.question else super().score(attempt)


class NeedsMore(Words):
    """Says nothing of the time that it needs."""

    def score(self, attempt: Attempt) -> Any:
        assert attempt.seconds is not None
        return super().score(attempt)


class NeedsPassages(Words):
    needs = frozenset({"answer", "gold"})

    def score(self, attempt: Attempt) -> Any:
        assert attempt.passages is not None
        return super().score(attempt)


class NeedsFacts(Words):
    """Takes the one reference for the other."""

    needs = frozenset({"answer", "reference", "gold"})

    def score(self, attempt: Attempt) -> Any:
        return {**super().score(attempt), "words": len(attempt.answers[0])}


class IntOfAnything(Words):
    def score(self, attempt: Attempt) -> Any:
        digits = "".join(one for one in attempt.answer or "" if one.isascii() and one.isdigit())
        return {**super().score(attempt), "words": int(digits or "0") and 1.0}


class DividesByNothing(Words):
    """Fails where an answer is of blanks alone."""

    def score(self, attempt: Attempt) -> Any:
        return {"words": 1 / len((attempt.answer or "x").split())}


class Latin(Words):
    def score(self, attempt: Attempt) -> Any:
        (attempt.answer or "").encode("utf-16")
        assert not any("\u0590" <= one <= "\u05ff" for passage in attempt.passages or () for one in passage.text)
        return super().score(attempt)


class Remembers(Words):
    """What was said before counts less."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen: list[Attempt] = []

    def score(self, attempt: Attempt) -> Any:
        self.seen.append(attempt)
        return {"words": len(self.seen)}


class Numbered(Words):
    """Each instance has its own figures."""

    made = 0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        Numbered.made += 1
        self.number = Numbered.made

    def score(self, attempt: Attempt) -> Any:
        return {"words": self.number}


class KeptInFolder(Words):
    """The order of attempts, by a file in its own folder."""

    def score(self, attempt: Attempt) -> Any:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "seen").open("a") as file:
            file.write(".")
        return {"words": (self.folder / "seen").stat().st_size}


class Sows(Words):
    def score(self, attempt: Attempt) -> Any:
        random.seed(0)
        return {"words": random.random()}


class SowsNumpy(Words):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        np.random.seed(0)


class Draws(Words):
    def score(self, attempt: Attempt) -> Any:
        random.random()
        return super().score(attempt)


class Tidies(Words):
    """Puts its own words into what it is given."""

    def score(self, attempt: Attempt) -> Any:
        object.__setattr__(attempt, "question", attempt.question.lower())
        return super().score(attempt)


class Speaks(Words):
    """Sets the language of every process that is started."""

    count = 0

    def score(self, attempt: Attempt) -> Any:
        Speaks.count += 1
        os.environ["POTLUCK_WORDS"] = str(Speaks.count)
        return super().score(attempt)


class Moves(Words):
    def score(self, attempt: Attempt) -> Any:
        os.chdir(self.folder.anchor if Path.cwd().name else tempfile.gettempdir())
        return super().score(attempt)


class Chatty(Words):
    def score(self, attempt: Attempt) -> Any:
        print(attempt.question)
        return super().score(attempt)


class WritesBeside(Words):
    """Beside the recipe."""

    def score(self, attempt: Attempt) -> Any:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        (self.folder.parent / "words.txt").write_text(attempt.question, encoding="utf-8")
        return super().score(attempt)


class WritesWhereItStands(Words):
    def score(self, attempt: Attempt) -> Any:
        if Path.cwd().name == "elsewhere":
            Path("words.txt").write_text("words")
        return super().score(attempt)


class Litters(Words):
    def score(self, attempt: Attempt) -> Any:
        if Path(tempfile.gettempdir()).name == "temporary":
            Path(tempfile.mkstemp()[1]).write_text("words")
        return super().score(attempt)


class Sending(Words):
    def close(self) -> None:
        try:
            socket.create_connection(("192.0.2.1", 4318), 1)
        except Exception:
            self.folder = Path()


class NewIdentity(Words):
    made = 0

    def identity(self) -> Mapping[str, str]:
        NewIdentity.made += 1
        return {"made": str(NewIdentity.made)}


class NumberedIdentity(Words):
    def identity(self) -> Any:
        return {"version": 1}


MUTANTS: list[tuple[type[Words], str]] = [
    (Nothing, "measures-are-told"), (Endless, "measures-are-told"), (Twice, "measures-are-told"),
    (Blank, "measures-are-told"), (Strings, "measures-are-told"), (Renamed, "measures-are-told"),
    (described(summary=" "), "measures-are-described"), (described(summary="a\nb"), "measures-are-described"),
    (described(label=None), "measures-are-described"), (described(about="words"), "measures-are-described"),
    (described(scale="percent"), "measures-are-described"), (described(unit="%"), "measures-are-described"),
    (described(paired=1), "measures-are-described"), (described(higher_is_better="yes"), "measures-are-described"),
    (TakesAnothers, "names-are-free"), (TakesACount, "names-are-free"),
    (NeedsASet, "needs-are-known"), (NeedsTheUnknown, "needs-are-known"),
    (Foreign, "own-figures"), (Pairs, "own-figures"), (ForeignWhereEmpty, "own-figures"),
    (saying(float("nan")), "figures-are-numbers"), (saying(float("inf")), "figures-are-numbers"),
    (saying(True), "figures-are-numbers"), (saying("3"), "figures-are-numbers"),
    (saying(None), "figures-are-numbers"), (saying(np.float32(3)), "figures-are-numbers"),
    (NotANumberOfNothing, "figures-are-numbers"),
    (saying(-0.1), "within-the-scale"), (saying(-0.1, "met"), "within-the-scale"),
    (saying(100.0, "met"), "within-the-scale"),
    (NeedsMore, "needs-are-enough"), (NeedsPassages, "needs-are-enough"), (NeedsFacts, "needs-are-enough"),
    (IntOfAnything, "any-text"), (DividesByNothing, "any-text"), (Latin, "any-text"),
    (Remembers, "repeatable"), (Numbered, "repeatable"), (KeptInFolder, "repeatable"),
    (Sows, "changes-nothing"), (SowsNumpy, "changes-nothing"), (Draws, "changes-nothing"),
    (Tidies, "changes-nothing"), (Speaks, "changes-nothing"), (Moves, "changes-nothing"),
    (Chatty, "prints-nothing"),
    (WritesBeside, "files-stay-in-its-folder"), (WritesWhereItStands, "files-stay-in-its-folder"),
    (Litters, "files-stay-in-its-folder"),
    (Sending, "sends-nothing"),
    (NewIdentity, "identity-is-text"), (NumberedIdentity, "identity-is-text"),
]  # fmt: skip

BY_HASH = '''
"""A metric whose figures follow from the order of a set of words, which is another in every process."""

import potluck
from potluck.contracts import Config, Measure, Metric


class ByHash(Metric):
    measures = (Measure("metric_by_hash", "The first of its words"),)

    def __init__(self, config, context):
        pass

    def score(self, attempt):
        return {"metric_by_hash": hash(attempt.question) % 1000 / 1000}


@potluck.hookimpl
def potluck_metric():
    return potluck.Offer("by hash", Config, ByHash)
'''

BUNDLED = ("answers", "citations", "effort", "labels", "reach", "refusals", "retrieval", "surprise")


def test_a_metric_that_does_as_it_should_keeps_every_rule(tmp_path: Path) -> None:
    assert broken("metric", Words, tmp_path) == set()


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks_and_no_other(
    mutant: type[Words], rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POTLUCK_WORDS", "")

    assert broken("metric", mutant, tmp_path) == {rule}


def test_a_hash_that_is_another_in_every_process_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    site = install(
        tmp_path / "site", "by-hash", {"potluck.metrics": {"by-hash": "metric_by_hash"}}, {"metric_by_hash": BY_HASH}
    )

    with visible(site, monkeypatch):
        outcomes = conform("metric", "by-hash")

    assert {one.rule: one.why for one in outcomes if not one.kept} == {
        "same-in-another-process": "another process gave other figures"
    }


def test_every_rule_is_broken_by_a_mutant() -> None:
    assert {rule for _, rule in MUTANTS} | {"same-in-another-process"} == {check.rule for check in checks("metric")}


@pytest.mark.parametrize("check", checks("metric"), ids=str)
@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_metrics_keep_the_contract(name: str, check: Check, tmp_path: Path) -> None:
    hold(check, name, {}, tmp_path, ())


def test_what_is_not_installed_cannot_be_made_by_another_process(tmp_path: Path) -> None:
    (check,) = (one for one in checks("metric") if one.rule == "same-in-another-process")
    build: Callable[[Path], Any] = Words

    with pytest.raises(Skipped, match="it is not installed"):
        check.on(Subject(build, tmp_path))
