"""What a retriever or a reranker returns is checked against its contract, and named where it breaks it.

Modules: ``potluck.retrieval.checked``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Candidates, Ranking, Reranker, Retriever, ScoreScale
from potluck.contracts.retriever import COSINE, Corpus
from potluck.documents import Document, Passage
from potluck.errors import BrokenPlugin, ContractBroken
from potluck.retrieval.checked import CheckedReranker, CheckedRetriever, score_problems
from potluck.workspace.answer_cache import AnswerCache

TEXTS = {"a": "正線道碴厚三十公分", "b": "側線道碴厚二十公分", "c": "main line"}
HIGH = ScoreScale("words", 0.0)
LOW = ScoreScale("distance", 0.0, higher_is_better=False)


def passage(name: str, score: float = 0.0) -> Passage:
    return Passage(name, f"{name}.txt", TEXTS.get(name, "?"), 0, len(TEXTS.get(name, "?")), score)


class Shelf(Corpus):
    """Three passages, each of which is its document."""

    @property
    def ids(self) -> Set[str]:
        return TEXTS.keys()

    def passage(self, passage_id: str) -> Passage:
        return passage(passage_id)

    def document(self, passage: Passage) -> Document:
        return Document(passage.source, TEXTS[passage.id])

    def span(self, passage: Passage, start: int, end: int) -> Passage:
        return replace(passage, text=TEXTS[passage.id][start:end], start=start, end=end)


@dataclass
class Gives(Retriever):
    """Returns what it was told to, and notes what it was asked."""

    rankings: list[Ranking]
    scale: ScoreScale = HIGH
    batch_size: int = 7

    def __post_init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], int, Set[str] | None]] = []

    def open(self, corpus: Corpus) -> None:
        raise AssertionError("it is open")

    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        self.asked.append((tuple(questions), k, within))
        return self.rankings


def ranked(*passages: Passage, blind: str = "") -> list[Ranking]:
    return [Ranking(passages, blind)]


def checked(rankings: list[Ranking], scale: ScoreScale = HIGH) -> CheckedRetriever:
    return CheckedRetriever(Gives(rankings, scale), Shelf(), "the retriever '甲'")


def test_the_questions_are_passed_on_as_they_are_with_their_limits() -> None:
    retriever = Gives(ranked(passage("b", 2.0), passage("a", 1.0)))
    found = CheckedRetriever(retriever, Shelf(), "it")
    found.open(Shelf())

    assert found.retrieve(["道碴多厚？"], 2, {"a", "b"}) == retriever.rankings
    assert retriever.asked == [(("道碴多厚？",), 2, {"a", "b"})]
    assert (found.scale, found.batch_size, found.threads) == (HIGH, 7, True)


@pytest.mark.parametrize(
    "rankings",
    [
        ranked(),
        ranked(blind="it is dusk"),
        ranked(passage("a", 1.0), passage("b", 1.0)),
        ranked(replace(passage("a", 1.0), text="道碴厚", start=2, end=5), passage("b", 0.5)),
    ],
    ids=["nothing", "blind", "equal scores", "a span of a passage"],
)
def test_what_keeps_the_contract_is_taken(rankings: list[Ranking]) -> None:
    assert checked(rankings).retrieve(["？"], 2, {"a", "b"}) == rankings


WRONG: Mapping[str, tuple[list[Ranking], str]] = {
    "one ranking too many": (ranked() * 2, "gave 2 rankings for 1 questions"),
    "none": ([], "gave 0 rankings for 1 questions"),
    "blind": (ranked(passage("a"), blind="it is dusk"), "found 1 passages for a question for which it says that it is"),
    "too many": (ranked(*map(passage, "abc")), "found 3 passages, and was asked for 2"),
    "twice": (ranked(passage("a", 2.0), passage("a", 1.0)), "gave a passage twice"),
    "worst first": (ranked(passage("a", 1.0), passage("b", 2.0)), "did not give the best first"),
    "infinite": (ranked(passage("a", float("inf"))), "gave the score inf"),
    "under the scale": (ranked(passage("a", -0.5)), "gave the score -0.5, and its scale begins at 0"),
    "a text as a score": (ranked(passage("a", "高")), "gave the score 高"),  # type: ignore[arg-type]
    "foreign": (ranked(passage("z")), "found the passage 'z', which is not among those that it may find"),
    "not within": (ranked(passage("c")), "found the passage 'c', which is not among those that it may find"),
    "another text": (ranked(replace(passage("a"), text="改了")), "changed the passage 'a' of a.txt"),
    "another end": (ranked(replace(passage("a"), end=3)), "changed the passage 'a' of a.txt"),
    "another source": (ranked(replace(passage("a"), source="b.txt")), "changed the passage 'a' of b.txt"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_breaks_the_contract_is_refused_by_name(wrong: str) -> None:
    rankings, message = WRONG[wrong]

    with pytest.raises(ContractBroken) as raised:
        checked(rankings).retrieve(["？"], 2, {"a", "b"})

    assert str(raised.value).startswith(f"the retriever '甲' {message}")


def test_every_ranking_is_checked() -> None:
    with pytest.raises(ContractBroken, match="gave a passage twice"):
        checked([*ranked(passage("a")), *ranked(passage("b"), passage("b"))]).retrieve(["一", "二"], 2)


WRONG_TYPES: Mapping[str, tuple[Any, str]] = {
    "nothing": (None, "returned None, expected a list of rankings"),
    "a ranking": (Ranking(), "returned a Ranking, expected a list of rankings"),
    "a mapping": ({"？": Ranking()}, "returned a dict, expected a list of rankings"),
    "lists": ([[passage("a")]], "returned a list for a question, expected a Ranking"),
    "no passages": ([Ranking(None)], "returned a Ranking with None for a question, expected passages"),  # type: ignore[arg-type]
    "ids": (
        [Ranking(("a",))],  # type: ignore[arg-type]
        "returned a Ranking with a str among the passages of a question, expected a Passage",
    ),
    "blind or not": (
        [Ranking((), True)],  # type: ignore[arg-type]
        "returned a Ranking whose 'blind' is a bool, expected a text",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_TYPES)
def test_a_wrong_type_breaks_the_contract(wrong: str) -> None:
    rankings, message = WRONG_TYPES[wrong]

    with pytest.raises(ContractBroken) as raised:
        checked(rankings).retrieve(["？"], 2)

    assert str(raised.value) == f"the retriever '甲' {message}"


def test_a_retriever_that_fails_is_named_with_its_package() -> None:
    class Fails(Gives):
        def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
            raise KeyError("軌")

    with pytest.raises(BrokenPlugin) as raised:
        CheckedRetriever(Fails([]), Shelf(), "the retriever '甲'", "retriever '甲' of one 1.0").retrieve(["？"], 2)

    assert str(raised.value) == "retriever '甲' of one 1.0 failed: KeyError: '軌'"


def test_a_retriever_or_reranker_without_a_scale_breaks_the_contract() -> None:
    with pytest.raises(ContractBroken, match=r"the retriever '甲' has the scale 'share': expected a ScoreScale"):
        checked([], "share")  # type: ignore[arg-type]
    unscaled: Any = type("Unscaled", (Orders,), {"scale": None})
    with pytest.raises(ContractBroken, match="it has the scale None: expected a ScoreScale"):
        CheckedReranker(unscaled(backwards), "it", "f")


@pytest.mark.parametrize(
    ("scores", "scale", "problems"),
    [
        ((), HIGH, []),
        ((3.0, 2.0, 2.0), HIGH, []),
        ((2.0, 3.0), HIGH, ["did not give the best first"]),
        ((2.0, 3.0, 3.0), LOW, []),
        ((3.0, 2.0), LOW, ["did not give the best first"]),
        ((3.0, float("nan"), 9.0), HIGH, ["gave the score nan"]),
        ((float("-inf"),), HIGH, ["gave the score -inf"]),
        ((True,), HIGH, ["gave the score True"]),
        ((1.00001, -1.00001), COSINE, []),
        ((1.5, 1.0), COSINE, ["gave the score 1.5, and its scale goes from -1 to 1"]),
        ((1.0, -1.5), COSINE, ["gave the score -1.5, and its scale goes from -1 to 1"]),
        ((3.0,), ScoreScale("least", highest=2.0), ["gave the score 3.0, and its scale ends at 2"]),
    ],
)
def test_scores_are_finite_and_the_best_stands_first(
    scores: tuple[float, ...], scale: ScoreScale, problems: list[str]
) -> None:
    passages = [passage(str(number), score) for number, score in enumerate(scores)]

    assert list(score_problems(passages, scale)) == problems


def busiest(ask: Callable[[], object], entered: list[int]) -> int:
    """How many of four threads were within at once."""
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(ask) for _ in range(4)]:
            one.result()
    return max(entered)


@pytest.mark.parametrize("threads", [False, True])
def test_threads_wait_for_a_retriever_that_takes_one_at_a_time(threads: bool) -> None:
    inside, entered, lock = [0], [0], threading.Lock()
    meeting = threading.Barrier(4)

    class Slow(Gives):
        def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
            with lock:
                inside[0] += 1
                entered.append(inside[0])
            if threads:
                meeting.wait(10)
            with lock:
                inside[0] -= 1
            return self.rankings

    Slow.threads = threads
    found = CheckedRetriever(Slow(ranked()), Shelf(), "it")

    assert busiest(lambda: found.retrieve(["？"], 1), entered) == (4 if threads else 1)


class Orders(Reranker):
    """Puts passages in the order that a function gives; notes what it was asked."""

    scale = HIGH
    candidates = 9

    def __init__(self, order: Callable[[Sequence[Passage]], list[Passage]], batch_size: int = 1) -> None:
        self.order, self.batch_size = order, batch_size
        self.asked: list[list[str]] = []

    def rerank(self, batch: Sequence[Candidates]) -> list[list[Passage]]:
        self.asked.append([one.question for one in batch])
        return [self.order(one.passages) for one in batch]


def backwards(passages: Sequence[Passage]) -> list[Passage]:
    return [replace(one, score=float(len(passages) - place)) for place, one in enumerate(reversed(passages))]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    opened = AnswerCache(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def candidates(question: str, names: str = "abc") -> Candidates:
    return Candidates(question, tuple(passage(name, 0.5) for name in names))


def test_the_order_is_the_rerankers_with_its_scores(cache: AnswerCache) -> None:
    found = CheckedReranker(Orders(backwards), "it", "f").rerank([candidates("一"), candidates("二", "b")], cache)

    assert found == [[passage("c", 3.0), passage("b", 2.0), passage("a", 1.0)], [passage("b", 1.0)]]


def test_passages_may_be_left_out(cache: AnswerCache) -> None:
    reranker = CheckedReranker(Orders(lambda passages: backwards(passages)[:1]), "it", "f")

    assert reranker.rerank([candidates("一")], cache) == [[passage("c", 3.0)]]


def test_the_same_candidates_of_the_same_question_are_asked_about_once(cache: AnswerCache) -> None:
    reranker = Orders(backwards)
    first = CheckedReranker(reranker, "it", "f").rerank([candidates("一"), candidates("二")], cache)
    again = CheckedReranker(reranker, "it", "f").rerank([candidates("二"), candidates("三"), candidates("一")], cache)

    assert reranker.asked == [["一", "二"], ["三"]]
    assert again == [first[1], first[0], first[0]]


@pytest.mark.parametrize(
    "other",
    [
        Candidates("一", (passage("a", 0.5), passage("c", 0.5), passage("b", 0.5))),
        Candidates("一", (passage("a", 0.75), passage("b", 0.5), passage("c", 0.5))),
        Candidates("一", (replace(passage("a", 0.5), heading="第1章"), passage("b", 0.5), passage("c", 0.5))),
        Candidates("一", (replace(passage("a", 0.5), text="正"), passage("b", 0.5), passage("c", 0.5))),
        Candidates("一", (replace(passage("a", 0.5), start=1), passage("b", 0.5), passage("c", 0.5))),
        Candidates("一", (replace(passage("a", 0.5), end=1), passage("b", 0.5), passage("c", 0.5))),
    ],
    ids=["order", "score", "heading", "text", "start", "end"],
)
def test_other_candidates_are_asked_about_anew(cache: AnswerCache, other: Candidates) -> None:
    reranker = Orders(backwards)
    for one in (candidates("一"), other):
        CheckedReranker(reranker, "it", "f").rerank([one], cache)
    CheckedReranker(reranker, "it", "another reranker").rerank([other], cache)

    assert reranker.asked == [["一"]] * 3


def test_nobody_is_asked_about_no_passages(cache: AnswerCache) -> None:
    reranker = Orders(backwards)

    assert CheckedReranker(reranker, "it", "f").rerank([candidates("一", ""), candidates("二")], cache)[0] == []
    assert reranker.asked == [["二"]]
    assert CheckedReranker(reranker, "it", "f").rerank([], cache) == []
    assert len(reranker.asked) == 1


def order_of_a_foreign(passages: Sequence[Passage]) -> list[Passage]:
    return [passage("z")]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (order_of_a_foreign, "returned a passage that it was not given: 'z'"),
        (lambda passages: [replace(passages[0], text="改了")], "changed the passage 'a' of a.txt"),
        (lambda passages: [replace(passages[0], score=-2.0)], "gave the score -2.0, and its scale begins at 0"),
        (lambda passages: None, "returned None for a question, expected passages"),
        (lambda passages: ["a"], "returned a str among the passages of a question, expected a Passage"),
        (lambda passages: [passages[0], passages[0]], "gave a passage twice"),
        (lambda passages: backwards(passages)[::-1], "did not give the best first"),
        (lambda passages: [replace(passages[0], score=float("nan"))], "gave the score nan"),
    ],
    ids=["foreign", "changed", "out of scale", "nothing", "ids", "twice", "worst first", "not a number"],
)
def test_an_order_that_breaks_the_contract_is_refused_and_not_kept(
    cache: AnswerCache, order: Callable[[Sequence[Passage]], list[Passage]], message: str
) -> None:
    reranker = Orders(order)
    for _ in range(2):
        with pytest.raises(ContractBroken, match=f"the reranker '乙' {message}"):
            CheckedReranker(reranker, "the reranker '乙'", "f").rerank([candidates("一")], cache)

    assert len(reranker.asked) == 2


def test_another_number_of_orders_than_of_questions_is_refused(cache: AnswerCache) -> None:
    class Few(Orders):
        def rerank(self, batch: Sequence[Candidates]) -> list[list[Passage]]:
            return super().rerank(batch)[1:]

    with pytest.raises(ContractBroken, match="gave 1 orders for 2 questions"):
        CheckedReranker(Few(backwards), "it", "f").rerank([candidates("一"), candidates("二")], cache)


def test_a_reranker_that_fails_or_gives_nothing_is_named(cache: AnswerCache) -> None:
    def fail(passages: Sequence[Passage]) -> list[Passage]:
        raise TypeError("型別不對")

    with pytest.raises(BrokenPlugin) as raised:
        CheckedReranker(Orders(fail), "it", "f", "reranker '乙' of one 1.0").rerank([candidates("一")], cache)
    assert str(raised.value) == "reranker '乙' of one 1.0 failed: TypeError: 型別不對"

    class Silent(Orders):
        def rerank(self, batch: Sequence[Candidates]) -> Any:
            return None

    with pytest.raises(ContractBroken, match="it returned None, expected a list of lists of passages"):
        CheckedReranker(Silent(backwards), "it", "f").rerank([candidates("一")], cache)


@pytest.mark.parametrize(("size", "asked"), [(-1, 1), (0, 1), (1, 1), (8, 8)])
def test_a_batch_is_of_one_question_at_least(size: int, asked: int) -> None:
    found = CheckedReranker(Orders(backwards, size), "it", "f")

    assert (found.batch_size, found.candidates) == (asked, 9)
