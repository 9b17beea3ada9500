"""A recipe that is being read: its nodes, where relative paths start, and its problems so far."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potluck.recipe.messages import format_value
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.overrides import long_form
from potluck.recipe.validation import ConfigT, plain_value, validate


@dataclass(frozen=True, slots=True)
class RecipeSource:
    """The input of the parser of a key. Each notes the problems of its key in ``findings``, and none stops the search.

    ``path`` is the recipe's file; ``check_installed`` asks whether optional packages are there. ``base`` is where
    relative paths start, if that is not the file's folder.
    """

    root: Node
    path: Path
    check_installed: bool
    findings: Findings
    base: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder where relative paths start."""
        return self.path.parent.resolve() if self.base is None else self.base

    def get(self, key: str) -> Node | None:
        """The node of a top-level key; None if it is absent or null."""
        return self.root.get(key)

    def place_of(self, key: str) -> Place:
        """Where a top-level key is written; the beginning of the recipe if it is not."""
        return self.root.keys.get(key, self.root.place)

    def text(self, key: str) -> str | None:
        """The text of a top-level key; None if there is none, or it is not a text."""
        node = self.get(key)
        if node is None:
            return None
        value = node.value if key == "prompt" else plain_value(node, self.findings)
        if isinstance(value, str) and value.strip():
            return value
        quotes = "" if isinstance(value, str | list) else "; put quotes around it"
        self.findings.note(node.place, f"{key}: expected a text, got {format_value(node.plain())}{quotes}")
        return None

    def section(self, key: str, model: type[ConfigT]) -> ConfigT | None:
        """The settings of a top-level key; the defaults if it is absent, None if they are wrong."""
        node = self.get(key)
        if node is None:
            return model()
        node = long_form(key, node)
        if not isinstance(node.value, dict):
            self.findings.note(node.place, f"{key}: expected a mapping, got {format_value(node.plain())}")
            return None
        found = validate(model, node, key, self.root.keys.get(key, node.place), self.findings)
        return None if found is None else found.config
