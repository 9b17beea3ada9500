"""From the nodes of a recipe to a validated model: every problem is noted at its place, none stops the search."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from potluck import plugins
from potluck.contracts import Config, Kind
from potluck.documents import Json
from potluck.errors import MissingDependency, PluginError, Problem, RecipeError
from potluck.recipe.messages import explain
from potluck.recipe.model import (
    DEFAULTS,
    FORMAT,
    Answering,
    Documents,
    DocumentSettings,
    Part,
    RecipeModel,
    Retriever,
)
from potluck.recipe.prompts import Template
from potluck.recipe.reader import Node, Place, Source

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
    "prompt",
    "questions",
    "compare",
    "seed",
)
"""The keys of a recipe."""

HINT = "`potluck plugins list` shows what is installed; `potluck schema` describes every key."

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PROMPT_FIELDS = ("context", "question")
_ConfigT = TypeVar("_ConfigT", bound=Config)


class Builder:
    """Builds one recipe and collects its problems."""

    def __init__(self, root: Node, source: Source, path: Path, check_installed: bool) -> None:
        """``path`` is the recipe's file; ``check_installed`` asks whether optional packages are there."""
        self.root = root
        self.problems: list[Problem] = []
        self._source = source
        self._path = path
        self._check_installed = check_installed

    def build(self) -> RecipeModel | None:
        """The recipe, or None where there are problems that leave none."""
        self._unknown_keys(self.root, KEYS)
        self._format()
        folder = self._path.parent.resolve()
        documents = self._documents()
        parts = {kind: self._part(kind) for kind in DEFAULTS}
        retriever = self._section("retriever", Retriever)
        answer = self._section("answer", Answering, bare="method")
        prompt, questions = self._prompt(), self._questions(folder)
        compare, seed, name = self._compare(), self._seed(), self._text("name") or self._path.stem
        self._privacy(documents, parts)
        if documents is False or retriever is None or answer is None or None in parts.values():
            return None
        found = cast("dict[Kind, Part]", parts)
        return RecipeModel(
            path=self._path,
            folder=folder,
            name=name,
            documents=documents if isinstance(documents, Documents) else None,
            splitter=found["splitter"],
            embedder=found["embedder"],
            store=found["store"],
            chat=found["chat"],
            retriever=retriever,
            answer=answer,
            prompt=prompt,
            questions=questions,
            compare=compare,
            seed=seed,
        )

    # One key after the other

    def _format(self) -> None:
        node = self._get("potluck")
        if node is not None and node.value != FORMAT:
            self._note(node.place, f"potluck: this potluck knows recipes of format {FORMAT}, got {node.plain()!r}")

    def _documents(self) -> Documents | bool | None:
        """The documents; None where there are none, False where they are wrong."""
        node = self._get("documents")
        if node is None:
            return None
        if not isinstance(node.value, dict):
            node = Node({"path": node}, node.place, {"path": node.place})
        values, common = cast("dict[str, Node]", node.value), set(DocumentSettings.model_fields)
        loader: Part | None = None
        if "use" in values:
            common -= {"encoding", "password"}
            own = {key: value for key, value in values.items() if key not in common}
            loader = self._component("loader", Node(own, node.place, node.keys), "loader")
            values = {key: value for key, value in values.items() if key in common}
        settings = self._config(DocumentSettings, Node(values, node.place, node.keys), "documents")
        if settings is None or ("use" in cast("dict[str, Node]", node.value) and loader is None):
            return False
        patterns, exclude = _tuple(settings.path), _tuple(settings.exclude)
        if not patterns or not all(pattern.strip() for pattern in patterns):
            self._note(node.find(("path",)), "documents: a path is empty")
            return False
        return Documents(
            patterns, exclude, loader, settings.encoding, settings.password, settings.private, settings.on_error
        )

    def _part(self, kind: Kind) -> Part | None:
        node = self._get(kind)
        if node is None:
            node = Node({}, self.root.place)
        return self._component(kind, node, kind)

    def _component(self, kind: Kind, node: Node, key: str) -> Part | None:
        """A component written as a bare name or as a mapping with ``use``."""
        if isinstance(node.value, str):
            node = Node({"use": node}, node.place)
        if not isinstance(node.value, dict):
            self._note(node.place, f"{key}: expected a plugin's name or a mapping with 'use', got {_shown(node)}")
            return None
        use = node.value.get("use")
        if use is not None and not isinstance(use.value, str):
            self._note(use.place, f"{key}.use: expected a plugin's name, got {_shown(use)}")
            return None
        name = str(use.value) if use is not None else DEFAULTS.get(kind, "")
        place = use.place if use is not None else self._key_place(key, node)
        try:
            plugin = plugins.find(kind, name)
            offered = plugins.offer(plugin)
            if self._check_installed:
                plugins.require(plugin)
        except MissingDependency as error:
            self._note(place, str(error))
        except PluginError as error:
            self._note(place, str(error))
            return None
        settings = {k: v for k, v in node.value.items() if k != "use"}
        config = self._config(offered.config, Node(settings, node.place, node.keys), key)
        return None if config is None else Part(kind, name, plugin, config)

    def _section(self, key: str, model: type[_ConfigT], bare: str = "") -> _ConfigT | None:
        """A key with settings of its own; ``bare`` names the one that may be written alone."""
        node = self._get(key)
        if node is None:
            return model()
        if bare and isinstance(node.value, str):
            node = Node({bare: node}, node.place)
        if not isinstance(node.value, dict):
            self._note(node.place, f"{key}: expected a mapping, got {_shown(node)}")
            return None
        return self._config(model, node, key)

    def _prompt(self) -> Template | None:
        text, node = self._text("prompt"), self._get("prompt")
        if text is None or node is None:
            return None
        try:
            template = Template(text)
        except ValueError as error:
            self._note(node.place, f"prompt: {error}")
            return None
        for name in sorted(template.fields - set(_PROMPT_FIELDS)):
            self._note(node.place, f"prompt: unknown field {{{name}}}{_meant(name, _PROMPT_FIELDS)}")
        for name in _PROMPT_FIELDS:
            if name not in template.fields:
                self._note(node.place, f"prompt: the field {{{name}}} is missing; the model would not see it")
        return template

    def _questions(self, folder: Path) -> Path | None:
        text, node = self._text("questions"), self._get("questions")
        if text is None or node is None:
            return None
        path = folder / Path(text).expanduser()
        if not path.is_file():
            names = os.listdir(path.parent) if path.parent.is_dir() else []
            self._note(node.place, f"questions: there is no file {text!r}{_meant(path.name, names)}")
        return path

    def _compare(self) -> dict[str, dict[str, Json]]:
        """The axes of a comparison: each value is validated as if it stood in the recipe."""
        node = self._get("compare")
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self._note(node.place, f"compare: expected a mapping of axes, got {_shown(node)}")
            return {}
        axes: dict[str, dict[str, Json]] = {}
        for axis, values in node.value.items():
            first = axis.split(".")[0]
            if first not in KEYS or first in ("potluck", "compare", "name"):
                self._note(node.keys[axis], f"compare: {axis!r} is not a key of a recipe{_meant(first, KEYS)}")
            elif not isinstance(values.value, dict) or not values.value:
                self._note(values.place, f"compare.{axis}: expected a mapping of names to values, got {_shown(values)}")
            else:
                axes[axis] = {name: value.plain() for name, value in values.value.items()}
                for value in values.value.values():
                    self._variant(axis, value)
        return axes

    def _variant(self, axis: str, value: Node) -> None:
        """Validate one value of an axis; only problems that lie within it are new."""
        root = replaced(without(self.root, "compare"), axis.split("."), value)
        builder = Builder(root, self._source, self._path, self._check_installed)
        builder.build()
        inside = _places(value)
        self.problems += [p for p in builder.problems if (p.line, p.column) in inside]

    def _seed(self) -> int:
        node = self._get("seed")
        if node is None:
            return 0
        if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
            self._note(node.place, f"seed: expected a whole number from 0, got {_shown(node)}")
            return 0
        return node.value

    def _privacy(self, documents: Documents | bool | None, parts: Mapping[Kind, Part | None]) -> None:
        if not isinstance(documents, Documents) or not documents.private:
            return
        for kind, part in [*parts.items(), ("loader", documents.loader)]:
            if part is None:
                continue
            sends_to = plugins.offer(part.plugin).sends_to
            host = sends_to(part.config) if sends_to is not None else None
            if host is not None:
                key = "documents" if kind == "loader" else kind
                self._note(
                    self.root.find((key, "use")),
                    f"the documents are private, and the {kind} {part.name!r} would send their text to {host}",
                )

    # What they have in common

    def _get(self, key: str) -> Node | None:
        """The node of a top-level key; None where it is absent or null."""
        assert isinstance(self.root.value, dict)
        node = self.root.value.get(key)
        return None if node is None or node.value is None else node

    def _text(self, key: str) -> str | None:
        node = self._get(key)
        if node is None:
            return None
        if not isinstance(node.value, str) or not node.value.strip():
            self._note(node.place, f"{key}: expected a text, got {_shown(node)}")
            return None
        if key != "prompt":
            self._no_references(node)
        return node.value

    def _unknown_keys(self, node: Node, known: Iterable[str]) -> None:
        assert isinstance(node.value, dict)
        names = list(known)
        for key in node.value:
            if key not in names:
                self._note(node.keys.get(key, node.place), f"unknown key {key!r}{_meant(key, names)}")

    def _config(self, model: type[_ConfigT], node: Node, key: str) -> _ConfigT | None:
        """Validate settings; problems are noted at their keys or values."""
        before = len(self.problems)
        values = {name: self._resolved(value, name in model.secrets()) for name, value in _settings(node).items()}
        if len(self.problems) > before:
            return None
        try:
            return model(**values)
        except ValidationError as error:
            for problem in explain(error, model, key):
                self._note(node.find(problem.path, key=problem.about_key), problem.message)
            return None

    def _resolved(self, node: Node, is_secret: bool) -> Json:
        """The plain value, with ``${NAME}`` replaced where a secret is wanted."""
        if is_secret:
            return self._secret(node)
        self._no_references(node)
        return node.plain()

    def _secret(self, node: Node) -> str | None:
        if node.value is None:
            return None
        found = _REFERENCE.fullmatch(node.value) if isinstance(node.value, str) else None
        if found is None:
            self._note(node.place, "a secret is not written into a recipe: write ${NAME} and set the variable NAME")
            return None
        value = os.environ.get(found.group(1))
        if not value:
            self._note(node.place, f"the environment variable {found.group(1)} is not set")
        return value

    def _no_references(self, node: Node) -> None:
        if isinstance(node.value, str) and _REFERENCE.search(node.value):
            self._note(node.place, "environment references ${NAME} are for secrets only")
        children = node.value.values() if isinstance(node.value, dict) else node.value
        for child in children if isinstance(children, Iterable) and not isinstance(children, str) else ():
            self._no_references(child)

    def _key_place(self, key: str, node: Node) -> Place:
        return self.root.keys.get(key, node.place)

    def _note(self, place: Place, message: str) -> None:
        self.problems.append(self._source.problem(place, message))


