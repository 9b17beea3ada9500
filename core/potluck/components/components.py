"""The components of a recipe, made when they are first needed, and the fingerprints under which their work is kept."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import cast

from potluck import plugins
from potluck.components import lengths
from potluck.components.turns import turn
from potluck.contracts import (
    ChatModel,
    ChatOptions,
    Component,
    Config,
    Context,
    Embedder,
    EmbedderConfig,
    Kind,
    Loader,
    Metric,
    ModelSources,
    RetrievalChat,
    RetrievalEmbedder,
    Retriever,
    Splitter,
    Tuned,
    Tuner,
    VectorStore,
)
from potluck.documents import Json, Source
from potluck.errors import PotluckError, UnknownFileType
from potluck.fingerprints import fingerprint
from potluck.recipe.effects import retrieval_needs
from potluck.recipe.files_apart import exclude_patterns
from potluck.recipe.model import ComponentSpec, Documents, RecipeModel, always
from potluck.releases import code_of, libraries_of
from potluck.workspace import Workspace


class Components:
    """Makes the components of one recipe. ``close`` closes those that were made."""

    def __init__(self, recipe: RecipeModel, workspace: Workspace, models: ModelSources) -> None:
        """Nothing is made yet."""
        self.recipe = recipe
        self.workspace = workspace
        self.models = models
        self._made: list[Component] = []
        self._loaders: dict[str, tuple[ComponentSpec, str]] = {}
        self._identities: dict[str, dict[str, Json]] = {}
        self._together: str | None = None
        self.adapted: tuple[ComponentSpec, Tuned | None] | None = None
        """The chat model of a recipe with an adapter, and the tuned parameters that it answers with."""

    @cached_property
    def splitter(self) -> Splitter:
        """The recipe's splitter."""
        return cast(Splitter, self._make(self.recipe.splitter))

    @cached_property
    def embedder(self) -> Embedder:
        """The recipe's embedder."""
        return cast(Embedder, self._make(self.recipe.embedder))

    @cached_property
    def chat(self) -> ChatModel:
        """The recipe's chat model. Where it answers with an adapter, ``adapters.resolve`` says with which before."""
        if self.recipe.tuning.adapter is None:
            return self.chat_without_adapter
        assert self.adapted is not None, "resolve_adapter comes first"
        part, tuned = self.adapted
        return cast(ChatModel, self._make(part, tuned=tuned))

    @cached_property
    def chat_without_adapter(self) -> ChatModel:
        """The recipe's chat model as it is before it is tuned."""
        return cast(ChatModel, self._make(self.recipe.chat))

    def prepared_chat(self) -> ChatModel:
        """The recipe's chat model, with everything loaded that an answer needs."""
        with turn(self.chat):
            self.chat.prepare()
        return self.chat

    @cached_property
    def tuner(self) -> Tuner:
        """The recipe's tuner, which has one."""
        assert self.recipe.tuner is not None, "only a recipe with a tuner tunes"
        return self.make_tuner(self.recipe.tuner)

    @cached_property
    def metrics(self) -> tuple[tuple[ComponentSpec, Metric], ...]:
        """The metrics of the answers."""
        return tuple((part, cast(Metric, one)) for part, one in self.make_all("metric"))

    def make_all(self, kind: Kind) -> list[tuple[ComponentSpec, Component]]:
        """New components of a kind: those of every recipe, and behind them those that this one names."""
        own = self.recipe.components.get(kind, ())
        usual = [part for part in always(kind) if part.plugin not in {one.plugin for one in own}]
        return [(part, self._make(part)) for part in (*usual, *own)]

    @cached_property
    def base_model(self) -> Path:
        """The folder of safetensors of the model that the recipe tunes."""
        assert self.recipe.tuning.model is not None, "only a recipe with a model tunes"
        return self.models.folder(self.recipe.tuning.model)

    @cached_property
    def splitter_fingerprint(self) -> str:
        """The fingerprint of everything that decides the chunks of a document."""
        return self._fingerprint(self.recipe.splitter, self.splitter)

    @cached_property
    def embedder_fingerprint(self) -> str:
        """The fingerprint of everything that decides the vector of a text; if a service changed its model, the length
        of the vectors too."""
        found = self._fingerprint(self.recipe.embedder, self.embedder)
        length = lengths.read_lengths(self.workspace.folder).get(found)
        return found if length is None else fingerprint(found, length)

    def note_length(self) -> None:
        """Record the length of the vectors that the embedder gives now: the next indexing embeds everything again."""
        found = self._fingerprint(self.recipe.embedder, self.embedder)
        lengths.keep_length(self.workspace.folder, found, self.embedder.dimensions)

    def take_length(self) -> None:
        """From now on vectors are of the length that the embedder gives now: they belong to another index."""
        self.note_length()
        for name in ("embedder_fingerprint", "passages_id", "index_id", "store"):
            self.__dict__.pop(name, None)

    @cached_property
    def chat_fingerprint(self) -> str:
        """The fingerprint of everything that decides the answer to a message."""
        config = self.recipe.chat.config
        greedy = isinstance(config, ChatOptions) and not config.samples
        return fingerprint(self._fingerprint(self.recipe.chat, self.chat), None if greedy else self.recipe.seed)

    @property
    def uses_vectors(self) -> bool:
        """Whether passages are embedded: whether what retrieves compares their vectors."""
        return "vectors" in retrieval_needs(self.recipe)

    @cached_property
    def passages_id(self) -> str:
        """The fingerprint of the passages: the documents, and how they are read and split.

        Also of the embedder, if the recipe consents to leave out texts that it gives no vector for.
        """
        config = self.recipe.embedder.config
        skips = self.uses_vectors and isinstance(config, EmbedderConfig) and config.on_error == "skip"
        embedder = self.embedder_fingerprint if skips else None
        return fingerprint(*self._meant_documents, self.splitter_fingerprint, embedder)

    @cached_property
    def index_id(self) -> str:
        """The fingerprint of the index: its passages and, if they are embedded, their vectors and the store."""
        if not self.uses_vectors:
            return self.passages_id
        store = fingerprint(installation(self.recipe.store), self.recipe.seed if self._store_uses_seed else None)
        return fingerprint(*self._meant_documents, self.splitter_fingerprint, self.embedder_fingerprint, store)

    @property
    def _meant_documents(self) -> tuple[Json, Json]:
        """The documents that the recipe means, and how it wants them read."""
        documents = self.recipe.documents
        assert documents is not None, "only a recipe with documents has an index"
        loader = _settings_fingerprint(documents.loader) if documents.loader else _by_file_type(documents)
        return [*documents.patterns, "but", *exclude_patterns(self.recipe)], loader

    @property
    def retrieval_id(self) -> str:
        """The fingerprint of everything that decides the passages for a question: the index, and its retriever and
        reranker."""
        recipe, needs = self.recipe, retrieval_needs(self.recipe)
        chat: Json = [installation(recipe.chat), str(recipe.tuning.adapter)] if "chat" in needs else None
        reranker = None if recipe.reranker is None else installation(recipe.reranker)
        embedder = self.embedder_fingerprint if "embedder" in needs else None
        return fingerprint(self.index_id, installation(recipe.retriever_spec), reranker, chat, embedder, recipe.seed)

    @property
    def _store_uses_seed(self) -> bool:
        """Whether another seed is another index: also where the plugin does not say."""
        return plugins.store_offer(self.recipe.store.plugin).uses_seed

    def identities(self) -> dict[str, dict[str, Json]]:
        """What decides the results of the components of an index, by kind; of loaders those that were met so far."""
        assert self.splitter_fingerprint, "computed here at the latest"
        if not self.uses_vectors:
            return {name: one for name, one in self._identities.items() if name not in ("chat", "embedder")}
        store = {**installation(self.recipe.store), "files": {}}
        assert self.embedder_fingerprint, "computed here at the latest"
        return {**{name: one for name, one in self._identities.items() if name != "chat"}, "store": store}

    def _fingerprint(self, part: ComponentSpec, component: Component, name: str = "") -> str:
        found = self._identities[name or part.kind] = identity(part, component)
        return fingerprint(part.kind, found)

    def loader(self, source: Source) -> tuple[ComponentSpec, str]:
        """The loader for a file and its fingerprint. Raises ``UnknownFileType``, or why the plugin cannot be used."""
        documents = self.recipe.documents
        assert documents is not None, "only a recipe with documents loads any"
        extension = PurePosixPath(source.name).suffix.lower().lstrip(".")
        key = "" if documents.loader else extension
        if key not in self._loaders:
            part = documents.loader or self.part_for(extension)
            loader = self.make_loader(part)
            own = self._fingerprint(part, loader, f"loader {part.name}")
            self._loaders[key] = (part, fingerprint(own, self._all_loaders()) if loader.hands_on else own)
        return self._loaders[key]

    def loader_identities(self, sources: Iterable[Source]) -> dict[str, dict[str, Json]]:
        """What decides how files are read, by ``loader NAME``; of those that hand files on, that of all loaders.

        Files that no loader takes are left out.
        """
        for source in {PurePosixPath(one.name).suffix: one for one in sources}.values():
            with suppress(PotluckError):
                self.loader(source)
        return {name: one for name, one in self._identities.items() if name.startswith("loader ")}

    def part_for(self, extension: str) -> ComponentSpec:
        """The loader for files of an extension, with what the recipe says for all documents."""
        assert self.recipe.documents is not None, "only a recipe with documents loads any"
        return loader_for(extension, self.recipe.documents)

    def _all_loaders(self) -> str:
        """The fingerprint of all loaders together, each of which may read an attachment."""
        if self._together is None:
            self._together = fingerprint(*(self._fingerprint_for(one) for one in sorted(plugins.file_types())))
        return self._together

    def _fingerprint_for(self, extension: str) -> str:
        try:
            part = self.part_for(extension)
            return self._fingerprint(part, self._make(part), f"loader {part.name}")
        except PotluckError as error:
            return f"{extension}: {type(error).__name__}"

    def make_loader(self, part: ComponentSpec) -> Loader:
        """A loader for use in this process."""
        return cast(Loader, self._make(part))

    def index_store(self) -> VectorStore:
        """A store for the recipe's index; not opened. The caller closes it."""
        return cast(VectorStore, self._new(self.recipe.store, self.workspace.store_folder(self.index_id)))

    def make_store(self, folder: Path) -> VectorStore:
        """A store of the recipe's kind for vectors that are not of its index; not opened."""
        return cast(VectorStore, self._make(self.recipe.store, folder))

    def make_tuner(self, part: ComponentSpec) -> Tuner:
        """A tuner: the recipe's, or the one that made an artifact."""
        return cast(Tuner, self._make(part))

    def close(self) -> None:
        """Close what was made, last first."""
        while self._made:
            self._made.pop().close()

    def _make(self, part: ComponentSpec, folder: Path | None = None, tuned: Tuned | None = None) -> Component:
        component = self._new(part, folder, tuned)
        self._made.append(component)
        return component

    def make_for_retrieval(
        self,
        spec: ComponentSpec,
        folder: Path,
        embedder: RetrievalEmbedder | None,
        chat: RetrievalChat | None,
        retrievers: tuple[Retriever, ...],
    ) -> Component:
        """A retriever or reranker with what it works with. The caller closes it."""
        context = replace(self._context(spec, folder), embedder=embedder, chat=chat, retrievers=retrievers)
        return plugins.make(spec.plugin, spec.config, context)

    def _new(self, part: ComponentSpec, folder: Path | None = None, tuned: Tuned | None = None) -> Component:
        return plugins.make(part.plugin, part.config, replace(self._context(part, folder), tuned=tuned))

    def _context(self, part: ComponentSpec, folder: Path | None = None) -> Context:
        return Context(
            base=self.recipe.folder,
            folder=folder or self.workspace.folder / part.kind,
            models=self.models,
            seed=self.recipe.seed,
            network=plugins.sends_to(part.plugin, part.config) is not None,
        )


