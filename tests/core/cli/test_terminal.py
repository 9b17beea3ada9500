"""What strangers wrote reaches a terminal as text, never as a command to it; output that cannot be written is told."""

from __future__ import annotations

import http.server
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from potluck.cli.terminal import shell_word
from potluck.visible import BIDIRECTIONAL, visible, visible_json, visible_line
from support.commands import Ended, potluck_often
from support.fake_plugins import HASHING_EMBEDDER, install
from support.fake_plugins import visible as installed

ATTACKS = {
    "window title": "\x1b]0;pwned\x07",
    "link": "\x1b]8;;https:evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "clear screen": "\x1b[2J\x1b[H",
    "conceal": "\x1b[8mhidden\x1b[0m",
    "C1 sequence": "\x9b2J",
    "C1 title": "\x9d0;pwned\x9c",
    "device control": "\x1bPq#0;2;0;0;0\x1b\\",
    "application command": "\x1b_Gf=24\x1b\\",
    "turned round": "invoice\u202efdp.exe",
    "isolates": "\u2067abc\u2066def\u2069\u2069",
    "hidden direction": "a\u200fb\u061cc",
    "backspaces": "1924\b\b1934",
    "overwriting": "refused\raccepted",
    "delete": "abc\x7f",
}
OBEYED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDIRECTIONAL}]")
CHAT = '''
import potluck
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer

class Settings(ChatOptions):
    text: str = ""
    """What it says."""

class Says(ChatModel):
    context_window = None
    def __init__(self, config, context):
        self.config = config
    def count_tokens(self, messages):
        return 1
    def chat(self, messages, options):
        return Answer(self.config.text)
    def stream(self, messages, options):
        yield from self.config.text
        yield Answer(self.config.text)

@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("says what it is told to", Settings, Says)
'''


def recipe(folder: Path, name: str, **keys: object) -> str:
    path = folder / name
    content = {"documents": "*.md", "splitter": "sections", "embedder": "hashing", **keys}
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


@contextmanager
def refusing() -> Iterator[str]:
    """A server that refuses each question in the words that its path names."""

    class Refusal(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = ATTACKS[list(ATTACKS)[int(self.path.split("/")[1])]]
            body = json.dumps({"error": {"message": said}}).encode()
            self.send_response(400)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def commands(root: Path, number: int, attack: str, server: str) -> Iterator[tuple[str, list[str]]]:
    """A command for each way that the attack can come in."""
    folder = root / str(number)
    folder.mkdir()
    notes = folder / "notes.md"
    notes.write_bytes(f"# About {attack}\n\nThe bridge stands in {attack} since 1924.\n".encode())
    (folder / f"{attack}.md").write_text("", encoding="utf-8")
    question = {"question": f"Where does the bridge stand {attack}?", "answers": ["there"]}
    (folder / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    yield "text", ["load", str(notes)]
    yield "file name", ["load", str(folder / f"{attack}.md")]
    yield "section", ["ask", recipe(folder, "section.yaml"), "the bridge"]
    yield "answer", ["ask", recipe(folder, "answer.yaml", chat={"use": "says", "text": attack}), "the bridge"]
    yield "question", ["run", recipe(folder, "run.yaml", chat="extractive", questions="questions.jsonl")]
    yield "recipe", ["plan", recipe(folder, "value.yaml", embedder=f"hash {attack}")]
    yield "option", ["ask", recipe(folder, "set.yaml"), "the bridge", "--set", f"k{attack}=1"]
    yield "command", [f"lo{attack}ad"]
    settings = {"use": "openai", "model": "m", "base_url": f"{server}/{number}/v1", "max_attempts": 1}
    yield "server", ["ask", recipe(folder, "server.yaml", chat=settings), "the bridge"]


def install_says(site: Path) -> Path:
    modules = {"hashing_embedder": HASHING_EMBEDDER, "says_chat": CHAT}
    groups = {"potluck.embedders": {"hashing": "hashing_embedder"}, "potluck.chat": {"says": "says_chat"}}
    return install(site, "potluck-terminal", groups, modules)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Ended]]:
    root = tmp_path_factory.mktemp("attacks")
    with refusing() as server:
        every = {
            f"{name} by {way}": command
            for number, (name, attack) in enumerate(ATTACKS.items())
            for way, command in commands(root, number, attack, server)
        }
        site = install_says(root / "site")
        yield potluck_often(every, root, PYTHONPATH=str(site))


WAYS = ("text", "file name", "section", "answer", "question", "recipe", "option", "command", "server")

