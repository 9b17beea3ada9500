"""Reading labelled messages and holding some of them out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.datasets.near_duplicates import are_alike, triples
from potluck.errors import PotluckError, RecipeError
from potluck.language import fold
from potluck.strategy.data import LabelledText, majority_language, read_split, spread_out
from support.labelled import messages, write


def test_a_quarter_of_each_label_is_held_out_and_the_seed_decides_which(tmp_path: Path) -> None:
    data = write(tmp_path / "data.jsonl", messages(40))

    split, again, other = read_split(data), read_split(data), read_split(data, seed=1)

    assert Counter(item.label for item in split.test) == {"ok": 5, "garbage": 5}
    assert len(split.train) + len(split.test) == 40
    assert split == again
    assert {item.text for item in split.test} != {item.text for item in other.test}


def test_copies_are_never_on_both_sides(tmp_path: Path) -> None:
    rows = [pair for text, label in messages(30) for pair in ((text, label), (f"{text}！ ", label), (text, label))]
    rows += [(f"Your code is {n}, DO NOT share it with anybody", "ok") for n in (1, 22, 333, 4444)]
    split = read_split(write(tmp_path / "data.jsonl", rows))

    for asked in split.test:
        assert not any(are_alike(triples(asked.text), triples(item.text)) for item in split.train)
    assert len({fold(item.text) for item in split.test}) == len(split.test)


def test_what_is_nearly_a_message_of_the_test_file_is_left_out_of_training(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", [*messages(20), ("ＣＡＬＬ 0800 now to win the prize", "garbage")])
    write(tmp_path / "test.jsonl", [("call 555 now to win the prize!", "garbage"), ("一起吃飯嗎", "ok")])

    split = read_split(tmp_path)

    assert split.left_out == 1
    assert len(split.train) == 20
    assert any("left out" in note for note in split.notes)


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    lines = ['{"prompt": "你好", "completion": "ok"}', "{", '{"text": "你好"}', '{"prompt": " ", "completion": "ok"}']
    (tmp_path / "bad.jsonl").write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(RecipeError) as caught:
        read_split(tmp_path / "bad.jsonl")

    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]
    assert "--input" in str(caught.value)
    assert "bad.jsonl:3:1" in str(caught.value)


def test_other_keys_can_be_named_and_numbers_are_labels(tmp_path: Path) -> None:
    rows = ({"message": text, "spam": int(label == "garbage")} for text, label in messages(12))
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    assert read_split(tmp_path / "data.jsonl", "message", "spam").labels == ("0", "1")


@pytest.mark.parametrize("content", ["", '{"prompt": "a", "completion": "x"}\n' * 5])
def test_data_without_a_choice_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "data.jsonl").write_text(content, encoding="utf-8")

    with pytest.raises(PotluckError, match=r"nothing"):
        read_split(tmp_path / "data.jsonl")


def test_a_folder_without_train_jsonl_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"train\.jsonl"):
        read_split(tmp_path)


def test_a_label_without_examples_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", messages(12))
    write(tmp_path / "test.jsonl", [("這是什麼東西呢", "新的"), ("晚上吃飯", "ok")])

    assert any("新的" in note for note in read_split(tmp_path).notes)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.integers(0, 5))
def test_every_beginning_has_the_labels_in_about_their_shares(labels: list[str], seed: int) -> None:
    items = [LabelledText(str(number), label, "") for number, label in enumerate(labels)]
    ordered = spread_out(items, seed)
    shares = Counter(labels)

    assert Counter(ordered) == Counter(items)
    for end in range(1, len(items) + 1):
        counts = Counter(item.label for item in ordered[:end])
        assert all(abs(counts[label] - end * shares[label] / len(items)) <= 3 for label in shares)


@pytest.mark.parametrize("seed", range(6))
def test_a_rare_label_stands_neither_first_nor_last_but_all_over(seed: int) -> None:
    items = [LabelledText(str(number), "rare" if number < 10 else "common", "") for number in range(100)]
    places = [place for place, item in enumerate(spread_out(items, seed)) if item.label == "rare"]

    assert all(10 * number - 2 <= place <= 10 * number + 12 for number, place in enumerate(places))


@pytest.mark.parametrize(
    ("texts", "language"), [("中中中ab", "zh"), ("中中ab", "en"), ("中中abc", "en"), ("中", "zh"), ("", "en")]
)
def test_the_language_of_messages_is_that_of_more_than_half(texts: str, language: str) -> None:
    items = [LabelledText("這是一則訊息" if text == "中" else "a message", "x", "") for text in texts]

    assert majority_language(items) == language


def test_a_file_without_messages_is_told_with_a_line_as_it_would_have_to_be(tmp_path: Path) -> None:
    (tmp_path / "空.jsonl").touch()

    with pytest.raises(PotluckError, match=r'\{"訊息": "…", "標籤": "label"\}'):
        read_split(tmp_path / "空.jsonl", "訊息", "標籤")
