"""A recipe with two passages, one in Chinese and one in English, to be used through LangChain's objects."""

from __future__ import annotations

from pathlib import Path

from potluck import Recipe

NOTES = "第1章 軌道\n道碴厚度不得小於三十公分。\n\n第2章 人員\nEvery worker wears a helmet on the track.\n"
QUESTION = "道碴厚度不得小於多少？"

FAKE_CHAT = (
    "chat: {use: langchain, class: langchain_core.language_models.FakeListChatModel, stop: [。],"
    " arguments: {responses: [三十公分。不多, 好]}}"
)
"""A line of a recipe: a chat model that answers in turn, and stops at the end of a sentence."""


def open_recipe(folder: Path, *lines: str, documents: str = "notes.txt") -> Recipe:
    """A recipe in a folder, with its notes; ``lines`` are more of its YAML, without ``documents`` it has none."""
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    path = folder / "recipe.yaml"
    first = [f"documents: {documents}"] if documents else []
    path.write_text("\n".join([*first, "splitter: sections", *lines]), encoding="utf-8")
    return Recipe.load(path)