SUCCEED = ("text", "section", "answer", "question")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_shown_and_not_obeyed(printed: Mapping[str, Ended], name: str, way: str) -> None:
    output = printed[f"{name} by {way}"].output

    assert not OBEYED.search(output), repr(output)
    assert any(spelling in output for spelling in spellings(ATTACKS[name])), output
    assert printed[f"{name} by {way}"].status == (0 if way in SUCCEED else 1), output
    assert "Traceback" not in output
    assert "fault of potluck" not in output


def spellings(attack: str) -> set[str]:
    """As text, as a message holds it that quotes it (as Python or the recipe's JSON do), as a document's lines."""
    return {visible(attack), repr(attack)[1:-1], json.dumps(attack)[1:-1], attack.replace("\r", "\n")}


@pytest.mark.parametrize("name", ATTACKS)
def test_json_holds_an_attack_whole_and_escaped(tmp_path: Path, name: str) -> None:
    escaped = visible_json([{"text": ATTACKS[name]}])

    assert not OBEYED.search(escaped)
    assert json.loads(escaped) == [{"text": ATTACKS[name]}]


@given(st.text())
def test_whatever_is_shown_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert not OBEYED.search(visible(text))
    assert not OBEYED.search(visible_line(text))
    assert "\n" not in visible_line(text)
    assert json.loads(visible_json([text])) == [text]
    visible(text).encode()


SCRIPTS = (
    *("短鋼軌：係指\n\t長度", "שלום עולם", "مرحبا", "क\u094d\u200dष", "e\u0301", "a\u00a0b\u3000c"),
    "👩\u200d🔬 👨\u200d👩\u200d👧",
)


@pytest.mark.parametrize("text", SCRIPTS)
def test_letters_of_every_script_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


def test_a_line_that_ends_in_a_carriage_return_and_a_newline_ends_in_a_newline() -> None:
    assert visible("one\r\ntwo\rthree") == "one\ntwo\\rthree"


def test_half_a_pair_and_a_name_that_is_not_text_can_be_printed() -> None:
    assert visible("\ud83d \udcff") == "\\ud83d \\udcff"


def test_an_answer_that_comes_token_by_token_cannot_smuggle_a_sequence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.md").write_text("The bridge stands since 1924.\n", encoding="utf-8")
    path = recipe(tmp_path, "recipe.yaml", chat={"use": "says", "text": "".join(ATTACKS.values())})
    with installed(install_says(tmp_path / "site"), monkeypatch):
        shown = on_a_terminal("ask", path, "the bridge")

    own = re.sub(r"\x1b\[\d+(;\d+)*m|\r\n", "", shown)
    assert not OBEYED.search(own), repr(own)
    assert visible("".join(ATTACKS.values())) in shown


def test_a_comparison_on_a_narrow_terminal_is_whole_though_a_variant_has_an_attack_for_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.md").write_text("The bridge stands since 1924.\n", encoding="utf-8")
    (tmp_path / "questions.jsonl").write_text('{"question": "When?", "answers": ["1924"]}', encoding="utf-8")
    prompts = {"甲": "{context} {question}", ATTACKS["clipboard"]: "{question} {context}"}
    keys = {"chat": {"use": "says", "text": "1924"}, "questions": "questions.jsonl", "compare": {"prompt": prompts}}
    path = recipe(tmp_path, "recipe.yaml", **keys)
    monkeypatch.setenv("COLUMNS", "80")
    with installed(install_says(tmp_path / "site"), monkeypatch):
        shown = re.sub(r"\x1b\[\d+(;\d+)*m|\r", "", on_a_terminal("compare", path, "--no-causes"))

    lines = [line.split() for line in shown.splitlines()]
    assert not OBEYED.search(shown)
    rows = [line for line in lines if line[1:3] == ["1.000", "-"]]
    assert [row[0] for row in rows] == ["甲", visible(ATTACKS["clipboard"])]
    assert max(map(cell_len, shown.partition("answers side by side")[0].splitlines())) <= 80


def on_a_terminal(*arguments: str) -> str:
    """What a command writes to a terminal on standard output."""
    leader, follower = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "potluck", *arguments], stdout=follower, stderr=subprocess.PIPE)
    os.close(follower)
    written = b""
    try:
        while block := os.read(leader, 65536):
            written += block
    except OSError:  # Linux: the other side is closed
        pass
    os.close(leader)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return written.decode()


@pytest.mark.parametrize(
    ("name", "word"), [("notes/規範.txt", "notes/規範.txt"), ("a b", "'a b'"), ("$x", "'$x'"), ("", "''"), ("~", "'~'")]
)
def test_a_name_is_in_quotes_where_a_shell_needs_them(name: str, word: str) -> None:
    assert shell_word(name) == word