def loader_for(extension: str, documents: Documents) -> ComponentSpec:
    """The loader that the installed packages name for a file name extension."""
    names = plugins.loader_names(extension)
    if not names:
        what = f"'.{extension}' files" if extension else "files without an extension"
        raise UnknownFileType(
            f"no loader is known for {what}. If it is of a type that one reads, name that one: "
            "documents: {use: LOADER, path: ...}"
        )
    if len(names) > 1:
        raise UnknownFileType(
            f"{len(names)} loaders claim '.{extension}' files ({', '.join(names)}); "
            f"name one: documents: {{use: {names[0]}, ...}}"
        )
    plugin = plugins.find("loader", names[0])
    return ComponentSpec(
        kind="loader", name=names[0], plugin=plugin, config=_config(plugins.offer(plugin).config, documents)
    )


def _by_file_type(documents: Documents) -> str:
    return ", ".join(["by file type", documents.encoding or "detected", *documents.also])


def _config(model: type[Config], documents: Documents) -> Config:
    """A loader's settings when it was found by file type: what a recipe says for all documents."""
    common = {"encoding": documents.encoding, "password": documents.password, **dict.fromkeys(documents.also, True)}
    return model(**{key: value for key, value in common.items() if value is not None and key in model.model_fields})


def installation(part: ComponentSpec) -> dict[str, Json]:
    """What decides the results of a component before it is made: its plugin with its code, libraries and settings."""
    plugin = part.plugin
    inner: dict[str, Json] = {"inner": [installation(one) for one in part.inner]} if part.inner else {}
    return {
        "plugin": f"{plugin.package}:{plugin.name}",
        "version": plugin.version,
        "code": code_of(plugin),
        "libraries": dict(libraries_of(plugin)),
        "settings": part.config.decisive(),
        **inner,
    }


def identity(part: ComponentSpec, component: Component) -> dict[str, Json]:
    """All that decides the results of a component: its installation, and the files and releases that it names."""
    return {**installation(part), "files": dict(component.identity())}


def _settings_fingerprint(part: ComponentSpec) -> str:
    return fingerprint(part.plugin.package, part.plugin.name, part.config.decisive())
