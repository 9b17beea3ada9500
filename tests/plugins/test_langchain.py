"""What the ``langchain`` plugins share: the class a recipe names, its arguments and secrets, and the network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from potluck import Recipe
from potluck.contracts import Context
from potluck.egress import allow_only
from potluck.errors import (
    ContentFiltered,
    ContextExceeded,
    EgressRefused,
    MissingSecret,
    PluginError,
    PotluckError,
    RecipeError,
    RemoteError,
)
from potluck.loading.worker_process import NoModels
from potluck.model_sources.model_store import ModelStore
from potluck_plugins._langchain import (
    Caller,
    LangChainConfig,
    named_parameters,
    parameters,
    sends_to,
    token_counter,
)
from support.fake_plugins import visible
from support.langchain_classes import ELSEWHERE, install_classes

FAKE = "langchain_core.embeddings.DeterministicFakeEmbedding"


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package of classes for tests."""
    with visible(install_classes(tmp_path / "site"), monkeypatch):
        yield
    sys.modules.pop("lc_tried", None)
    from potluck_plugins._langchain import load_class

    load_class.cache_clear()


def written(folder: Path, embedder: str, more: str = "", documents: str = "notes.txt") -> Path:
    """A recipe with two notes."""
    (folder / "notes.txt").write_text("道碴厚度不得小於三十公分。\n\nEvery worker wears a helmet.\n", encoding="utf-8")
    path = folder / "recipe.yaml"
    path.write_text(f"documents: {documents}\nembedder: {embedder}\n{more}", encoding="utf-8")
    return path


def problems(path: Path) -> str:
    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    return str(caught.value)


def test_a_recipe_of_langchain_classes_answers_in_both_languages(tmp_path: Path) -> None:
    more = (
        "splitter: {use: langchain, class: langchain_text_splitters.RecursiveCharacterTextSplitter,"
        " arguments: {chunk_size: 30, chunk_overlap: 0}}\n"
        "store: {use: langchain, class: langchain_core.vectorstores.InMemoryVectorStore}\n"
    )
    documents = "{use: langchain, class: langchain_community.document_loaders.TextLoader, path: notes.txt}"
    path = written(tmp_path, f"{{use: langchain, class: {FAKE}, arguments: {{size: 64}}}}", more, documents)

    with Recipe.load(path) as recipe:
        found = recipe.retriever().retrieve("道碴厚度不得小於三十公分。", 1)
        again = recipe.index()

    assert [passage.text for passage in found] == ["道碴厚度不得小於三十公分。"]
    assert found[0].score == pytest.approx(1.0, abs=1e-5)
    assert (again.loaded, again.split, again.embedded) == (0, 0, 0)


@pytest.mark.parametrize(
    ("written_class", "said"),
    [
        ("langchain_comunity.embeddings.X", "did you mean 'langchain_community'?). Run: "),
        ("langchain_core.embeddings.FakeEmbedings", "has no 'FakeEmbedings' (did you mean 'FakeEmbeddings'?)"),
        ("langchain_core.nowhere.X", "there is no module 'langchain_core.nowhere'"),
        ("langchain_core.documents.Document", "does not inherit from Embeddings of LangChain"),
        ("langchain_core.embeddings.embeddings.ABC", "does not inherit from Embeddings of LangChain"),
        ("os.system", "is not of an installed package"),
        ("FakeEmbeddings", "embedder.class: expected a text that"),
        ("../evil.X", "embedder.class: expected a text that"),
        ("lc_raises.X", "cannot be imported: RuntimeError: no"),
        ("lc_needs.X", "needs the package 'html3text'. Run: "),
    ],
)
def test_a_class_that_is_not_there_is_an_error_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_class: str, said: str
) -> None:
    site = install_classes(tmp_path / "site")
    (site / "lc_raises.py").write_text("raise RuntimeError('no')", encoding="utf-8")
    (site / "lc_needs.py").write_text("import html3text", encoding="utf-8")
    with visible(site, monkeypatch):
        message = problems(written(tmp_path, f"{{use: langchain, class: {written_class}}}"))

    assert message.startswith(f"{tmp_path / 'recipe.yaml'}:2:")
    assert said in message


def test_a_module_that_lies_about_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.py").write_text("open('ran', 'w').close()", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    assert "is not of an installed package" in problems(written(tmp_path, "{use: langchain, class: evil.X}"))
    assert not (tmp_path / "ran").exists()


def test_an_argument_that_the_class_does_not_take_is_an_error(tmp_path: Path) -> None:
    message = problems(written(tmp_path, f"{{use: langchain, class: {FAKE}, arguments: {{sice: 64}}}}"))

    assert "takes no 'sice' (did you mean 'size'?)" in message


def test_a_class_that_sends_texts_is_stopped_and_the_host_is_named(classes: None, tmp_path: Path) -> None:
    path = written(tmp_path, "{use: langchain, class: lc_tried.Reaching}")

    with Recipe.load(path) as recipe, pytest.raises(EgressRefused, match=r"write 'sends_to: 192.0.2.1'"):
        recipe.index()


