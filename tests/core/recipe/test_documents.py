"""Settings for documents whose loader is chosen by file type: each reaches the loaders that have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck import Recipe
from potluck.documents import Document
from potluck.planning.preview import show
from support.word import docx, p, r

COMMENT = f'<w:comment w:id="0">{p("每十天？")}</w:comment>'
BODY = [p("濾網每十四天清洗一次", '<w:r><w:commentReference w:id="0"/></w:r>', "。"), p(r("內部資料", "<w:vanish/>"))]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "filter.docx").write_bytes(docx(*BODY, parts={"comments": COMMENT}))
    (tmp_path / "docs" / "notes.txt").write_text("泵在第七室。", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "text", "lost"),
    [
        ("", "濾網每十四天清洗一次。", ["comments", "hidden"]),
        (", comments: true", "濾網每十四天清洗一次 [comment: 每十天？]。", ["hidden"]),
        (", hidden: true", "濾網每十四天清洗一次。\n內部資料", ["comments"]),
        (", comments: true, hidden: true", "濾網每十四天清洗一次 [comment: 每十天？]。\n內部資料", []),
    ],
)
def test_comments_and_hidden_text_are_read_beside_files_of_other_kinds(
    home: Path, settings: str, text: str, lost: list[str]
) -> None:
    (home / "recipe.yaml").write_text(f"documents: {{path: docs/*{settings}}}\n", encoding="utf-8")
    with Recipe.load(home / "recipe.yaml") as recipe:
        (load, *_) = recipe.index().ledger.entries
        passages = recipe.ask("濾網多久清洗一次？").retrieved

    assert [passage.text for passage in passages if passage.source == "docs/filter.docx"] == [text]
    assert [word for word in ("comments", "hidden") if any(word in note for note in load.notes)] == lost


def test_another_setting_is_another_index_and_the_same_one_is_not(home: Path) -> None:
    def index(settings: str) -> int:
        (home / "recipe.yaml").write_text(f"documents: {{path: docs/*{settings}}}\n", encoding="utf-8")
        with Recipe.load(home / "recipe.yaml") as recipe:
            return recipe.index().loaded

    assert [index(""), index(", comments: true"), index(", comments: true"), index(", comments: false")] == [2, 1, 0, 0]


def test_the_settings_can_be_given_to_load(home: Path) -> None:
    (outcome,) = show([home / "docs" / "filter.docx"], None, ["comments=true", "hidden=true"])

    assert isinstance(outcome, list)
    assert [type(one) for one in outcome] == [Document]
    assert outcome[0].text == "濾網每十四天清洗一次 [comment: 每十天？]。\n內部資料"
