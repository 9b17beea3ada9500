"""The ``notion`` loader.

Modules: ``potluck_plugins.loaders._shared.members``, ``potluck_plugins.loaders._shared.notion_pages``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from potluck.errors import PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._shared.notion_pages import is_export
from support.loading import load, outline

ID = " 0123456789abcdef0123456789abcdef"


def export(members: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def test_each_page_is_a_document_without_the_number_in_its_name() -> None:
    found = load(
        "notion",
        export(
            {
                f"讀書會{ID}.md": "# 讀書會\n\n## 下次\n\n晚上七點\n",
                f"讀書會{ID}/工作{ID}.csv": "名稱,狀態\n評測,進行中\n",
                f"讀書會{ID}/Page{ID}.html": "<title>t</title><h1>Page</h1><p>text</p>",
            }
        ),
        "a.zip",
    )

    assert [one.source for one in found] == ["a.zip#讀書會", "a.zip#讀書會/Page", "a.zip#讀書會/工作"]
    assert outline(found[0]) == [(None, "讀書會", 1), (None, "下次", 2)]
    assert found[1].text == "Page\ntext"
    assert found[2].text == "工作\n名稱 | 狀態\n名稱: 評測; 狀態: 進行中"


def test_the_whole_table_is_read_rather_than_what_was_shown_of_it() -> None:
    found = load("notion", export({f"T{ID}.csv": "a,b\n1,2\n", f"T{ID}_all.csv": "a,b\n1,2\n3,4\n"}))

    assert [one.text for one in found] == ["T\na | b\na: 1; b: 2\na: 3; b: 4"]


def test_a_large_export_is_an_archive_of_archives() -> None:
    part = export({f"Page{ID}.md": "# 甲\n"})

    found = load("notion", export({"Export-Part-1.zip": part, "Export-Part-2.zip": export({"B.md": "乙"})}))

    assert [one.text for one in found] == ["# 甲\n", "乙"]


def test_pictures_are_reported_once() -> None:
    found = load("notion", export({"A.md": "甲", "B.md": "乙", "img/photo.png": b"\x89PNG"}))

    assert [one.losses for one in found] == [("not read: photo.png",), ()]


def test_paths_that_climb_are_cleaned_and_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    found = load("notion", export({"../../escape.md": "逃逸", "/abs/x.md": "絕對", "..\\win.md": "windows"}), "a.zip")

    assert sorted(one.source for one in found) == ["a.zip#abs/x", "a.zip#escape", "a.zip#win"]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_page_costs_that_page() -> None:
    content = bytearray(export({"A.md": "甲", "B.md": "yyyyyyyyyy"}))
    place = content.index(b"yyyyy")
    content[place] = 0x41

    found = load("notion", bytes(content))

    assert [one.text for one in found] == ["甲"]
    assert found[0].losses == ("damaged, and not read: B.md",)


@pytest.mark.parametrize("content", [export({"a.png": b"x"}), export({}), b"", b"no zip", export({"a.md": " \n"})])
def test_what_is_not_an_export_is_an_error(content: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        load("notion", content)


def test_an_encrypted_archive_says_so() -> None:
    content = bytearray(export({"A.md": "甲"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1

    with pytest.raises(PasswordNeeded, match="encrypted"):
        load("notion", bytes(content))


@pytest.mark.parametrize(
    ("names", "is_one"),
    [
        ([f"a{ID}.md", f"b{ID}.csv", "c.md"], True),
        ([f"a{ID}.md", "b.md"], False),
        ([f"a{ID}.md", f"b{ID}_all.csv"], True),
        ([f"a-{ID[1:]}.HTML"], True),
        ([f"a{ID}.md", *("x.png",) * 9, "folder/"], True),
        ([f"a{ID}x.md"], False),
        (["a.png"], False),
        (["folder/"], False),
        ([], False),
        (["Export-0123abcd-Part-1.zip", "sub/ExportBlock-0123abcd.zip"], True),
        (["Export-0123abcd.zip", "a.md"], False),
        (["Export-01.zip"], False),
    ],
)
def test_an_export_is_known_by_the_numbers_of_its_pages(names: list[str], is_one: bool) -> None:
    assert is_export(names) is is_one


def test_a_table_stands_below_its_title_and_tells_what_was_lost() -> None:
    (found,) = load("notion", export({f"工作{ID}_all.csv": 'a,b\n"1,2\n'}))

    assert [(one.title, one.level) for one in found.sections] == [("工作", 1)]
    assert found.metadata == {"title": "工作"}
    assert "never closed" in found.losses[0]


def test_empty_pages_are_none_and_other_files_are_told() -> None:
    found = load("notion", export({"A.md": " \n", "B.md": "x", "sub/note.txt": "x", "p.zip.png": ""}))

    assert [one.source.partition("#")[2] for one in found] == ["B"]
    assert found[0].losses == ("not read: p.zip.png, note.txt",)


def test_an_archive_without_pages_is_not_an_export() -> None:
    for members in ({}, {"a.txt": "x"}, {"a.md": " "}):
        with pytest.raises(UnreadableDocument, match="no Notion export"):
            load("notion", export(members))
