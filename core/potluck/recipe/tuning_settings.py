"""The settings of a recipe that tune a model or answer with the result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pydantic import Field

from potluck.contracts import Config, Task
from potluck.documents import Json

FROM_TUNER: Literal["tuner"] = "tuner"
"""``chat: {adapter: {from: tuner}}``: answer with what the recipe's own tuner makes."""

TASKS: tuple[Task, ...] = get_args(Task)

Adapter: TypeAlias = Path | Literal["tuner"]


class DatasetSettings(Config):
    """What a recipe may write under ``dataset``; a bare path stands for ``path``."""

    path: str
    """JSON Lines, JSON, CSV, TSV, XLSX or Parquet, or a folder with train and perhaps validation files of these."""

    input: str | None = None
    """The field that the model is given, or a text with fields: '{premise} / {hypothesis}'. Usual names are found."""

    target: str | None = None
    """The field that the model has to write. Usual names are found."""

    validation: float | str = Field(default=0.1)
    """The validation examples: a part of all examples (0 for none), or a file of its own."""

    split: str | None = None
    """A field that says where an example belongs: train, validation (dev, valid), or anything else for neither."""

    limit: int | None = Field(default=None, ge=1)
    """At most this many examples, drawn at random; of a classification in the shares of all."""

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
