"""From the nodes of a recipe to a validated model: every problem is noted at its place, none stops the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import cast

from potluck import plugins
from potluck.contracts import KINDS, Config, Kind, Offer, PluginKind
from potluck.contracts.component import Component
from potluck.errors import MissingDependency, PluginError
from potluck.recipe.axes import read_axes
from potluck.recipe.messages import format_value
from potluck.recipe.model import (
    DEFAULTS,
    FORMAT,
    KEYS,
    MAX_SEED,
    NAMED,
    AnswerSettings,
    ComponentSpec,
    Documents,
    DocumentSettings,
    RecipeModel,
    RetrieverSettings,
    Shots,
    ShotSettings,
)
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.observer_keys import nodes_of_list, privacy_problem, read_observers
from potluck.recipe.overrides import long_form
from potluck.recipe.paths import file_problem, pattern_problem
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.retriever_keys import read_retriever, too_few_candidates, with_inner
from potluck.recipe.tuning_keys import TuningKeys, answers_with
from potluck.recipe.tuning_settings import DatasetSettings, Tuning, split_adapter, with_model
from potluck.recipe.validation import ONLY_FOR_SECRETS, ConfigT, Validated, plain_value, validate
from potluck.suggestions import did_you_mean

_LONGEST_NAME = 100
"""Characters of a plugin's name; looking for names like a longer one would take long."""

_PROMPT_FIELDS = ("context", "question")
"""The fields that a prompt has to have; ``{examples}`` only where ``shots`` asks for some."""
_COMMON = ("path", "exclude", "private", "on_error")
"""The keys of ``documents`` that stand beside the settings of a loader that is named."""


