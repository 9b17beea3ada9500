"""What was computed is found again exactly as long as all that decides it is the same, for each kind of component.

One package, installed from a folder, brings a component of each kind. Each writes what it does into a log.

Modules: ``potluck.fingerprints``, ``potluck.components.changes``.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, releases
from potluck.stages.tune import training_request
from support.fake_plugins import forget, install, visible

CODE = """
import os
from typing import Annotated

import numpy as np

import potluck
from potluck.contracts import (
    ChatModel, ChatOptions, Config, Embedder, EmbedderConfig, Estimate, Hits, Loader, Operational, Splitter, Tuner,
    VectorStore,
)
from potluck.documents import Answer, Chunk, Document
from potluck.file_hashes import model_hash


def log(what):
    with open(os.environ["WORK_LOG"], "a") as file:
        file.write(what + "\\n")


class Settings(Config):
    model: str = "model"
    level: int = 1
    workers: Annotated[int, Operational] = 1


class ChatSettings(Settings, ChatOptions):
    pass


class Own:
    def __init__(self, config, context):
        self.config, self.context = config, context

    def identity(self):
        return {"model": model_hash(self.context.models.fetch(self.config.model))}


class OwnLoader(Own, Loader):
    isolated = False

    def load(self, source):
        log("loader")
        yield Document(source.name, source.path.read_text(encoding="utf-8"))


class OwnSplitter(Own, Splitter):
    def split(self, document):
        log("splitter")
        yield Chunk(0, len(document.text), document.text)


class OwnEmbedder(Own, Embedder):
    dimensions, window = 4, None

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        log("embedder")
        return self.embed_queries(texts)

    def embed_queries(self, texts):
        return np.tile(np.float32([1, 0, 0, 0]), (len(texts), 1))


class OwnStore(Own, VectorStore):
    def open(self, collection):
        self.held = set()
        path = self.context.folder / "ids"
        if path.exists():
            self.held = set(path.read_text().split())

    def add(self, ids, vectors):
        log("store")
        self.held |= set(ids)

    def delete(self, ids):
        self.held -= set(ids)

    def commit(self):
        self.context.folder.mkdir(parents=True, exist_ok=True)
        (self.context.folder / "ids").write_text(" ".join(sorted(self.held)))

    def search(self, vector, k):
        found = sorted(self.held)[:k]
        return Hits(tuple(found), (1.0,) * len(found))

    def ids(self):
        return set(self.held)

    def count(self):
        return len(self.held)


class OwnChat(Own, ChatModel):
    context_window = None

    def count_tokens(self, messages):
        return 1

    def chat(self, messages, options):
        log("chat")
        return Answer("4411")


class OwnTuner(Own, Tuner):
    tasks = frozenset({"classification", "generation"})

    def plan(self, request):
        return Estimate(1, 1, 1, 1, 1)

    def tune(self, request, progress):
        raise NotImplementedError


def offer(config, make):
    return potluck.Offer("own", config, make, requires=("rail_reader",))


@potluck.hookimpl
def potluck_loader():
    return offer(Settings, OwnLoader)


@potluck.hookimpl
def potluck_splitter():
    return offer(Settings, OwnSplitter)


@potluck.hookimpl
def potluck_embedder():
    return offer(Settings, OwnEmbedder)


@potluck.hookimpl
def potluck_store():
    return offer(Settings, OwnStore)


@potluck.hookimpl
def potluck_chat():
    return offer(ChatSettings, OwnChat)


@potluck.hookimpl
def potluck_tuner():
    return offer(Settings, OwnTuner)
