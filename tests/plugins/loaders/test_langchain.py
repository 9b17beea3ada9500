"""The ``langchain`` loader: pages, metadata, errors, secrets, and the network in its process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.documents import Page
from potluck.errors import NoText, PasswordNeeded, PotluckError, UnreadableDocument
from potluck.testing import Check, checks
from support.fake_plugins import visible
from support.kits import hold
from support.langchain_classes import install_classes
from support.loading import load, load_one

COMMUNITY = "langchain_community.document_loaders"
TEXT = {"class": f"{COMMUNITY}.TextLoader", "arguments": {"encoding": "utf-8", "autodetect_encoding": True}}


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_classes(tmp_path / "site"), monkeypatch):
        yield
    sys.modules.pop("lc_tried", None)


def recipe(folder: Path, settings: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(f"documents: {{use: langchain, {settings}}}\n", encoding="utf-8")
    return path


def test_neighbours_with_page_numbers_are_one_document(classes: None) -> None:
    document = load_one(
        "langchain",
        "第一頁\r\n軌道\f\fpage three",
        **{"class": "lc_tried.Pages", "path_argument": "document"},
    )

    assert document.text == "第一頁\n軌道\n\npage three"
    assert document.pages == (Page(0, 6, 1), Page(8, 18, 3))
    assert document.metadata == {"author": "王", "odd": [1]}


def test_a_loader_that_counts_pages_from_1_says_so(classes: None) -> None:
    settings = {"class": "lc_tried.Pages", "path_argument": "document", "first_page": 1, "arguments": {"first": 1}}

    assert [page.number for page in load_one("langchain", "a\fb", **settings).pages] == [1, 2]


def test_rows_are_a_document_each_and_their_metadata_says_which() -> None:
    found = load("langchain", "名稱,厚度\n道碴,30\n軌枕,20\n", "表.csv", **{"class": f"{COMMUNITY}.CSVLoader"})

    assert [(one.source, one.text, one.metadata) for one in found] == [
        ("表.csv#1", "名稱: 道碴\n厚度: 30", {"row": 0}),
        ("表.csv#2", "名稱: 軌枕\n厚度: 20", {"row": 1}),
    ]


def test_a_file_that_the_class_cannot_read_is_a_document_error_without_the_path() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load(
            "langchain",
            "道碴".encode("big5"),
            **{"class": f"{COMMUNITY}.TextLoader", "arguments": {"encoding": "ascii"}},
        )

    assert "Error loading the file" in str(caught.value)
    assert "/" not in str(caught.value)


def test_an_encrypted_file_asks_for_a_password(classes: None) -> None:
    with pytest.raises(PasswordNeeded):
        load("langchain", "x", **{"class": "lc_tried.Encrypted"})


def test_a_file_without_text_is_an_error() -> None:
    with pytest.raises(NoText):
        load("langchain", " \n", **TEXT)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"class": f"{COMMUNITY}.ArxivLoader"}, "has no argument called file_path, path, filename or the like"),
        ({"class": f"{COMMUNITY}.TextLoader", "path_argument": "pfad"}, "has no argument 'pfad'"),
        ({"class": f"{COMMUNITY}.TextLoader", "arguments": {"file_path": "x"}}, "is the path of the file"),
        ({"class": "langchain_core.documents.Document"}, "does not inherit from BaseLoader of LangChain"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    from potluck.testing.kit import subject

    with pytest.raises(PotluckError, match=said):
        subject("loader", "langchain", tmp_path, settings)


def write_files(folder: Path) -> None:
    """A file for which a host is asked, and one for which none is, so that there is something to index."""
    for name in ("a.txt", "local.txt"):
        (folder / name).write_text("道碴", encoding="utf-8")


def test_it_runs_in_the_loaders_process_where_the_network_is_shut(classes: None, tmp_path: Path) -> None:
    write_files(tmp_path)
    settings = "class: lc_tried.Pages, path_argument: document, path: '*.txt', arguments: {host: 192.0.2.1}"

    with Recipe.load(recipe(tmp_path, settings)) as opened:
        (failure,) = opened.index().failures

    assert failure.error == "EgressRefused"
    assert "write 'sends_to: 192.0.2.1'" in failure.reason


def test_with_a_host_the_process_may_reach_it_and_no_other(classes: None, tmp_path: Path) -> None:
    write_files(tmp_path)
    pages = "class: lc_tried.Pages, path_argument: document, path: '*.txt'"
    settings = pages + ", sends_to: 192.0.2.1, arguments: {host: %s}"

    with Recipe.load(recipe(tmp_path, settings % "192.0.2.1")) as opened:
        hosts, (tried,) = opened.remote_hosts(), opened.index().failures
    with Recipe.load(recipe(tmp_path, settings % "192.0.2.2")) as opened:
        (other,) = opened.index().failures

    assert hosts == {"loader": "192.0.2.1"}
    # The address is nobody's, so the connection fails; what matters is that it was tried.
    assert tried.error == "RemoteError"
    assert other.error == "EgressRefused"


def test_secrets_reach_it_as_arguments_only(classes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_TEST_TOKEN", "geheim")
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    settings = "class: lc_tried.Saying, path: a.txt, secret_arguments: {token: '${POTLUCK_TEST_TOKEN}'}"

    with Recipe.load(recipe(tmp_path, settings)) as opened:
        (passage,) = opened.retriever().retrieve("token", 1)

    assert passage.text == "token geheim, environment None"


LACKING = {"sections-lie-in-the-text", "pages-lie-in-the-text", "reads-only-its-file"}
"""Rules of sections, of pages and of XML, none of which a text file has."""


@pytest.mark.parametrize("rule", [check.rule for check in checks("loader")])
def test_it_keeps_the_contract_as_well_as_the_class_does(rule: str, tmp_path: Path) -> None:
    sample = tmp_path / "sample.txt"
    sample.write_text("道碴厚度不得小於三十公分。\nEvery worker wears a helmet on the track.\n", encoding="utf-8")
    samples = {sample: ["道碴厚度不得小於三十公分。", "Every worker wears a helmet"]}
    check: Check = {one.rule: one for one in checks("loader", samples=samples)}[rule]
    settings = {"class": f"{COMMUNITY}.TextLoader", "arguments": {"encoding": "utf-8"}}
    hold(check, "langchain", settings, tmp_path / "kit", LACKING)
