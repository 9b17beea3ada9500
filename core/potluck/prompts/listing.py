"""The prompts of a recipe: its own, and those that it compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from potluck.answering.builtin_prompts import CHINESE, ENGLISH
from potluck.documents import Json
from potluck.json_values import as_json
from potluck.prompts.wordings import SHORT_HASH
from potluck.recipe.axes import STRATEGY
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.yaml_reader import normalize_newlines, parse_yaml
from potluck.results.listings import PromptResult


@dataclass(frozen=True, slots=True)
class NamedPrompt:
    """A prompt with where it stands; ``place`` is None for one that comes with potluck."""

    name: str
    text: str
    place: Place | None = None

    @property
    def fingerprint(self) -> str:
        """A name for exactly this wording."""
        return PromptTemplate(self.text).fingerprint

    def as_json(self) -> dict[str, Json]:
        """What ``potluck prompts list --json`` prints."""
        return as_json(
            PromptResult(
                name=self.name,
                hash=self.fingerprint[:SHORT_HASH],
                fields=tuple(sorted(PromptTemplate(self.text).fields)),
                line=self.place.line if self.place else None,
                text=self.text,
            )
        )


def prompts_of(text: str, path: Path) -> list[NamedPrompt]:
    """The prompts of a valid recipe, in the order of the file.

    Without one of its own it uses those that come with potluck, one for each language of questions.
    """
    root = parse_yaml(normalize_newlines(text), Findings(str(path), text))
    found = list(_prompt_nodes(root))
    if not any(prompt.name == "prompt" for prompt in found):
        found += [NamedPrompt("built in, Chinese", CHINESE.answer), NamedPrompt("built in, English", ENGLISH.answer)]
    return found


def _prompt_nodes(root: Node) -> Iterator[NamedPrompt]:
    compared = root.children().get("compare", Node(None, root.place)).children()
    nodes = {"prompt": root.children().get("prompt")}
    for axis, values in compared.items():
        for name, value in values.children().items():
            if axis == "prompt":
                nodes[f"compare.prompt.{name}"] = value
            elif axis == STRATEGY:
                nodes[f"compare.{STRATEGY}.{name}.prompt"] = value.children().get("prompt")
    for name, node in nodes.items():
        if node is not None and isinstance(node.value, str):
            yield NamedPrompt(name, node.value, node.place)