"""
GROUPS = {"loader": "loaders", "splitter": "splitters", "embedder": "embedders", "store": "stores", "chat": "chat"}
KINDS = [*GROUPS, "tuner"]
PACKAGE = "potluck-own"

Change = Callable[["Home"], Any]


class Home:
    """A recipe of own components over one document and one question, and what was done for it."""

    def __init__(self, folder: Path, site: Path, log: Path) -> None:
        self.folder, self.site, self._log = folder, site, log
        self.settings: dict[str, dict[str, Any]] = {kind: {"use": "own"} for kind in KINDS}
        self.before, self.reverse, self.notes = "", False, list[str]()
        self.seed = 0
        (folder / "model").mkdir(parents=True)
        (folder / "model" / "model.safetensors").write_bytes(b"\0" * (5 << 20))
        (folder / "model" / "config.json").write_text("{}", encoding="utf-8")
        (folder / "規範.own").write_text("大門密碼是 4411。", encoding="utf-8")
        (folder / "q.jsonl").write_text('{"question": "密碼？", "answers": ["4411"]}\n', encoding="utf-8")
        rows = '{"text": "a", "label": "x"}\n{"text": "b", "label": "y"}\n'
        (folder / "rows.jsonl").write_text(rows, encoding="utf-8")

    def done(self) -> dict[str, int]:
        """Do all that the recipe asks for, and count what was computed; of a training, whether it has another name."""
        forget()
        releases._known.clear()
        self._log.write_text("", encoding="utf-8")
        documents = {"path": "*.own", **self.settings["loader"]}
        parts = {kind: self.settings[kind] for kind in KINDS if kind != "loader"}
        recipe = {"documents": documents, "questions": "q.jsonl", **parts, "model": "model", "dataset": "rows.jsonl"}
        recipe["seed"] = self.seed
        ordered = dict(sorted(recipe.items(), reverse=self.reverse))
        (self.folder / "recipe.yaml").write_text(self.before + json.dumps(ordered), encoding="utf-8")
        with Recipe.load(self.folder / "recipe.yaml") as opened:
            self.notes = opened.index().notes
            opened.evaluate()
            name = training_request(opened.components).folder
        work = self._log.read_text(encoding="utf-8").split()
        new = not name.exists()
        name.mkdir(parents=True, exist_ok=True)
        return {**{kind: work.count(kind) for kind in GROUPS}, "tuner": int(new)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    site, log = tmp_path / "site", tmp_path / "work.log"
    groups = {f"potluck.{group}": {"own": "own_plugins"} for group in (*GROUPS.values(), "tuners")}
    install(site, PACKAGE, groups, {"own_plugins": CODE})
    install(site, "rail-reader", {}, {"rail_reader": ""})
    install(site, "unrelated", {}, {"unrelated": ""})
    monkeypatch.setenv("WORK_LOG", str(log))
    monkeypatch.delitem(sys.modules, "own_plugins", raising=False)
    with visible(site, monkeypatch):
        yield Home(tmp_path / "專案", site, log)


def released(home: Home, package: str, version: str) -> None:
    """Another release of an installed package."""
    (old,) = home.site.glob(f"{package.replace('-', '_')}-*.dist-info")
    metadata = (old / "METADATA").read_text(encoding="utf-8").replace("Version: 1.0", f"Version: {version}")
    (old / "METADATA").write_text(metadata, encoding="utf-8")
    old.rename(old.with_name(f"{package.replace('-', '_')}-{version}.dist-info"))


def edited(home: Home) -> None:
    (home.site / "own_plugins.py").write_text(CODE + "\n# better\n", encoding="utf-8")


def templated(home: Home) -> None:
    (home.folder / "model" / "chat_template.jinja").write_text("{{ messages }}", encoding="utf-8")


def one_bit(home: Home) -> None:
    """A bit of the weights, far from both ends."""
    weights = bytearray((home.folder / "model" / "model.safetensors").read_bytes())
    weights[len(weights) // 2] ^= 1
    (home.folder / "model" / "model.safetensors").write_bytes(weights)


def moved(home: Home) -> None:
    home.folder = Path(shutil.move(home.folder, home.folder.with_name("elsewhere")))


MATTERS: dict[str, Change] = {
    "the plugin's code": edited,
    "the plugin's release": lambda home: released(home, PACKAGE, "2.0"),
    "a library's release": lambda home: released(home, "rail-reader", "5.0"),
    "a chat template that was added": templated,
    "one bit of the weights": one_bit,
}
CHANGES_NOTHING: dict[str, Change] = {
    "nothing": lambda home: None,
    "a comment in the recipe": lambda home: setattr(home, "before", "# 註解\n"),
    "the order of the recipe's keys": lambda home: setattr(home, "reverse", True),
    "an unrelated library": lambda home: released(home, "unrelated", "9.0"),
    "an unrelated module": lambda home: (home.site / "unrelated.py").write_text("new = 1", encoding="utf-8"),
    "what is written about the model": lambda home: (home.folder / "model" / "README.md").write_text("new"),
    "the path of the workspace": moved,
}


@pytest.mark.parametrize("change", MATTERS)
def test_what_decides_the_results_of_every_kind_is_noticed(home: Home, change: str) -> None:
    assert home.done() == dict.fromkeys(KINDS, 1)

    MATTERS[change](home)

    assert home.done() == dict.fromkeys(KINDS, 1)
    assert home.done() == dict.fromkeys(KINDS, 0), "and kept again"


@pytest.mark.parametrize("change", CHANGES_NOTHING)
def test_what_decides_nothing_has_no_work_done_again(home: Home, change: str) -> None:
    home.done()

    CHANGES_NOTHING[change](home)

    assert home.done() == dict.fromkeys(KINDS, 0)
    assert home.notes == []


BELOW = {
    "loader": {"loader", "splitter", "store"},
    "splitter": {"splitter", "store"},
    "embedder": {"embedder", "store"},
    "store": {"store"},
    "chat": {"chat"},
    "tuner": {"tuner"},
}
"""What a setting of a kind has done again: chunks are kept by document, vectors and answers by the text."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_setting_has_that_done_again_which_it_decides(home: Home, kind: str) -> None:
    home.done()

    home.settings[kind]["workers"] = 8
    assert home.done() == dict.fromkeys(KINDS, 0), "how the work is done decides nothing"
    home.settings[kind]["level"] = 2

    assert {name for name, count in home.done().items() if count} == BELOW[kind]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (("", ""), 0),
        (("class OwnStore(Own, VectorStore):", "class OwnStore(Own, VectorStore):\n    uses_seed = True"), 1),
        (("offer(Settings, OwnStore)", "offer(Settings, lambda config, context: OwnStore(config, context))"), 1),
    ],
    ids=["a store that draws nothing", "a store that says that it draws", "a store of which nothing is known"],
)
def test_another_seed_has_the_store_filled_again_unless_it_says_that_it_draws_nothing(
    home: Home, change: tuple[str, str], again: int
) -> None:
    (home.site / "own_plugins.py").write_text(CODE.replace(*change), encoding="utf-8")
    home.done()

    home.seed = 7

    assert home.done()["store"] == again


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("the plugin's code", "the code of the {name} changed"),
        ("the plugin's release", "potluck-own 1.0 -> 2.0"),
        ("a library's release", "rail-reader 1.0 -> 5.0"),
        ("one bit of the weights", "the files of the {name}'s model changed"),
    ],
)
def test_index_and_plan_say_what_is_done_again_why_and_what_it_takes(home: Home, change: str, cause: str) -> None:
    home.done()
    MATTERS[change](home)
    forget()
    releases._known.clear()

    with Recipe.load(home.folder / "recipe.yaml") as opened:
        told = opened.plan().notes
    shutil.rmtree(home.folder / ".potluck" / "stores")
    home.done()

    again = [
        f"1 document is read again because {cause.format(name='loader own')}",
        f"1 document is split again because {cause.format(name='splitter')}",
        f"1 text (11 tokens) is embedded again because {cause.format(name='embedder')}",
        f"the store is filled again because {cause.format(name='store')}",
    ]
    store_has_no_files = change == "one bit of the weights"
    assert told == (again[:3] if store_has_no_files else again)
    assert home.notes == (again[2:3] if store_has_no_files else again[2:]), "the plan has read and split already"