def test_so_is_one_that_sends_from_a_thread_of_its_own(classes: None, tmp_path: Path) -> None:
    path = written(tmp_path, "{use: langchain, class: lc_tried.ReachingInAThread}")

    with Recipe.load(path) as recipe, pytest.raises(EgressRefused, match=r"tried to reach 192.0.2.1"):
        recipe.index()


def test_the_host_that_is_named_is_the_only_one(classes: None, tmp_path: Path) -> None:
    settings = f"{{use: langchain, class: lc_tried.Reaching, sends_to: {ELSEWHERE}, arguments: {{host: 192.0.2.9}}}}"

    with Recipe.load(written(tmp_path, settings)) as recipe:
        assert recipe.remote_hosts() == {"embedder": ELSEWHERE}
        with pytest.raises(EgressRefused, match=r"tried to reach 192.0.2.9, and the recipe names 192.0.2.1"):
            recipe.index()


def test_this_machine_may_be_reached(classes: None, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 9)) if os.geteuid() == 0 else pytest.raises(PluginError):
        path = written(tmp_path, "{use: langchain, class: lc_tried.Reaching, arguments: {host: 127.0.0.1}}")
        with Recipe.load(path) as recipe:
            assert recipe.remote_hosts() == {}
            assert recipe.index().embedded == 1


def test_private_documents_are_refused_where_a_host_is_named(classes: None, tmp_path: Path) -> None:
    settings = "{use: langchain, class: lc_tried.Reaching, sends_to: api.example.org}"
    message = problems(written(tmp_path, settings, documents="{path: notes.txt, private: true}"))

    assert "the documents are private, and the embedder 'langchain' would send their text to api.example.org" in message


def test_a_secret_reaches_the_class_and_nothing_that_is_kept(
    classes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POTLUCK_TEST_TOKEN", "sk-12345-67890")
    settings = "{use: langchain, class: lc_tried.WithKey, secret_arguments: {api_key: '${POTLUCK_TEST_TOKEN}'}}"

    with Recipe.load(written(tmp_path, settings)) as recipe:
        kept = json.dumps(recipe.model.as_mapping())
        with pytest.raises(PluginError) as caught:
            recipe.index()

    assert "the key *** is not known" in str(caught.value)
    assert caught.value.__cause__ is None
    assert "${POTLUCK_TEST_TOKEN}" in kept
    assert "sk-12345" not in kept + repr(recipe.model)
    files = [one for one in (tmp_path / ".potluck").rglob("*") if one.is_file()]
    assert files
    assert not any(b"sk-12345" in one.read_bytes() for one in files)


def test_a_secret_that_is_written_out_is_refused(classes: None, tmp_path: Path) -> None:
    settings = "{use: langchain, class: lc_tried.WithKey, secret_arguments: {api_key: sk-12345-67890}}"
    message = problems(written(tmp_path, settings))

    assert "a secret is not written into a recipe" in message
    assert "sk-12345" not in message


def test_the_release_of_the_package_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    from importlib.metadata import version

    with Recipe.load(written(tmp_path, f"{{use: langchain, class: {FAKE}, arguments: {{size: 8}}}}")) as recipe:
        assert recipe.components.embedder.identity() == {"package": f"langchain_core {version('langchain-core')}"}


def test_langsmith_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys\n"
        "from potluck.contracts import ChatOptions, Context\n"
        "from potluck.documents import Message\n"
        "from potluck.model_sources.model_store import ModelStore\n"
        "from pathlib import Path\n"
        "from potluck_plugins.chat.langchain import LangChainChat, LangChainChatConfig\n"
        "config = LangChainChatConfig.model_validate({'class': 'langchain_core.language_models.FakeListChatModel',"
        " 'arguments': {'responses': ['好']}})\n"
        "chat = LangChainChat(config, Context(Path(), Path(), ModelStore(Path())))\n"
        "print(chat.chat([Message('user', '私密')], ChatOptions()).text)\n"
        "from langchain_core.tracers.langchain import wait_for_all_tracers\n"
        "wait_for_all_tracers()\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        traced = {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": address, "LANGSMITH_API_KEY": "x"}
        done = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **traced}, capture_output=True, text=True, check=True
        )
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()

    assert done.stdout.strip() == "好"


def test_a_gate_opens_again_and_threads_behind_it_stay_there() -> None:
    release, seen = threading.Event(), []

    def later() -> None:
        release.wait(20)
        try:
            socket.getaddrinfo(ELSEWHERE, 9)
        except EgressRefused as error:
            seen.append(error)

    with allow_only(None):
        thread = threading.Thread(target=later)
        thread.start()
    assert socket.getaddrinfo(ELSEWHERE, 9)
    release.set()
    thread.join()

    assert len(seen) == 1


def test_behind_a_gate_for_a_host_its_subdomains_are_let_through_and_names_that_end_alike_are_not() -> None:
    with allow_only("example.org") as open_for:
        allowed = {
            host: open_for.lets_through("socket.getaddrinfo", host)
            for host in ("example.org", "API.example.org.", "badexample.org", "example.org.evil.net", "127.0.0.1")
        }
        by_address = open_for.lets_through("socket.connect", "203.0.113.5")

    assert allowed == {
        "example.org": True,
        "API.example.org.": True,
        "badexample.org": False,
        "example.org.evil.net": False,
        "127.0.0.1": True,
    }
    assert by_address