class Builder:
    """Builds one recipe and notes its problems in ``findings``."""

    def __init__(self, root: Node, path: Path, check_installed: bool, findings: Findings) -> None:
        """``path`` is the recipe's file; ``check_installed`` asks whether optional packages are there."""
        self.root = root
        self.findings = findings
        self._path = path
        self._check_installed = check_installed
        self._named: dict[Kind, Place] = {}
        """Where the recipe names each component."""

    def build(self) -> RecipeModel | None:
        """The recipe, or None where there are problems that leave none."""
        self._format()
        folder = self._path.parent.resolve()
        documents = self._documents()
        retriever, retriever_spec = read_retriever(self.root, self.findings, self._component)
        parts = {kind: retriever_spec if kind == "retriever" else self._part(kind) for kind in DEFAULTS}
        tuner, tuning = self._tuning(folder, parts["chat"])
        self._unknown_keys(parts)
        answer = self._section("answer", AnswerSettings)
        name, prompt, seed = self._text("name") or self._path.stem, self._prompt(), self._seed()
        shots = self._shots(folder, prompt)
        questions = self._questions(folder)
        watching = list(
            read_observers(self.root, lambda node: self._component("observer", node, "observers"), self.findings)
        )
        named = {kind.name: self._named_by_key(kind) for kind in NAMED}
        self._check_candidates(retriever, named["reranker"])
        self._privacy(documents, parts, [*watching, *chain.from_iterable(named.values())])
        compare = read_axes(self.root, KEYS, self.findings, self._variant)
        if self.findings or retriever is None or answer is None or None in parts.values():
            return None
        found = cast("dict[Kind, ComponentSpec]", parts)
        return RecipeModel(
            path=self._path,
            folder=folder,
            name=name,
            documents=documents,
            splitter=found["splitter"],
            embedder=found["embedder"],
            store=found["store"],
            chat=found["chat"],
            retriever_spec=found["retriever"],
            retriever=retriever,
            answer=answer,
            prompt=prompt,
            shots=shots,
            questions=questions,
            tuning=tuning,
            tuner=tuner,
            components={kind: tuple(part for part, _ in those) for kind, those in named.items() if those},
            compare=compare,
            seed=seed,
            observers=tuple(part for part, _ in watching),
        )

    # One key after the other

    def _format(self) -> None:
        node = self._get("potluck")
        if node is not None and (node.value != FORMAT or not isinstance(node.value, int) or node.value is True):
            message = f"potluck: this potluck knows recipes of format {FORMAT}, got {format_value(node.plain())}"
            self.findings.note(node.place, message)

    def _documents(self) -> Documents | None:
        """The documents; None where there are none or they are wrong."""
        node = self._get("documents")
        if node is None:
            return None
        node = long_form("documents", node)
        if not isinstance(node.value, dict):
            message = f"documents: expected paths or a mapping with 'path', got {format_value(node.plain())}"
            self.findings.note(node.place, message)
            return None
        use = node.value.get("use")
        named = use is not None and use.value is not None
        own = {key: value for key, value in node.value.items() if key not in _COMMON}
        rest = {key: value for key, value in node.value.items() if key in _COMMON or (not named and key != "use")}
        loader = self._component("loader", Node(own, node.place, node.keys), "documents", _COMMON) if named else None
        at = self.root.keys.get("documents", node.place)
        found = validate(DocumentSettings, Node(rest, node.place, node.keys), "documents", at, self.findings, ("use",))
        if found is None:
            return None
        self._paths(node, found.config)
        return _documents_of(found, loader)

    def _paths(self, node: Node, settings: DocumentSettings) -> None:
        for key, written in (("path", settings.path), ("exclude", settings.exclude)):
            if key == "path" and written == ():
                self.findings.note(node.find((key,)), "documents.path: names no files")
            for number, pattern in enumerate(_tuple(written)):
                if (problem := pattern_problem(pattern)) is not None:
                    place = node.find((key,) if isinstance(written, str) else (key, number))
                    self.findings.note(place, f"documents.{key}: {problem}")

    def _part(self, kind: Kind) -> ComponentSpec | None:
        node = self._get(kind)
        if kind == "chat":
            return self._chat(node)
        return self._component(kind, Node({}, self.root.place) if node is None else long_form(kind, node), kind)

    def _chat(self, node: Node | None) -> ComponentSpec | None:
        """The chat model: of a recipe that tunes or names a task, the model that it is about."""
        model = self._get("model")
        if node is None and model is not None:
            local = Node(KINDS["chat"].default_with_model, model.place)
            node = Node({"use": local, "model": model}, model.place, {"use": model.place, "model": model.place})
        if node is None:
            return self._component("chat", Node({}, self.root.place), "chat")
        rest, adapter = split_adapter(long_form("chat", node))
        use = rest.children().get("use")
        if use is None and adapter is not None and model is not None and isinstance(rest.value, dict):
            use = Node(KINDS["chat"].default_with_model, adapter.place)
            rest = Node({"use": use, **rest.value}, rest.place, {"use": adapter.place, **rest.keys})
        if model is not None and use is not None and isinstance(use.value, str):
            rest = with_model(rest, model, self._offered("chat", use.value))
        part = self._component("chat", rest, "chat")
        if part is not None and adapter is not None and plugins.chat_offer(part.plugin).takes_tuned is False:
            others = plugins.capable_names("chat", lambda one: one.takes_tuned is True)
            message = f"the chat model {part.name!r} does not answer with what was tuned; chat models that do: {others}"
            self.findings.note(adapter.place, f"chat.adapter: {message}")
        return part

    def _offered(self, kind: Kind, name: str) -> Offer[Component] | None:
        """What a plugin offers; None where that is not known, which is noted elsewhere."""
        try:
            return plugins.offer(plugins.find(kind, name))
        except PluginError:
            return None

    def _tuning(self, folder: Path, chat: ComponentSpec | None) -> tuple[ComponentSpec | None, Tuning]:
        node = self._get("tuner")
        tuner = None if node is None else self._component("tuner", long_form("tuner", node), "tuner")
        able = None if tuner is None else plugins.tuner_offer(tuner.plugin).tasks
        keys = TuningKeys(self.root, folder, self.findings)
        model = self._text("model")
        tuning = Tuning(model, keys.task(), keys.dataset(), keys.adapter(answers_with(chat, model)))
        keys.check_tuner(tuning, tuner.name if tuner is not None else "", able)
        return tuner, tuning

    def _named_by_key(self, kind: PluginKind) -> list[tuple[ComponentSpec, Place]]:
        """The components of a kind that the recipe names, each once."""
        found: list[tuple[ComponentSpec, Place]] = []
        for node in nodes_of_list(self.root, kind.key, self.findings):
            part = self._component(kind.name, node, kind.key)
            if part is None:
                continue
            if found and kind.form == "one":
                self.findings.note(node.place, f"{kind.key}: expected one {kind.noun}, got several")
            elif any(part.plugin == other.plugin for other, _ in found):
                self.findings.note(node.place, f"{kind.key}: {part.name!r} is named twice")
            found.append((part, node.place))
        return found

    def _component(self, kind: Kind, node: Node, label: str, names: tuple[str, ...] = ()) -> ComponentSpec | None:
        """A component written as a mapping with ``use``; ``names`` are keys of the mapping that are not its own."""
        if not isinstance(node.value, dict):
            message = f"{label}: expected a plugin's name or a mapping with 'use', got {format_value(node.plain())}"
            self.findings.note(node.place, message)
            return None
        at = self.root.keys.get(label, self.root.place)
        use = node.value.get("use")
        name = self._name(kind, label, use)
        if name is None:
            return None
        place = at if use is None or use.value is None else use.place
        self._named[kind] = place
        default = f" (it is the default; '{kind}:' chooses another)" if place is at else ""
        plugin = self._find(kind, name, place, default)
        offered = None if plugin is None else self._offer(plugin, place, default)
        if plugin is None or offered is None:
            return None
        settings = {key: value for key, value in node.value.items() if key != "use"}
        rest = Node(settings, node.place, node.keys)
        found = validate(offered.config, rest, label, at, self.findings, ("use", *names))
        if found is None:
            return None
        spec = ComponentSpec(kind, name, plugin, found.config, found.secrets)
        return with_inner(spec, rest, label, self.findings, self._component) if kind == "retriever" else spec

    def _name(self, kind: Kind, label: str, use: Node | None) -> str | None:
        """The name that is used, or None for one that is wrong."""
        if use is None or use.value is None:
            if kind in DEFAULTS:
                return DEFAULTS[kind]
            self.findings.note(
                self.root.keys.get(label, self.root.place), f"{label}: name a plugin: {label}: {{use: ...}}"
            )
            return None
        written = plain_value(use, self.findings)
        if isinstance(written, str):
            return written
        self.findings.note(use.place, f"{label}.use: expected a plugin's name, got {format_value(written)}")
        return None

    def _find(self, kind: Kind, name: str, place: Place, default: str) -> plugins.Plugin | None:
        try:
            if len(name) > _LONGEST_NAME:
                raise PluginError(f"unknown {kind} {format_value(name)}")
            return plugins.find(kind, name)
        except PluginError as error:
            self.findings.note(place, str(error) + default)
            return None

    def _offer(self, plugin: plugins.Plugin, place: Place, default: str) -> Offer[Component] | None:
        label = f"{plugin.kind} {plugin.name!r} of {plugin.package} {plugin.version}"
        try:
            offered = plugins.offer(plugin)
            if not (isinstance(offered.config, type) and issubclass(offered.config, Config)):
                raise PluginError(f"{label} does not work: the 'config' of its Offer is no potluck.contracts.Config")
            if self._check_installed:
                plugins.require(plugin)
        except MissingDependency as error:
            self.findings.note(place, str(error) + default)
        except PluginError as error:
            self.findings.note(place, str(error) + default)
            return None
        except Exception as error:  # asking for a package imports what stands above it
            self.findings.note(place, f"{label} does not work: {type(error).__name__}: {error}")
            return None
        return offered

    def _section(self, key: str, model: type[ConfigT]) -> ConfigT | None:
        """A key with settings of its own."""
        node = self._get(key)
        if node is None:
            return model()
        node = long_form(key, node)
        if not isinstance(node.value, dict):
            self.findings.note(node.place, f"{key}: expected a mapping, got {format_value(node.plain())}")
            return None
        found = validate(model, node, key, self.root.keys.get(key, node.place), self.findings)
        return None if found is None else found.config

    def _prompt(self) -> PromptTemplate | None:
        text, node = self._text("prompt"), self._get("prompt")
        if text is None or node is None:
            return None
        try:
            template = PromptTemplate(text)
        except ValueError as error:
            self.findings.note(node.place, f"prompt: {error}")
            return None
        # What a prompt of a dataset alone may name is known when its rows are read.
        if self._get("documents") is not None or (self._get("dataset") is None and self._get("task") is None):
            for message in _prompt_problems(template):
                self.findings.note(node.place, f"prompt: {message}")
        return template

    def _shots(self, folder: Path, prompt: PromptTemplate | None) -> Shots:
        settings, node = self._section("shots", ShotSettings), self._get("shots")
        if settings is None or node is None or not settings.count:
            return Shots()
        if settings.examples is None:
            self.findings.note(node.place, "shots: name a file of examples: shots: {count: 3, examples: FILE.jsonl}")
            return Shots()
        place = node.find(("examples",))
        if (problem := file_problem(folder, settings.examples)) is not None:
            self.findings.note(place, f"shots.examples: {problem}")
        if prompt is not None and "examples" not in prompt.fields:
            at = self.root.children()["prompt"].place
            self.findings.note(at, "prompt: the field {examples} is missing, and shots asks for some")
        return Shots(settings.count, folder / Path(settings.examples).expanduser(), settings.select)

    def _questions(self, folder: Path) -> Path | None:
        text, node = self._text("questions"), self._get("questions")
        if text is None or node is None:
            return None
        problem = file_problem(folder, text)
        if problem is not None:
            self.findings.note(node.place, f"questions: {problem}")
            return None
        return folder / Path(text).expanduser()

    def _seed(self) -> int:
        node = self._get("seed")
        if node is None:
            return 0
        value = plain_value(node, self.findings)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SEED:
            return value
        self.findings.note(node.place, f"seed: expected a whole number from 0 to {MAX_SEED}, got {format_value(value)}")
        return 0

    def _check_candidates(
        self, retriever: RetrieverSettings | None, rerankers: Sequence[tuple[ComponentSpec, Place]]
    ) -> None:
        for part, place in rerankers:
            for problem in too_few_candidates(retriever or RetrieverSettings(), part.config):
                node = self.root.children()["reranker"]
                at = node.find(("candidates",)) if "candidates" in node.children() else place
                self.findings.note(at, problem)

    def _privacy(
        self,
        documents: Documents | None,
        parts: Mapping[Kind, ComponentSpec | None],
        watching: Sequence[tuple[ComponentSpec, Place]],
    ) -> None:
        """Nothing of private documents may be sent anywhere."""
        if documents is None or not documents.private:
            return
        placed = [(part, self._named[part.kind]) for part in (*parts.values(), documents.loader) if part is not None]
        for part, place in (*placed, *watching):
            for message in filter(None, map(privacy_problem, part.with_inner())):
                self.findings.note(place, message)

    # What they have in common

    def _variant(self, root: Node) -> Findings:
        """The problems of a recipe that differs from this one."""
        findings = self.findings.fork()
        Builder(root, self._path, self._check_installed, findings).build()
        return findings

    def _get(self, key: str) -> Node | None:
        """The node of a top-level key; None where it is absent or null."""
        return self.root.get(key)

    def _text(self, key: str) -> str | None:
        node = self._get(key)
        if node is None:
            return None
        value = node.value if key == "prompt" else plain_value(node, self.findings)
        if isinstance(value, str) and value.strip():
            return value
        quotes = "" if isinstance(value, str | list) else "; put quotes around it"
        self.findings.note(node.place, f"{key}: expected a text, got {format_value(node.plain())}{quotes}")
        return None

    def _unknown_keys(self, parts: Mapping[Kind, ComponentSpec | None]) -> None:
        """Keys that a recipe does not have; one that a section has may be indented too little."""
        sections: list[tuple[str, type[Config]]] = [
            ("documents", DocumentSettings),
            ("retriever", RetrieverSettings),
            ("shots", ShotSettings),
            ("dataset", DatasetSettings),
        ]
        sections += [(kind, type(part.config)) for kind, part in parts.items() if part is not None]
        for key in self.root.children():
            if key not in KEYS:
                near = [f"{section}.{key}" for section, model in sections if key in model.model_fields]
                hint = f" (did you mean {near[0]!r}?)" if near else did_you_mean(key, KEYS)
                self.findings.note(self.root.keys[key], f"unknown key {format_value(key)}{hint}")


def _prompt_problems(template: PromptTemplate) -> Iterator[str]:
    for name in sorted(template.fields - {*_PROMPT_FIELDS, "examples"}):
        if f"${{{name}}}" in template.text:
            yield ONLY_FOR_SECRETS
        else:
            yield f"unknown field {{{name}}}{did_you_mean(name, _PROMPT_FIELDS)}"
    for name in _PROMPT_FIELDS:
        if name not in template.fields:
            doubled = f" ({{{{{name}}}}} is no field)" if f"{{{{{name}}}}}" in template.text else ""
            yield f"the field {{{name}}} is missing; the model would not see it{doubled}"


def _documents_of(found: Validated[DocumentSettings], loader: ComponentSpec | None) -> Documents:
    settings = found.config
    return Documents(
        _tuple(settings.path),
        _tuple(settings.exclude),
        loader,
        settings.encoding,
        settings.password,
        settings.private,
        settings.on_error,
        found.secrets,
        settings.comments,
        settings.hidden,
    )


def _tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