def test_a_setting_is_named_with_its_values(home: Home) -> None:
    home.done()
    home.settings["splitter"]["level"] = 2

    home.done()

    assert home.notes == ["1 document is split again because splitter.level 1 -> 2"]


def test_a_workspace_of_an_earlier_potluck_is_computed_anew_with_the_reason(home: Home) -> None:
    home.done()
    (home.folder / ".potluck" / "names.json").unlink()
    edited(home)

    assert home.done() == dict.fromkeys(KINDS, 1)
    assert len(home.notes) == 3
    assert all("because this workspace is of an earlier potluck" in note for note in home.notes)


def test_a_workspace_that_only_overridden_recipes_have_indexed_is_not_of_an_earlier_potluck(home: Home) -> None:
    home.done()
    shutil.rmtree(home.folder / ".potluck")
    for level in (2, 3):
        with Recipe.load(home.folder / "recipe.yaml", [f"splitter.level={level}"]) as opened:
            assert opened.index().notes == []

    home.done()

    assert home.notes == []


def test_a_damaged_record_of_names_costs_no_more_than_the_reasons(home: Home) -> None:
    home.done()
    (home.folder / ".potluck" / "names.json").write_bytes(b"\xff[")

    assert home.done() == dict.fromkeys(KINDS, 0)
