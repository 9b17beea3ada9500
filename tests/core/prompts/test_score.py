"""Scores of wordings: on a tiny BERT that really learnt facts, and on rows whose answers are known."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck import plugins
from potluck.contracts import ChatModel, Context
from potluck.errors import PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.prompts.items import ClozeItem, read_facts
from potluck.prompts.score import Scores, WordingChooser, score, wording_spread
from potluck.prompts.wordings import FACTS, PAIRS, Wording
from support.tiny_models import tiny_causal, tiny_masked

LEARNT = "{X} is located in {Y}."
OTHER = "{Y}: {X}"


def made(name: str, model: Path) -> ChatModel:
    plugin = plugins.find("chat", name)
    config = plugins.offer(plugin).config(model=str(model), threads=1)
    chat = plugins.make(plugin, config, Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd())))
    assert isinstance(chat, ChatModel)
    return chat


@pytest.fixture(scope="module")
def facts(shared_data: Path) -> list[ClozeItem]:
    return read_facts(shared_data / "probe" / "train.jsonl", 40)


@pytest.fixture(scope="module")
def masked(facts: Sequence[ClozeItem], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatModel]:
    pytest.importorskip("torch", reason="the masked-lm plugin needs torch")
    texts = [LEARNT.replace("{X}", fact.given["X"]).replace("{Y}", fact.answer) for fact in facts]
    chat = made("masked-lm", tiny_masked(tmp_path_factory.mktemp("bert"), texts, [fact.answer for fact in facts]))
    yield chat
    chat.close()


def answers(items: Sequence[ClozeItem]) -> list[str]:
    return sorted({item.answer for item in items})


def test_a_model_knows_what_it_learnt_in_the_words_it_learnt_it_in(masked: ChatModel, facts: list[ClozeItem]) -> None:
    rows = [WordingChooser(Wording(name, text, FACTS), masked) for name, text in (("learnt", LEARNT), ("other", OTHER))]

    found = score(FACTS, rows, facts, answers(facts))
    (table,) = found.tables

    assert table.means[0].mean > 0.7 > 5 * found.guess
    assert table.best == "learnt"
    assert table.spread.value == pytest.approx(table.means[0].mean - table.means[1].mean)
    assert table.spread.low is not None
    assert table.spread.low > 0.2
    assert table.against[0].sentence.startswith("learnt is better than other: P@1 +")


def test_a_vocabulary_leaves_out_answers_of_several_words(masked: ChatModel, facts: list[ClozeItem]) -> None:
    rows = [WordingChooser(Wording("learnt", LEARNT, FACTS), masked, one_word=True)]
    words = masked.vocabulary()

    found = score(FACTS, rows, facts, words)

    assert found.left_out == sum(" " in fact.answer or "." in fact.answer for fact in facts) > 0
    assert found.tables[0].n == len(facts) - found.left_out
    assert found.tables[0].means[0].mean > 0.7
    assert found.candidates == len(words) > 80


def test_a_causal_model_takes_the_likeliest_text(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the transformers plugin needs torch")
    items = [
        ClozeItem("a", {"X": "臺北"}, "臺灣"),
        ClozeItem("b", {"X": "Vienna"}, "Austria"),
        ClozeItem("c", {"X": "Nice"}, "France"),
    ]
    chat = made("transformers", tiny_causal(tmp_path, ["臺北位於臺灣。Vienna is in Austria."] * 3))
    row = WordingChooser(Wording("plain", "{X}位於{Y}。", FACTS), chat)

    for item in items:
        sums = {
            place: chat.likelihoods(f"{item.given['X']}位於", [place, *answers(items)], "。")[0].logprob
            for place in answers(items)
        }
        assert row.choose(item, answers(items)) == max(sums, key=lambda place: sums[place])
    chat.close()


@dataclass
class Learned:
    """A row that is no wording: as a learned prompt would be."""

    name: str
    right: frozenset[str]
    text: str = "20 learned vectors"
    fingerprint: str = "0123456789abcdef"
    asked: list[str] = field(default_factory=list)

    def choose(self, item: ClozeItem, candidates: Sequence[str]) -> str:
        self.asked.append(item.id)
        return item.answer if item.id in self.right else next(one for one in candidates if one != item.answer)


PAIRED = [
    ClozeItem(str(number), {"premise": "a", "hypothesis": "b"}, "yes" if number % 3 else "no") for number in range(200)
]


def known(*shares: float) -> Scores:
    rows = [Learned(f"row {n}", frozenset(map(str, range(int(200 * share))))) for n, share in enumerate(shares)]
    return score(PAIRS, rows, PAIRED, ["yes", "no"], small=32)


def test_a_row_of_a_wording_has_its_name_and_its_words() -> None:
    chat: Any = None
    row = WordingChooser(Wording("學過的", LEARNT, FACTS), chat)

    assert (row.name, row.text, row.one_word) == ("學過的", LEARNT, False)


def test_anything_that_chooses_is_a_row() -> None:
    found = known(0.5, 0.8)

    assert [mean.mean for mean in found.tables[0].means] == [0.5, 0.8]
    assert found.guess == pytest.approx(133 / 200)
    assert found.tables[0].spread.value == pytest.approx(0.3)
    assert found.tables[0].best == "row 1"


def test_the_small_set_is_of_the_same_items_and_says_less() -> None:
    whole, small = known(0.5, 0.6, 0.55).tables

    assert (whole.n, small.n) == (200, 32)
    assert small.spread.chance is not None
    assert whole.spread.chance is not None
    assert small.spread.chance > 2 * whole.spread.chance
    assert all(
        a.high - a.low > b.high - b.low  # type: ignore[operator]
        for a, b in zip(small.means, whole.means, strict=True)
    )


def test_each_row_is_asked_once_for_each_item() -> None:
    row = Learned("a", frozenset())
    score(PAIRS, [row], PAIRED, ["yes", "no"], small=32)

    assert row.asked == [item.id for item in PAIRED]


def test_the_figures_of_rows_that_are_alike_are_not_evidence() -> None:
    (against,) = known(0.5, 0.5).tables[0].against

    assert against.p_adjusted == 1
    assert "no evidence of a difference" in against.sentence


def test_the_best_is_held_against_the_others_with_holm_over_all_pairs() -> None:
    found = known(0.5, 0.56, 0.53).tables[0]

    assert [one.other for one in found.against] == ["row 0", "row 2"]
    assert all(one.p_adjusted >= one.difference.p for one in found.against)
    assert found.against[0].p_adjusted == pytest.approx(3 * found.against[0].difference.p)


def test_one_item_has_no_interval() -> None:
    found = score(PAIRS, [Learned("a", frozenset("0")), Learned("b", frozenset())], PAIRED[:1], ["yes", "no"])

    assert found.tables[0].spread.low is None
    assert found.tables[0].against == ()


def test_answers_that_are_not_candidates_are_an_error() -> None:
    with pytest.raises(PotluckError, match="none of the right answers"):
        score(PAIRS, [Learned("a", frozenset())], PAIRED, ["maybe"])


def test_the_document_is_json_with_all_figures() -> None:
    document = json.loads(json.dumps(known(0.5, 0.8).as_json()))

    assert document["measure"] == "accuracy"
    assert document["wordings"][1]["means"]["all"]["mean"] == 0.8
    assert document["wordings"][0]["hash"] == "0123456789ab"
    whole, small = document["sets"]
    assert (whole["n"], small["n"]) == (200, 32)
    assert whole["against"][0]["verdict"] == "better"
    assert set(whole["spread"]) == {"value", "low", "high", "chance"}


UNEQUAL = [0.2, 0.2, 0.3, 0.5]


@pytest.mark.parametrize(
    ("n", "shares"),
    [
        pytest.param(n, shares, marks=() if (n, shares) == (32, UNEQUAL) else pytest.mark.slow)
        for n in (32, 120)
        for shares in ([0.4] * 4, UNEQUAL, [0.5, 0.9])
    ],
)
def test_the_interval_of_the_spread_holds_the_true_spread(n: int, shares: list[float]) -> None:
    """In 95 % of 300 simulated measurements, less what so few simulations may miss (4 standard errors)."""
    chance, held, times = np.random.default_rng(7), 0, 300
    true = max(shares) - min(shares)
    for _ in range(times):
        common, own = chance.normal(size=n), chance.normal(size=(len(shares), n))
        uniform = _uniform(common * 0.8 + own * 0.6)
        found = wording_spread((uniform < np.array(shares)[:, None]).astype(float))
        assert found.low is not None
        assert found.high is not None
        held += found.low - 1e-9 <= true <= found.high + 1e-9

    assert held / times >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / times)


def _uniform(normal: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2))))(normal)
