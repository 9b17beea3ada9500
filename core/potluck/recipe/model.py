"""A recipe that has been read and validated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from potluck import plugins
from potluck.contracts import KINDS, ChatOptions, Config, Kind, PluginKind
from potluck.documents import Json
from potluck.plugins import Plugin
from potluck.recipe.decision import DecisionSettings
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.tuning_settings import FROM_TUNER, Tuning
from potluck.redaction import redact, redact_mapping

NAMED = tuple(kind for kind in KINDS.values() if kind.form != "own")
"""The kinds that a recipe names by a key alone."""

FORMAT = 1
"""The version of the recipe format; ``potluck: 1`` in a recipe."""

KEYS = (
    "potluck",
    "name",
    "documents",
    "splitter",
    "embedder",
    "store",
    "retriever",
    "chat",
    "answer",
    "model",
    "task",
    "dataset",
    "tuner",
    "adapter",
    "prompt",
    "shots",
    "questions",
    *(kind.key for kind in NAMED),
    "compare",
    "observers",
    "seed",
)
"""The keys of a recipe."""

FIXED = ("potluck", "name", "compare", *(kind.key for kind in KINDS.values() if kind.why_idle))
"""The keys of a recipe that a comparison cannot swap."""

MAX_SEED = (1 << 32) - 1
"""The largest seed that every library of random numbers takes."""

DEFAULTS: Mapping[Kind, str] = {name: kind.default for name, kind in KINDS.items() if kind.default is not None}
"""The plugins (``package:name``) that are used if a recipe names none."""

COMPONENTS = (*DEFAULTS, "tuner", *(kind.key for kind in NAMED if kind.form == "one"))
"""The keys of a recipe that name a plugin, whose bare name stands for a mapping with ``use``."""


@dataclass(frozen=True, slots=True)
class ComponentSpec:
    """A component as a recipe names it: which plugin, with which settings."""

    kind: Kind
    name: str
    plugin: Plugin
    config: Config
    secrets: Mapping[str, Json] = field(default_factory=dict)
    """How the settings that are secrets are written: ``${NAME}``."""
    inner: tuple[ComponentSpec, ...] = ()
    """The components that its settings name, in order: the retrievers of which a retriever is composed."""

    def walk(self) -> Iterator[ComponentSpec]:
        """This one, and all within it."""
        yield self
        for one in self.inner:
            yield from one.walk()


def always(kind: Kind) -> tuple[ComponentSpec, ...]:
    """The components of a kind that every recipe has, with their own settings."""
    found = [plugins.find(kind, name) for name in KINDS[kind].always]
    return tuple(ComponentSpec(kind, plugin.name, plugin, plugins.offer(plugin).config()) for plugin in found)


class DocumentSettings(Config):
    """What a recipe may write under ``documents`` where the loader is chosen by file type."""

    path: str | tuple[str, ...]
    """Files, folders or globs (``**`` spans folders), relative to the recipe. Folders and globs leave out the recipe
    and the files of questions and examples that it names."""

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

    comments: bool = False
    """Read what reviewers wrote in the margins of office files; otherwise it is left out and counted."""

    hidden: bool = False
    """Read hidden text, rows, columns, sheets and slides of office files; otherwise they are left out and counted."""

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            b"x".decode(value or "utf-8", "replace")
        except (LookupError, ValueError) as error:
            raise ValueError(f"there is no encoding {value!r}") from error
        return value


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a recipe. ``loader`` is None if it is chosen by file type."""

    patterns: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    loader: ComponentSpec | None = None
    encoding: str | None = None
    password: SecretStr | None = None
    private: bool = False
    on_error: Literal["report", "skip"] = "report"
    secrets: Mapping[str, Json] = field(default_factory=dict)
    """How the password is written: ``${NAME}``."""

    comments: bool = False
    hidden: bool = False

    @property
    def also(self) -> tuple[str, ...]:
        """The settings that make loaders read what they otherwise leave out."""
        return tuple(name for name in ("comments", "hidden") if getattr(self, name))


class RetrieverSettings(Config):
    """How passages are found and passed on."""

    k: int = Field(default=4, ge=1, le=1000)
    """How many passages an answer is made from."""

    fit: Literal["error", "drop_last", "split"] = "error"
    """What to do if they do not fit the chat model: refuse, leave out the last, or ask in several calls."""


class AnswerSettings(Config):
    """How an answer is made from several passages."""

    method: Literal["stuff", "map_reduce", "refine", "map_rerank"] = "stuff"
    """All at once; each, then the answers; one after another; each, then the most confident answer."""


class ShotSettings(Config):
    """What a recipe may write under ``shots``; a bare number stands for ``count``."""

    count: int = Field(default=0, ge=0, le=64)
    """How many worked examples the prompt shows before the question."""

    examples: str | None = None
    """A JSON Lines file of questions with answers, relative to the recipe. None of the questions asked is shown."""

    select: Literal["random", "balanced", "nearest"] = "random"
    """The same for all questions; as many without an answer as with one; or those most like the question."""


