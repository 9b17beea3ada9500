"""The retriever and the reranker of the how-to keep every rule, and find and order passages.

Modules: ``potluck.contracts.reranker``, ``potluck.contracts.retriever``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.testing import Check, Skipped, checks
from support.fake_plugins import install, install_hashing, visible

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-retriever.md"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The plugins of the page, installed as they stand there."""
    code, reranker = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-pairs", {"potluck.retrievers": {"pairs": "pairs_of_letters"}}, {"pairs_of_letters": code})
    install(site, "potluck-numbers", {"potluck.rerankers": {"numbers": "numbers_first"}}, {"numbers_first": reranker})
    with visible(site, monkeypatch):
        yield tmp_path


def test_it_keeps_the_contract(site: Path) -> None:
    skipped = set()
    for check in checks("retriever"):
        try:
            check("pairs", site / check.rule)
        except Skipped:
            skipped.add(check.rule)

    assert skipped == {"threads-as-it-says", *(check.rule for check in checks("retriever") if is_of_index(check))}


def is_of_index(check: Check) -> bool:
    return check.rule.startswith("its-")


@pytest.mark.parametrize(
    ("question", "found"), [("道碴厚度不得小於多少？", "一.txt"), ("How deep must the ballast be?", "two.txt")]
)
def test_it_finds_passages_as_the_page_writes_it(question: str, found: str, site: Path) -> None:
    (written, *_) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (site / "recipe.yaml").write_text(f"documents: '*.txt'\nembedder: hashing\n{written}", encoding="utf-8")
    (site / "一.txt").write_text("道碴厚度不得小於三十公分。", encoding="utf-8")
    (site / "two.txt").write_text("The ballast must be thirty centimetres deep.", encoding="utf-8")

    with Recipe.load(site / "recipe.yaml") as recipe:
        (passage,) = recipe.ask(question).retrieved

    assert passage.source == found


def test_its_reranker_keeps_the_contract(site: Path) -> None:
    skipped = set()
    for check in checks("reranker"):
        try:
            check("numbers", site / check.rule)
        except Skipped:
            skipped.add(check.rule)

    assert skipped <= {"threads-as-it-says"}


@pytest.mark.parametrize(
    ("question", "found"), [("哪裡提到２５公尺？", "二.txt"), ("Where are 40 metres?", "four.txt")]
)
def test_its_reranker_puts_the_passage_with_the_number_first(question: str, found: str, site: Path) -> None:
    *_, written = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (site / "recipe.yaml").write_text(f"documents: '*.txt'\nembedder: hashing\n{written}", encoding="utf-8")
    texts = {
        "一": "哪裡提到公尺？長度是10公尺。",
        "二": "鋼軌長25公尺。",
        "three": "Where are 30 metres?",
        "four": "It takes 40.",
    }
    for name, text in texts.items():
        (site / f"{name}.txt").write_text(text, encoding="utf-8")

    with Recipe.load(site / "recipe.yaml") as recipe:
        first, *_ = recipe.ask(question).retrieved

    assert first.source == found