def without(root: Node, key: str) -> Node:
    """A mapping without one key."""
    values = cast("dict[str, Node]", root.value)
    return Node({k: v for k, v in values.items() if k != key}, root.place, root.keys)


def replaced(root: Node, path: list[str], value: Node) -> Node:
    """The tree with another value at a path; mappings on the way are made, a bare name becomes ``{use: name}``."""
    if not path:
        return value
    if isinstance(root.value, dict):
        children = root.value
    elif isinstance(root.value, str) and path[0] != "use":
        children = {"path" if path[0] in DocumentSettings.model_fields else "use": root}
    else:
        children = {}
    child = children.get(path[0], Node({}, value.place))
    keys = {path[0]: value.place, **root.keys}
    return Node({**children, path[0]: replaced(child, path[1:], value)}, root.place, keys)


def raise_problems(problems: list[Problem]) -> None:
    """Raise what was found, each once, in the order of the file."""
    if problems:
        unique = list(dict.fromkeys(problems))
        unique.sort(key=lambda problem: (problem.line == 0, problem.line, problem.column))
        raise RecipeError(unique, HINT)


def _settings(node: Node) -> dict[str, Node]:
    return cast("dict[str, Node]", node.value)


def _places(node: Node) -> set[tuple[int, int]]:
    places = {(node.place.line, node.place.column)} | {(place.line, place.column) for place in node.keys.values()}
    children: Any = node.value.values() if isinstance(node.value, dict) else node.value
    if isinstance(node.value, dict | list):
        for child in children:
            places |= _places(child)
    return places


def _tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    return "nothing" if node.value is None else repr(node.value)