@dataclass(frozen=True, slots=True)
class Shots:
    """The worked examples of a prompt. ``examples`` is None if there are none."""

    count: int = 0
    examples: Path | None = None
    select: Literal["random", "balanced", "nearest"] = "random"


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a recipe: its text, and the overrides.

    ``replacements`` are key, value, and what messages call the place of the override.
    """

    text: str
    overrides: tuple[str, ...] = ()
    replacements: tuple[tuple[str, Json, str], ...] = ()
    check_installed: bool = True
    folder: Path | None = None
    """Where relative paths start, of documents that have no recipe; None for the folder of the recipe."""
    apart: tuple[Path, ...] = ()
    """Files that the caller uses for something else, and that are no documents: a file of questions."""


@dataclass(frozen=True, slots=True)
class RecipeModel:
    """A recipe, with every default filled in. Relative paths start at ``folder``."""

    path: Path
    folder: Path
    name: str
    documents: Documents | None
    splitter: ComponentSpec
    embedder: ComponentSpec
    store: ComponentSpec
    chat: ComponentSpec
    retriever_spec: ComponentSpec
    retriever: RetrieverSettings = field(default_factory=RetrieverSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    prompt: PromptTemplate | None = None
    shots: Shots = field(default_factory=Shots)
    questions: Path | None = None
    tuning: Tuning = field(default_factory=Tuning)
    tuner: ComponentSpec | None = None
    components: Mapping[Kind, tuple[ComponentSpec, ...]] = field(default_factory=dict)
    """Those of the kinds that are named by a key alone, as far as the recipe names some."""
    compare: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    decision: DecisionSettings = field(default_factory=DecisionSettings)
    seed: int = 0
    training: int = 0
    """Which of several trainings of the recipe, counted from 0; no recipe says it."""
    observers: tuple[ComponentSpec, ...] = field(default=(), compare=False)
    """The observers: they affect neither the results nor a run's manifest."""
    origin: Origin = field(default=Origin(""), repr=False, compare=False)

    def as_mapping(self) -> dict[str, Json]:
        """The recipe with all defaults written out, for a run's manifest; it can be read as a recipe again.

        Secrets are in it as they are written, ``${NAME}``; those that are not written are left out. Passwords and keys
        within addresses are starred.
        """
        optional: dict[str, Json] = {
            "documents": self._documents(),
            "prompt": self.prompt.text if self.prompt else None,
            "shots": _shots(self.shots),
            "questions": str(self.questions) if self.questions else None,
            "tuner": _component(self.tuner) if self.tuner else None,
            **{kind.key: self._plugins_of(kind) for kind in NAMED},
            "compare": self._compare() or None,
        }
        return {
            "potluck": FORMAT,
            "name": self.name,
            "splitter": _component(self.splitter),
            "embedder": _component(self.embedder),
            "store": _component(self.store),
            "retriever": self._retriever(),
            "chat": self._chat(),
            "answer": self.answer.model_dump(mode="json"),
            **self.tuning.as_mapping(),
            **{key: value for key, value in optional.items() if value is not None},
            "seed": self.seed,
        }

    def _compare(self) -> dict[str, Json]:
        axes = {axis: _axis(axis, values) for axis, values in self.compare.items()}
        return {**self.decision.as_mapping(), **axes}

    @property
    def is_trained(self) -> bool:
        """Whether the recipe answers with what its own tuner makes."""
        return self.tuner is not None and self.tuning.adapter == FROM_TUNER

    @property
    def training_seed(self) -> int:
        """The seed of the training; the first one's is the recipe's."""
        return (self.seed + self.training) % (MAX_SEED + 1)

    @property
    def metrics(self) -> tuple[ComponentSpec, ...]:
        """The metrics besides those of every recipe."""
        return self.components.get("metric", ())

    @property
    def reranker(self) -> ComponentSpec | None:
        """The reranker of the passages that were found."""
        return next(iter(self.components.get("reranker", ())), None)

    def spec_of(self, key: str) -> ComponentSpec | None:
        """The component of a key that names one; None if the recipe has none, and for other keys."""
        found = self.retriever_spec if key == "retriever" else getattr(self, key, None)
        return found if isinstance(found, ComponentSpec) else None

    def _plugins_of(self, kind: PluginKind) -> Json:
        found = [_component(part) for part in self.components.get(kind.name, ())]
        return None if not found else found[0] if kind.form == "one" else list(found)

    def _retriever(self) -> dict[str, Json]:
        found = _component(self.retriever_spec)
        if self.retriever_spec.name == KINDS["retriever"].default_name:
            found.pop("use")
        return {**found, **self.retriever.model_dump(mode="json")}

    def _chat(self) -> dict[str, Json]:
        from_tuner: dict[str, Json] = {"adapter": {"from": FROM_TUNER}}
        return {**_component(self.chat), **(from_tuner if self.tuning.adapter == FROM_TUNER else {})}

    def _documents(self) -> Json:
        documents = self.documents
        if documents is None:
            return None
        common: dict[str, Json] = {
            "path": list(documents.patterns),
            "exclude": list(documents.exclude),
            "private": documents.private,
            "on_error": documents.on_error,
        }
        if documents.loader is not None:
            return {**common, **_component(documents.loader)}
        return {**common, "encoding": documents.encoding, **dict.fromkeys(documents.also, True), **documents.secrets}


def _shots(shots: Shots) -> Json:
    if not shots.count:
        return None
    return {"count": shots.count, "examples": str(shots.examples), "select": shots.select}


def _axis(axis: str, values: Mapping[str, Json]) -> dict[str, Json]:
    """An axis as it is kept: passwords and keys starred, in the names of the values too."""
    key = axis.rpartition(".")[2]
    return {redact(name): redact_mapping({key: value})[key] for name, value in values.items()}


def _component(part: ComponentSpec) -> dict[str, Json]:
    unsent = part.config.unsent if isinstance(part.config, ChatOptions) else frozenset()
    settings = part.config.model_dump(mode="json", by_alias=True, exclude={*part.config.secrets(), *unsent})
    return {"use": part.name, **redact_mapping(settings), **part.secrets}
