"""What a stranger has to know to ask a model as it was tuned; ``potluck.json`` holds it, and the card shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from potluck.contracts import ChatOptions
from potluck.contracts.tuner import ModelKind
from potluck.datasets.wording import TaskWording
from potluck.documents import Json
from potluck.models.rendering import render_prompt
from potluck.models.tokenizer import end_tokens
from potluck.recipe.model import ComponentSpec


@dataclass(frozen=True, slots=True)
class CardUsage:
    """How the model is asked, and what it comes from.

    ``wording`` has fields as ``str.format`` has them. ``first`` are the tokens in front of a prompt that no chat
    template writes; ``end`` is the token that ends an answer, empty for none. ``chat`` is the chat model that
    the recipe names, ``max_tokens`` the longest answer that it asks for. ``licence`` is what the base's files call
    theirs, empty if they do not say; ``data`` is the name of the file that was learned from, ``validated`` how many
    examples were kept apart.
    """

    kind: ModelKind
    wording: str
    fields: tuple[str, ...]
    template: bool
    first: tuple[int, ...]
    end: str
    chat: str
    max_tokens: int
    licence: str
    data: str
    validated: int

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> CardUsage:
        """From ``potluck.json``."""
        return cls(**{**said, "fields": tuple(said["fields"]), "first": tuple(said["first"])})

    def as_json(self) -> dict[str, Json]:
        """As ``potluck.json`` has it."""
        said = asdict(self)
        return {**said, "fields": list(self.fields), "first": list(self.first)}


def card_usage(
    kind: ModelKind, tokenizer: Any, wording: TaskWording, chat: ComponentSpec, licence: str, data: str, validated: int
) -> CardUsage:
    """Of a tokenizer with the end token that was trained, and the wording and the chat model of the recipe."""
    first, _ = render_prompt("", tokenizer, str(tokenizer.name_or_path))
    return CardUsage(
        kind=kind,
        wording=wording.template.text,
        fields=wording.fields,
        template=tokenizer.chat_template is not None,
        first=() if tokenizer.chat_template is not None else tuple(first),
        end=next(iter(end_tokens(tokenizer)), ""),
        chat=chat.name,
        max_tokens=chat.config.max_tokens if isinstance(chat.config, ChatOptions) else ChatOptions().max_tokens,
        licence=licence,
        data=Path(data).name,
        validated=validated,
    )
