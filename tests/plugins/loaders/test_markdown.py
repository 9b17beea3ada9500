"""The ``markdown`` loader."""

from __future__ import annotations

import pytest

from potluck.errors import UnreadableDocument
from support.loading import load, load_one, outline


def test_headings_become_sections_and_the_text_stays_as_it_is() -> None:
    text = "# 軌道規範\n\n前言。\n\n## 第1章 總則 ##\n\n適用範圍。\n\n### 1.1 Scope\n\nEnd.\n"

    document = load_one("markdown", text)

    assert document.text == text
    assert outline(document) == [(None, "軌道規範", 1), ("第1章", "總則", 2), ("1.1", "Scope", 3)]
    assert document.text[document.sections[1].start : document.sections[1].end].startswith("## 第1章 總則")


def test_underlined_lines_are_headings() -> None:
    document = load_one("markdown", "軌道\n====\n\n內文\n\nRails\n---\n\ntext\n")

    assert outline(document) == [(None, "軌道", 1), (None, "Rails", 2)]


@pytest.mark.parametrize("fence", ["```", "~~~", "````python", "  ```"])
def test_what_is_fenced_is_not_a_heading(fence: str) -> None:
    closing = fence.strip().removesuffix("python")

    document = load_one("markdown", f"# 一\n{fence}\n# comment\n1.2.3 Not a clause\n{closing}\n# 二\n")

    assert [title for _, title, _ in outline(document)] == ["一", "二"]


def test_a_fence_closes_with_its_own_mark_only() -> None:
    document = load_one("markdown", "```\n# a\n```python\n# b\n~~~\n# c\n```\n# 題\n")

    assert [title for _, title, _ in outline(document)] == ["題"]


@pytest.mark.parametrize(
    "line", ["#tag", "    # code", "####### seven", "- item\n---", "| a |\n|---|", "> q\n---", "## "]
)
def test_what_only_looks_like_a_heading_is_none(line: str) -> None:
    assert load_one("markdown", f"text\n\n{line}\n").sections == ()


def test_front_matter_becomes_metadata() -> None:
    front = '---\ntitle: "短鋼軌"\ntags: [軌道, rail]\nauthors:\n  - 王小明\n  - Ann\n---\n'

    document = load_one("markdown", front + "# 內文\n")

    assert document.text == "# 內文\n"
    assert document.metadata == {
        "title": "短鋼軌",
        "tags": ["軌道", "rail"],
        "authors": ["王小明", "Ann"],
        "encoding": "utf-8",
    }


def test_a_rule_at_the_beginning_is_not_front_matter() -> None:
    text = "---\n\nfirst\n\n---\n\nsecond\n"

    assert load_one("markdown", text).text == text


def test_a_clause_number_begins_a_section() -> None:
    document = load_one("markdown", "# 定義\n\n1.4.4 短鋼軌：係指……\n")

    assert outline(document) == [(None, "定義", 1), ("1.4.4", "短鋼軌", 3)]


def test_big5_is_read() -> None:
    text = "# 檢查紀錄\n\n每次作業完成之後，都應該填寫檢查紀錄並且交給負責的工程師。\n"

    document = load_one("markdown", text.encode("big5"))

    assert document.text == text
    assert document.metadata["encoding"] == "big5"


def test_a_picture_named_md_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="it is not text"):
        load("markdown", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)


def test_a_file_of_front_matter_only_has_an_empty_text() -> None:
    document = load_one("markdown", "---\ntitle: x\n---")

    assert document.text == ""
    assert document.metadata["title"] == "x"


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# a", [("a", 1)]),
        ("   ###### a ##", [("a", 6)]),
        ("## a#", [("a#", 2)]),
        ("# #", []),
        ("#\ta", [("a", 1)]),
        ("a\n=", [("a", 1)]),
        ("a\n--", [("a", 2)]),
        ("a\n   --- ", [("a", 2)]),
        ("a\n-", []),
        ("a\n\n---", []),
        ("---\n---\n===", []),
        ("\n===", []),
        ("* a\n---", []),
        ("+ a\n---", []),
        ("\ta\n---", []),
        ("a", []),
    ],
)
def test_a_heading_has_a_level_and_a_title(text: str, headings: list[tuple[str, int]]) -> None:
    document = load_one("markdown", text)

    assert document.text == text
    assert [(one.title, one.level) for one in document.sections] == headings


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("```\n# a\n```\n# b", ["b"]),
        ("```` x\n# a\n```\n# b\n`````\n# c", ["c"]),
        ("~~~ a`b\n# a\n~~~\n# b", ["b"]),
        ("``` a`b\n# a", ["a"]),
        ("``` a\n# a\n``` b\n# b\n```  \n# c", ["c"]),
        ("    ```\n# a", ["a"]),
        ("```\n# a", []),
        ("```\n1.4.4 短鋼軌：係指\n```\n1.4.5 長鋼軌：係指", ["長鋼軌"]),
    ],
)
def test_a_fenced_block_ends_at_as_many_marks(text: str, titles: list[str]) -> None:
    assert [one.title for one in load_one("markdown", text).sections] == titles


@pytest.mark.parametrize(
    ("front", "metadata"),
    [
        ("a: 1\nb-c d: x y", {"a": "1", "b-c d": "x y"}),
        ("a:\nb: ''", {"a": "", "b": ""}),
        ("a: 'x'\nb: \"x''\"  # 註", {"a": "x", "b": "x''"}),
        ("a: [x, 'y', ]", {"a": ["x", "y"]}),
        ("日期: 2024-01-05\n草稿: true", {"日期": "2024-01-05", "草稿": "true"}),
        ("作者:\n  - 名: 王小明\n    在: [臺北, 高雄]", {"作者": [{"名": "王小明", "在": ["臺北", "高雄"]}]}),
        ("摘要: >\n  短鋼軌\n  之定義", {"摘要": "短鋼軌 之定義"}),
        ("a: !!python/name:os.system x", {"a": "x"}),
        ("a: 1\na: 2", {"a": "1"}),
    ],
)
def test_front_matter_is_yaml_whose_scalars_are_texts(front: str, metadata: dict[str, object]) -> None:
    for end in ("---", "... "):
        document = load_one("markdown", f"--- \n{front}\n{end}\ntext")
        assert document.metadata == {**metadata, "encoding": "utf-8"}
        assert document.text == "text"


def test_front_matter_may_have_fifty_levels() -> None:
    document = load_one("markdown", "---\na: " + "[" * 49 + "]" * 49 + "\n---\ntext")

    assert document.text == "text"
    assert str(document.metadata["a"]).count("[") == 49


@pytest.mark.parametrize(
    "text",
    [
        "---\na: 1\n",
        "x\n---\na: 1\n---",
        "---\n---\nb",
        "----\na: 1\n---",
        "---\n- a\n---",
        "---\n題目: [短鋼軌\n---\n",
        "---\na: x\n- y\n---\n",
        "---\na: &a [x]\nb: [*a, *a]\n---\n",
        "---\n[a, b]: 1\n---\n",
        pytest.param("---\na: " + "[" * 60_000 + "\n---\n", id="lists in lists without end"),
        pytest.param("---\na: " + "[" * 50 + "]" * 50 + "\n---\n", id="51 levels"),
        pytest.param("---\na: " + "字" * 70_000 + "\n---\n", id="70,000 characters"),
    ],
)
def test_what_is_not_front_matter_stays_in_the_text(text: str) -> None:
    document = load_one("markdown", text)

    assert document.text == text
    assert document.metadata == {"encoding": "utf-8"}