def caller(tmp_path: Path, network: bool = True, **settings: Any) -> Caller:
    """Uses a class, as some component does."""
    config = LangChainConfig.model_validate({"class": FAKE, **settings})
    return Caller(config, Context(tmp_path, tmp_path, NoModels(), environment={}, network=network), "embedder")


class ContextOverflowError(Exception):
    """As LangChain names it."""


class Filtered(Exception):
    code = "content_filter"


@pytest.mark.parametrize(
    ("error", "settings", "kind", "said"),
    [
        (KeyError("a\n b"), {}, PluginError, f"embedder langchain: {FAKE} failed: KeyError: 'a\\n b'"),
        (ValueError("a\n b"), {}, PluginError, "failed: ValueError: a b"),
        (ValueError(""), {}, PluginError, "failed: ValueError: no reason given"),
        (ValueError("a"), {"sends_to": "api.example.org"}, RemoteError, "failed: ValueError: a"),
        (ContextOverflowError("long"), {"sends_to": "x.org"}, ContextExceeded, f"embedder langchain: {FAKE}: long"),
        (Filtered("no"), {}, ContentFiltered, f"embedder langchain: {FAKE}: no"),
        (ValueError("key abcd!"), {"secret_arguments": {"size": "abcd"}}, PluginError, "ValueError: key ***!"),
        (ValueError("key abc!"), {"secret_arguments": {"size": "abc"}}, PluginError, "ValueError: key abc!"),
    ],
)
def test_what_a_class_raises_is_an_error_that_names_it(
    tmp_path: Path, error: Exception, settings: dict[str, Any], kind: type[PotluckError], said: str
) -> None:
    with pytest.raises(kind) as caught, caller(tmp_path, **settings).guard():
        raise error

    assert type(caught.value) is kind
    assert str(caught.value).endswith(said)
    assert caught.value.__cause__ is (None if "secret_arguments" in settings else error)


def test_what_is_an_error_of_ours_already_stays_one(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret, match=r"^mine$"), caller(tmp_path).guard():
        raise MissingSecret("mine")


def test_without_the_network_no_host_may_be_named(tmp_path: Path) -> None:
    for network, named in ((True, f"the recipe names {ELSEWHERE}"), (False, "the recipe names no host")):
        using = caller(tmp_path, network, sends_to=ELSEWHERE).guard()
        with pytest.raises(EgressRefused, match=f"tried to reach 192.0.2.9, and {named}"), using:
            socket.create_connection(("192.0.2.9", 9), timeout=1)


def test_the_release_of_the_package_is_its_identity(tmp_path: Path) -> None:
    assert caller(tmp_path).identity() == {"package": f"langchain_core {version('langchain_core')}"}
    assert caller(tmp_path).cls.__name__ == "DeterministicFakeEmbedding"


def test_arguments_and_secrets_are_handed_over_as_copies() -> None:
    config = LangChainConfig.model_validate({"class": FAKE, "arguments": {"size": [1]}})
    config.all_arguments()["size"].append(2)

    assert config.all_arguments() == {"size": [1]}
    secret = LangChainConfig.model_validate({"class": FAKE, "secret_arguments": {"size": "s"}})
    assert secret.all_arguments() == {"size": "s"}


@pytest.mark.parametrize(
    ("host", "remote"),
    [("api.example.org", "api.example.org"), ("127.0.0.1", None), ("localhost", None), ("[::1]", None), (None, None)],
)
def test_texts_stay_here_unless_another_machine_is_named(host: str | None, remote: str | None) -> None:
    assert sends_to(LangChainConfig.model_validate({"class": FAKE, "sends_to": host})) == remote


@pytest.mark.parametrize("host", ["", "a b", "https://x.org", "x.org:80", "x/y"])
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    with pytest.raises(ValidationError):
        LangChainConfig.model_validate({"class": FAKE, "sends_to": host})


def test_the_arguments_of_a_class_are_those_with_a_name() -> None:
    def some(a: int, /, b: int, *rest: int, c: int = 1) -> None: ...
    def any_(b: int, **more: int) -> None: ...

    class Model(BaseModel):
        one: int = Field(alias="eins")
        two: int = 2

    assert parameters(some) == named_parameters(some) == {"b", "c"}
    assert parameters(any_) is None
    assert named_parameters(any_) == {"b"}
    assert {"one", "eins", "two"} <= named_parameters(Model)


def test_tokens_are_counted_by_a_file_with_the_special_ones_or_never_too_low(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "<s>": 2, "?": 3}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 2)])
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    context = Context(tmp_path, tmp_path, ModelStore(tmp_path))

    counter = token_counter(str(tmp_path), context)

    assert counter.exact
    assert [counter.count(text) for text in ("", "a", "a b a b a")] == [1, 2, 6]
    assert not token_counter(None, context).exact
    assert token_counter(None, context).count("ab") == 5
