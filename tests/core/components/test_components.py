"""Components are made when they are needed and once, and named after what decides their results.

Modules: ``potluck.components.components``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from potluck import plugins
from potluck import recipe as recipes
from potluck.components.components import Components, identity, installation, loader_for
from potluck.contracts import KINDS, Tuner, VectorStore
from potluck.documents import Source
from potluck.errors import UnknownFileType
from potluck.model_sources.model_store import ModelStore
from potluck.workspace import Workspace
from support.fake_plugins import install, visible
from support.retrieving import install_keywords

TWINS = """
import potluck
from potluck.contracts import Config, Loader
class Twin(Loader):
    def __init__(self, config, context):
        pass
    def load(self, source):
        return []
@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("reads twins", Config, Twin)
"""

Make = Callable[..., Components]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Components of a recipe over one document, with some of its values replaced."""
    (tmp_path / "規範.txt").write_text("道碴", encoding="utf-8")
    site = install_keywords(tmp_path / "site")
    with visible(site, monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        opened: list[Components] = []

        def of(*overrides: str) -> Components:
            text = "documents: '*.txt'\nembedder: hashing\nchat: extractive\n"
            recipe = recipes.loads(text, tmp_path / "recipe.yaml", overrides)
            opened.append(Components(recipe, workspace, ModelStore(tmp_path)))
            return opened[-1]

        yield of
        for one in opened:
            one.close()


def test_each_component_is_made_once_and_closed_last_first(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    components, closed = make(), list[object]()
    made = [components.splitter, components.embedder, components.chat]
    for one in made:
        monkeypatch.setattr(one, "close", lambda one=one: closed.append(one), raising=False)

    assert [components.splitter, components.embedder, components.chat] == made
    assert components.chat_without_adapter is components.chat
    components.close()
    assert closed == made[::-1]
    components.close()
    assert len(closed) == 3


def test_a_component_is_told_where_it_is_and_which_seed_it_has(make: Make, tmp_path: Path) -> None:
    components = make("seed=7", "retriever=hanbi")
    made = components.make_for_retrieval(components.recipe.retriever_spec, tmp_path / "own", None, None, ())

    assert made.path == tmp_path / "own" / "words.json"  # type: ignore[attr-defined]
    assert components.recipe.folder == tmp_path
    assert made not in components._made


def names(components: Components) -> dict[str, str]:
    return {
        "splitter": components.splitter_fingerprint,
        "embedder": components.embedder_fingerprint,
        "chat": components.chat_fingerprint,
        "index": components.index_id,
        "retrieval": components.retrieval_id,
    }


CHANGES: dict[str, tuple[str, set[str]]] = {
    "the same": ("retriever.fit=split", set()),
    "the splitter": ("splitter.chunk_size=777", {"splitter", "index", "retrieval"}),
    "the embedder": ("embedder.dimensions=8", {"embedder", "index", "retrieval"}),
    "how the embedder works": ("embedder.batch_size=3", set()),
    "the documents": ("documents=規範.txt", {"index", "retrieval"}),
    "what is left out": ("documents={path: '*.txt', exclude: 'x*'}", {"index", "retrieval"}),
    "the encoding": ("documents={path: '*.txt', encoding: big5}", {"index", "retrieval"}),
    "comments": ("documents={path: '*.txt', comments: true}", {"index", "retrieval"}),
    "the loader": ("documents={path: '*.txt', use: text}", {"index", "retrieval"}),
    "the store": ("store=faiss", {"index", "retrieval"}),
    "the retriever": ("retriever=hanbi", {"index", "retrieval"}),
    "a reranker": ("reranker=numbers", {"retrieval"}),
    "the chat model": ("chat=guesser", {"chat"}),
    "the length of answers": ("chat.max_tokens=9", {"chat"}),
    "how answers are kept": ("chat.cache=false", set()),
    "the seed": ("seed=7", {"retrieval"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_decides_a_result_decides_its_name_and_nothing_else_does(make: Make, what: str) -> None:
    override, expected = CHANGES[what]
    before, after = names(make()), names(make(override))

    assert {name for name in before if before[name] != after[name]} == expected


def test_the_seed_decides_answers_that_are_drawn_and_the_chat_model_what_it_is_asked_to_find(make: Make) -> None:
    def hot(seed: int) -> str:
        return make("chat.temperature=0.5", f"seed={seed}").chat_fingerprint

    assert hot(0) != hot(1)
    assert hot(1) == hot(1)
    guessed = make("chat=guesser", "retriever=guessed").retrieval_id
    assert make("chat={use: guesser, max_tokens: 9}", "retriever=guessed").retrieval_id != guessed


def test_vectors_of_another_length_are_another_embedder_and_another_index(make: Make) -> None:
    components = make()
    before, index = components.embedder_fingerprint, components.index_id

    components.note_length()
    assert components.embedder_fingerprint == before
    components.take_length()
    assert components.embedder_fingerprint != before
    assert components.index_id != index
    assert make().embedder_fingerprint == components.embedder_fingerprint


def test_a_loader_is_found_by_its_file_type_and_made_once(make: Make) -> None:
    components = make()
    part, name = components.loader(Source("規範.TXT", Path("規範.TXT")))

    assert (part.kind, part.name) == ("loader", "text")
    assert components.loader(Source("b.txt", Path("b.txt"))) == (part, name)
    assert make("documents={path: '*.txt', encoding: big5}").loader(Source("b.txt", Path("b.txt")))[1] != name
    assert make("documents={path: '*', use: text}").loader(Source("b.zzz", Path("b.zzz")))[0].name == "text"


@pytest.mark.parametrize(
    ("extension", "message"),
    [("zzz", "no loader is known for '.zzz' files. "), ("", "no loader is known for files without an ext")],
)
def test_a_type_that_no_loader_takes_is_named(make: Make, extension: str, message: str) -> None:
    documents = make().recipe.documents
    assert documents is not None

    with pytest.raises(UnknownFileType) as raised:
        loader_for(extension, documents)
    assert str(raised.value).startswith(message)


def test_a_type_that_two_loaders_take_has_to_be_decided(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = make().recipe.documents
    assert documents is not None
    for name in ("twin-a", "twin-b"):
        module = name.replace("-", "_")
        install(
            tmp_path / "twins",
            name,
            {"potluck.loaders": {name: module}, "potluck.file_types": {"twin": name}},
            {module: TWINS},
        )

    with visible(tmp_path / "twins", monkeypatch), pytest.raises(UnknownFileType) as raised:
        loader_for("twin", documents)
    said = str(raised.value)
    assert said == "2 loaders claim '.twin' files (twin-a, twin-b); name one: documents: {use: twin-a, ...}"


def test_what_a_recipe_says_for_all_documents_reaches_the_loaders_that_have_it(make: Make) -> None:
    documents = make("documents={path: '*', encoding: big5, comments: true}").recipe.documents
    assert documents is not None

    text, word = loader_for("txt", documents).config, loader_for("docx", documents).config

    assert text.encoding == "big5"  # type: ignore[attr-defined]
    assert (word.comments, word.hidden) == (True, False)  # type: ignore[attr-defined]
    assert "comments" not in type(text).model_fields


def test_an_installation_is_the_plugin_with_its_settings_and_those_within_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    components = make("retriever={use: fused, of: [hanbi, vector]}", "reranker={use: numbers, strict: true}")
    fused, numbers = components.recipe.retriever_spec, components.recipe.reranker
    assert numbers is not None

    found = installation(fused)
    assert (found["plugin"], found["version"]) == ("potluck-keywords:fused", "1.0")
    assert found["inner"] == [installation(one) for one in fused.inner]
    assert found["code"]
    assert installation(numbers)["settings"]["strict"] is True  # type: ignore[index, call-overload]
    assert "inner" not in installation(numbers)
    (tmp_path / "model").write_text("第一版", encoding="utf-8")
    monkeypatch.setenv("NUMBERS_MODEL", str(tmp_path / "model"))
    made = components.make_for_retrieval(numbers, tmp_path, None, None, ())
    assert identity(numbers, made) == {**installation(numbers), "files": {"model": "第一版"}}


def test_the_components_of_an_index_are_listed_by_kind_without_the_chat_model(make: Make) -> None:
    components = make()
    assert components.chat_fingerprint
    components.loader(Source("b.txt", Path("b.txt")))

    found = components.identities()

    assert set(found) == {"splitter", "embedder", "loader text", "store"}
    assert found["store"]["plugin"] == "potluck:exact"
    assert found["store"]["files"] == {}


def test_metrics_are_those_that_every_recipe_has(make: Make) -> None:
    found = [part.plugin.qualified_name for part, _ in make().metrics]

    assert found == list(KINDS["metric"].always)


def test_the_chat_model_is_made_ready_where_it_is_asked_for(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    components, calls = make(), list[str]()
    monkeypatch.setattr(type(components.chat), "prepare", lambda self: calls.append("ready"))

    assert components.prepared_chat() is components.chat
    assert calls == ["ready"]


def test_the_model_that_a_recipe_tunes_is_a_folder_of_safetensors(tmp_path: Path) -> None:
    (tmp_path / "模型").mkdir()
    (tmp_path / "模型" / "model.safetensors").touch()
    text = "model: 模型\ntask: classification\ndataset: d.jsonl\ntuner: lora\n"
    (tmp_path / "d.jsonl").touch()
    with closing(Workspace(tmp_path / "w")) as workspace:
        found = Components(recipes.loads(text, tmp_path / "r.yaml"), workspace, ModelStore(tmp_path))

        assert found.base_model == tmp_path / "模型"
        assert isinstance(found.tuner, Tuner)
        assert found.tuner.mergeable
        found.close()


def test_the_store_of_the_index_is_closed_by_whoever_opens_it(make: Make, tmp_path: Path) -> None:
    components = make()
    own, other = components.index_store(), components.make_store(tmp_path / "other")

    assert isinstance(own, VectorStore)
    assert isinstance(other, VectorStore)
    assert [one for one in (own, other) if one in components._made] == [other]


def test_how_files_are_read_is_told_by_loader_and_what_nothing_reads_is_left_out(make: Make) -> None:
    components = make()
    names = ("a.txt", "b.TXT", "c.md", "d.zzz")

    found = components.loader_identities([Source(name, Path(name)) for name in names])

    assert sorted(found) == ["loader markdown", "loader text"]
    assert found["loader text"]["plugin"] == "potluck:text"
    assert components.loader_identities([]) == found, "those that were met so far"


def test_a_loader_that_hands_files_on_depends_on_all_loaders(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    components, asked = make(), list[str]()
    monkeypatch.setattr(plugins, "file_types", lambda: asked.append("all") or ("docx", "txt"))
    plain = [components.loader(Source(f"a.{one}", Path(f"a.{one}")))[1] for one in ("zip", "tar")]
    other = make("documents={path: '*', comments: true}").loader(Source("a.zip", Path("a.zip")))[1]

    assert other != plain[0], "Word's loader is another"
    assert asked == ["all", "all"], "once for each recipe"
