"""Facts and sentence pairs, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.errors import PotluckError, RecipeError
from potluck.prompts.items import ClozeItem, read_facts, read_pairs

WORDS = {"entailment": "yes", "contradiction": "no", "0": "maybe"}


def written(folder: Path, *lines: str) -> Path:
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "data.jsonl"


def test_facts_may_be_named_as_lama_does(tmp_path: Path) -> None:
    lines = '{"id": "a", "X": "臺北", "Y": "臺灣"}', '{"sub_label": "Durban", "obj_label": "South Africa", "uuid": 1}'

    assert read_facts(written(tmp_path, *lines)) == [
        ClozeItem("a", {"X": "臺北"}, "臺灣"),
        ClozeItem("line-2", {"X": "Durban"}, "South Africa"),
    ]


def test_pairs_answer_with_the_word_for_their_label(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"premise": "他在跑。", "hypothesis": "他在動。", "label": "entailment"}',
        '{"sentence1": "a", "sentence2": "b", "label": 0}',
    )

    assert [(item.given["premise"], item.answer) for item in read_pairs(path, WORDS)] == [
        ("他在跑。", "yes"),
        ("a", "maybe"),
    ]


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, '{"X": "a"}', "{", "[]", '{"X": "a", "Y": " "}', '{"X": "\\ud800", "Y": "b"}', "")

    with pytest.raises(RecipeError) as raised:
        read_facts(path)

    assert [problem.line for problem in raised.value.problems] == [1, 2, 3, 4, 5]
    assert '{"X": "Durban"' in str(raised.value)


def test_a_label_without_a_word_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, '{"premise": "a", "hypothesis": "b", "label": "neutral"}')

    with pytest.raises(RecipeError, match="no word for the label 'neutral'"):
        read_pairs(path, WORDS)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"none\.jsonl: cannot be read"):
        read_facts(tmp_path / "none.jsonl")
    with pytest.raises(PotluckError, match="nothing in it"):
        read_facts(written(tmp_path, "", " "))
    (tmp_path / "big5.jsonl").write_bytes('{"X": "臺北", "Y": "臺灣"}'.encode("big5"))
    with pytest.raises(PotluckError, match="not UTF-8"):
        read_facts(tmp_path / "big5.jsonl")


def test_the_first_so_many_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, '{"X": "a", "Y": "b"}', '{"X": "c", "Y": "d"}', "not read")

    assert len(read_facts(path, 2)) == 2


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r")))
def test_any_line_gives_a_fact_or_an_error(tmp_path_factory: pytest.TempPathFactory, line: str) -> None:
    path = tmp_path_factory.mktemp("any") / "data.jsonl"
    path.write_text(line, encoding="utf-8", newline="\n")

    with pytest.raises(PotluckError):
        read_facts(path)
