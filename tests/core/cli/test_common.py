"""What several commands take and print alike: recipes, or documents without one.

Modules: ``potluck.cli.common``.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from potluck.cli import common, evaluate, index, terminal
from potluck.cli.common import open_observers, print_citations, print_ledger
from potluck.documents import Passage
from potluck.hookspecs import StageEvent
from potluck.ledger import Ledger
from potluck.reporting import inner_stage
from potluck.workspace.location import folder_beside
from support.commands import invoke, potluck, potluck_json


@pytest.mark.parametrize(
    ("page", "label", "shown"),
    [
        (None, None, "a.pdf 1.4, characters 0 to 3"),
        (4, None, "a.pdf 1.4, page 4, characters 0 to 3"),
        (4, "A-3", "a.pdf 1.4, page A-3 (4 in the file), characters 0 to 3"),
        (1, "\x1b]52;c;x\x07", "a.pdf 1.4, page \\x1b]52;c;x\\x07 (1 in the file), characters 0 to 3"),
    ],
)
def test_a_citation_names_the_page_as_a_reader_looks_it_up(
    capsys: pytest.CaptureFixture[str], page: int | None, label: str | None, shown: str
) -> None:
    print_citations([Passage("id", "a.pdf", "短鋼軌", 0, 3, 0.5, sections=("1.4",), page=page, page_label=label)])

    assert capsys.readouterr().out.split("\n") == [f"  [1] {shown}", "      短鋼軌", ""]


def test_of_a_long_citation_the_beginning_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_citations([Passage("id", "a.txt", f"短\n{'鋼軌' * 200}", 0, 402, 0.5)])

    assert capsys.readouterr().out.splitlines()[1] == f"      短 {'鋼軌' * 48}鋼…"


def test_a_ledger_without_entries_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger()
    print_ledger(ledger)
    assert capsys.readouterr().out == ""

    ledger.open("load", "documents")
    print_ledger(ledger)
    assert capsys.readouterr().out == "ledger: nothing lost; load 0 documents\n"


@pytest.fixture
def bare(notes_home: Path) -> Path:
    """Documents in a folder, and no recipe."""
    (notes_home / "recipe.yaml").unlink()
    return notes_home / "notes"


HASHED = ("--set", "embedder=hashing", "--set", "splitter=sections")


@pytest.mark.parametrize("sources", [["notes"], ["notes/規範.txt"], ["notes/規範.txt", "notes/talk.txt"]])
def test_documents_are_asked_as_they_are(sources: list[str], bare: Path) -> None:
    done = potluck("ask", *sources, "短鋼軌是什麼？", *HASHED)

    assert done.returncode == 0
    assert "[1] 規範.txt 1.4.4, characters" in done.stdout
    assert done.stderr.splitlines()[:2] == [
        f"{sources[0]}: read without a recipe, with the defaults (see potluck help init)",
        "what is computed is kept in notes/.potluck",
    ]
    assert "kept in" not in potluck("ask", *sources, "短鋼軌是什麼？", *HASHED).stderr


def test_every_command_that_needs_only_documents_takes_them(bare: Path) -> None:
    chat = potluck("chat", "notes", *HASHED, stdin="短鋼軌是什麼？\n")
    assert "5m以上" in chat.stdout
    assert potluck("index", "notes", *HASHED).stdout.startswith("documents: 0 added")
    assert "documents: 2 from 2 files" in potluck("plan", "notes", *HASHED).stdout
    one = potluck("plan", str(next(path for path in Path("notes").iterdir() if path.is_file())), *HASHED).stdout
    assert "documents: 1 from 1 file, 1 chunk\nto embed: 0 texts, 0 tokens\n" in one
    assert potluck("run", "notes", *HASHED).returncode == 0
    assert potluck("workspace", "check", "notes").stdout.startswith("catalogue.sqlite: whole")
    found = potluck_json("evaluate", "notes", "--questions", "questions.jsonl", *HASHED)
    assert len(found["questions"]) == 3
    compared = potluck_json("compare", "notes", "--questions", "questions.jsonl", "--swap", "retriever.k=1,2", *HASHED)
    assert list(compared["variants"])


def test_a_folder_without_documents_is_told_and_left_as_it_is(bare: Path) -> None:
    (bare.parent / "空").mkdir()

    done = potluck("ask", "空", "短鋼軌是什麼？", *HASHED)

    assert (done.returncode, done.stderr) == (1, f"{bare.parent / '空'}: the folder holds no documents\n")
    assert not list((bare.parent / "空").iterdir())


def test_a_run_over_documents_without_a_recipe_is_done_again_wherever_it_was_kept(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POTLUCK_CACHE", str(tmp_path / "cache"))
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: (mode, path) != (os.W_OK, bare) and access(path, mode))
    invoke(evaluate.command, "notes", "--questions", "questions.jsonl", *HASHED)
    (run,) = (tmp_path / "cache" / "workspaces").rglob("runs/*/")

    done = potluck("reproduce", str(run))

    assert done.returncode == 0, done.stderr
    assert not (bare / ".potluck").exists()


def test_a_plan_of_documents_makes_no_workspace_and_names_none(bare: Path) -> None:
    done = potluck("plan", "notes", *HASHED)

    assert (done.returncode, done.stderr) == (0, "")
    assert not (bare / ".potluck").exists()


def test_questions_within_the_folder_are_not_documents(bare: Path) -> None:
    (bare / "questions.jsonl").write_bytes((bare.parent / "questions.jsonl").read_bytes())

    done = potluck("evaluate", "notes", "--json", *HASHED)
    assert done.stderr.splitlines()[1:3] == [
        "notes/questions.jsonl: read as questions, not as a document",
        "what is computed is kept in notes/.potluck",
    ]
    assert "the questions are those of notes/questions.jsonl" in done.stderr

    for found in (
        json.loads(done.stdout), potluck_json("evaluate", "notes", "--questions", "notes/questions.jsonl", *HASHED)
    ):  # fmt: skip
        assert {one["source"] for answered in found["questions"] for one in answered["retrieved"]} == {
            "規範.txt",
            "talk.txt",
        }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two twos", "one two twos"),
        ("one two three four", "one two…"),
        ("one two thr four", "one two thr…"),
        ("道碴軌道施工規範第三章之規定", "道碴軌道施工規範第三章…"),
        ("a" * 40, "a" * 11 + "…"),
    ],
)
def test_a_quotation_is_shortened_to_whole_words(text: str, shown: str) -> None:
    assert common._short(text, 12) == shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["evaluate", "notes"],
            'notes: there are no questions; write some into notes/questions.jsonl, one per line: {"question": "...", '
            '"answers": ["..."]}; or name a file: --questions FILE\n',
        ),
        (["ask", "notes"], "notes: what is the question? potluck ask notes 'QUESTION'\n"),
        (["ask", "notes", "what", "is"], "what: there is no such file or folder; put quotes around a question\n"),
        (["ask", "note", "why?"], "note: there is no such file or folder (did you mean 'notes'?)\n"),
        (
            ["tune", "messages.csv"],
            "messages.csv is not a recipe; write one that names it, with a model, a task and a tuner: 'dataset: "
            "messages.csv'. To begin with one: potluck examples\n",
        ),
        (["tune", "notes"], "notes is not a recipe, and has none in it; write one: potluck init notes\n"),
        (
            ["lock", "notes/talk.txt"],
            "notes/talk.txt is not a recipe, and has none in it; write one: potluck init notes\n",
        ),
    ],
)
def test_what_documents_do_not_have_is_told(arguments: list[str], message: str, bare: Path) -> None:
    (bare.parent / "messages.csv").write_text("訊息,標籤\n中獎了,垃圾\n", encoding="utf-8")
    done = potluck(*arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(message)


def test_files_that_cannot_be_read_are_told_and_the_others_answer(bare: Path) -> None:
    (bare / "圖.png").write_bytes(b"\x89PNG")
    (bare / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")

    done = potluck("ask", "notes", "短鋼軌是什麼？", *HASHED)

    assert done.returncode == 0
    assert "not read: broken.pdf: " in done.stderr
    assert "not read: 圖.png: " in done.stderr
    assert "5m以上" in done.stdout


def test_a_recipe_in_the_folder_holds(notes_home: Path) -> None:
    assert potluck_json("ask", ".", "短鋼軌是什麼？")["citations"][0]["source"] == "notes/規範.txt"


@pytest.mark.skipif(subprocess.run(["unshare", "-m", "true"], check=False).returncode != 0, reason="needs mounts")
def test_a_folder_on_a_medium_that_cannot_be_written_is_read(bare: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "potluck", "ask", "notes", "短鋼軌是什麼？", *HASHED]
    mount = "mount --bind notes notes && mount -o remount,ro,bind notes && exec"
    environment = {**os.environ, "POTLUCK_CACHE": str(tmp_path / "cache")}

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} {shlex.join(command)}"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )

    assert "5m以上" in done.stdout
    assert f"what is computed is kept in {tmp_path / 'cache' / 'workspaces'}" in done.stderr
    assert sorted(path.name for path in bare.iterdir()) == ["talk.txt", "規範.txt"]


def test_a_recipe_where_nothing_can_be_written_says_where_it_keeps_things(
    notes_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POTLUCK_CACHE", str(tmp_path / "cache"))
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: (mode, path) != (os.W_OK, notes_home) and access(path, mode))

    done = invoke(index.command, "recipe.yaml")

    assert done.exit_code == 0
    assert f"what is computed is kept in {tmp_path / 'cache' / 'workspaces'}" in done.stderr
    (kept,) = (tmp_path / "cache" / "workspaces").rglob(".potluck")
    assert folder_beside(kept) == notes_home


def test_whoever_draws_on_the_terminal_is_told_before_anything_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def observe() -> None:
        told.append(capsys.readouterr().out)

    with terminal.tell_of_output(observe):
        terminal.echo("one")
        terminal.echo("錯誤", err=True)
        terminal.print_json([1])
    terminal.echo("not told")

    assert told == ["", "one\n", ""]


def test_a_command_is_a_stage_around_those_of_its_work_until_it_ends() -> None:
    told: list[str] = []

    class Watch:
        def potluck_stage_started(self, event: StageEvent) -> None:
            told.append(f"{event.stage} {event.parent}")

        def potluck_stage_finished(self, event: StageEvent) -> None:
            told.append(f"end of {event.stage}")

        def potluck_output_begins(self) -> None:
            told.append("output")

        def close(self) -> None:
            told.append("closed")

    @click.command("look")
    def look() -> None:
        with open_observers(quiet=True) as observers:
            observers.register(Watch())
            with inner_stage("load"):
                pass
            terminal.echo("看到了")

    assert CliRunner().invoke(look).output == "看到了\n"
    assert told == ["load 1", "end of load", "output", "end of look", "closed"]
