"""The keys of a recipe that tune a model, and which chat model answers with the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pydantic import Field

from potluck.contracts import Config, Offer, Task
from potluck.contracts.component import Component
from potluck.documents import Json
from potluck.recipe.nodes import Node

FROM_TUNER: Literal["tuner"] = "tuner"
"""``chat: {adapter: {from: tuner}}``: answer with what the recipe's own tuner makes."""

TASKS: tuple[Task, ...] = get_args(Task)

Adapter: TypeAlias = Path | Literal["tuner"]


class DatasetSettings(Config):
    """What a recipe may write under ``dataset``; a bare path stands for ``path``."""

    path: str
    """JSON Lines, JSON, CSV, TSV or Parquet, or a folder with train and perhaps validation files of these."""

    input: str | None = None
    """The field that the model is given, or a text with fields: '{premise} / {hypothesis}'. Usual names are found."""

    target: str | None = None
    """The field that it has to say. Usual names are found."""

    validation: float | str = Field(default=0.1)
    """What is kept apart to watch the training: a part of the examples (0 for none), or a file of its own."""

    split: str | None = None
    """A field that says where an example belongs: train, validation (dev, valid), or anything else for neither."""

    limit: int | None = Field(default=None, ge=1)
    """Only so many examples, drawn at random; of a classification in the shares of all."""

    encoding: str | None = None
    """The encoding of the files, where the guess is wrong: big5, gb18030, utf-16."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a recipe says about tuning, besides the tuner."""

    model: str | None = None
    task: Task | None = None
    dataset: DatasetSettings | None = None
    adapter: Adapter | None = None

    def as_mapping(self) -> dict[str, Json]:
        """As a recipe would write it."""
        said: dict[str, Json] = {
            "model": self.model,
            "task": self.task,
            "dataset": self.dataset.model_dump(mode="json") if self.dataset else None,
            "adapter": str(self.adapter) if isinstance(self.adapter, Path) else None,
        }
        return {key: value for key, value in said.items() if value is not None}


def split_adapter(chat: Node) -> tuple[Node, Node | None]:
    """A chat model's mapping without the key ``adapter``, which is not the plugin's, and that key's value."""
    if not isinstance(chat.value, dict) or "adapter" not in chat.value:
        return chat, None
    rest = {key: value for key, value in chat.value.items() if key != "adapter"}
    return Node(rest, chat.place, chat.keys), chat.value["adapter"]


def with_model(chat: Node, model: Node, offered: Offer[Component] | None) -> Node:
    """A chat model's mapping with the recipe's model, where its plugin needs one and it names none."""
    if offered is None or not isinstance(chat.value, dict) or "model" in chat.value:
        return chat
    field = offered.config.model_fields.get("model")
    if field is None or not field.is_required():
        return chat
    return Node({**chat.value, "model": model}, chat.place, {**chat.keys, "model": model.place})
