"""The commands, run as a user runs them: exit status, standard output, standard error.

Modules: ``potluck.cli.ask``, ``potluck.cli.chat``, ``potluck.cli.common``, ``potluck.cli.evaluate``,
``potluck.cli.index``, ``potluck.cli.load``, ``potluck.cli.plan``, ``potluck.cli.run``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.cli import COMMANDS
from support.commands import potluck
from support.fake_plugins import install_hashing, visible

CLAUSES = "1.4.4 短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n1.4.6 長鋼軌：係指長度在25m以上未滿200m之鋼軌。\n"
TALK = "The first week our board had sixty-four promises. By the summer it never had more than nineteen.\n"
RECIPE = "documents: notes/*.txt\nsplitter: sections\nembedder: hashing\nquestions: questions.jsonl\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "專案 one"
    (home / "notes").mkdir(parents=True)
    (home / "notes" / "規範.txt").write_text(CLAUSES, encoding="utf-8")
    (home / "notes" / "talk.txt").write_text(TALK, encoding="utf-8")
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    questions = [
        {
            "question_id": "a",
            "question": "短鋼軌是什麼？",
            "gold_sections": ["1.4.4"],
            "answers": ["標準長度以下5m以上"],
        },
        {"question": "How many promises were on the board?", "gold_ids": ["talk"], "answers": ["sixty-four"]},
        {"question": "逾期罰款是多少？", "answerable": False},
    ]
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(home)
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield home


def as_json(*arguments: str) -> Any:
    done = potluck(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_help_names_every_command_and_imports_none() -> None:
    script = (
        "import sys\nfrom potluck.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'torch', 'transformers', 'numpy', 'pydantic', 'ruamel', 'pluggy', 'rich', 'potluck_plugins'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    for name in ("ask", "chat", "evaluate", "index", "load", "plan", "plugins", "run", "schema"):
        assert f"\n  {name} " in done.stdout
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    done = potluck(command, "--help")

    assert done.returncode == 0
    assert COMMANDS[command].rstrip(".") in " ".join(done.stdout.split())


def test_a_run_says_why_it_indexes_again(home: Path) -> None:
    assert potluck("run", "recipe.yaml").returncode == 0

    other = RECIPE.replace("splitter: sections", "splitter: {use: sections, max_size: 300}")
    (home / "recipe.yaml").write_text(other, encoding="utf-8")
    told = potluck("run", "recipe.yaml").stderr

    (note,) = (line for line in told.splitlines() if "split again" in line)
    assert note == "note: 2 documents are split again because splitter.max_size 600 -> 300"


def test_evaluate_lists_measures_and_counts_but_what_a_filter_withheld_only_where_it_did(home: Path) -> None:
    printed = potluck("evaluate", "recipe.yaml").stdout

    names = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert names[:3] == ["recall@1", "recall@2", "recall@5"]
    assert {"questions", "answered", "empty"} <= set(names)
    assert "filtered" not in names


def test_ask_cites_the_documents_own_words(home: Path) -> None:
    report = as_json("ask", "recipe.yaml", "短鋼軌是什麼？")

    assert not report["refused"]
    assert "標準長度以下5m以上" in report["answer"]
    (citation,) = [c for c in report["citations"] if c["section"] == "1.4.4"]
    text = (home / "notes" / "規範.txt").read_text(encoding="utf-8")
    assert citation["source"] == "notes/規範.txt"
    assert citation["text"] == text[citation["start"] : citation["end"]]
    assert {"source", "section", "page", "start", "end", "text", "score"} <= set(report["retrieved"][0])
    assert {"ledger", "seconds", "tokens"} <= set(report)


def test_an_answer_that_is_not_there_is_refused_in_the_language_of_the_question(home: Path) -> None:
    report = as_json("ask", "recipe.yaml", "道岔的轉轍器要用哪一種馬達？")

    assert report["refused"]
    assert report["answer"] == "我不知道"
    assert report["citations"] == []


def test_evaluate_measures_and_lists_each_answer(home: Path) -> None:
    report = as_json("evaluate", "recipe.yaml")

    metrics = report["metrics"]
    wanted = {"recall@1", "recall@2", "recall@5", "mrr", "exact_match", "f1", "refusal_precision", "refusal_recall"}
    assert wanted <= set(metrics)
    assert metrics["recall@5"] == 1
    assert metrics["refusal_recall"] == 1
    assert [one["question_id"] for one in report["questions"]] == ["a", "line-2", "line-3"]
    assert len(as_json("evaluate", "recipe.yaml", "--limit", "1")["questions"]) == 1


def test_run_keeps_a_manifest_without_secrets(home: Path) -> None:
    report = as_json("run", "recipe.yaml")

    folder = Path(report["folder"])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]["embedder"]["use"] == "hashing"
    assert {plugin["name"] for plugin in manifest["plugins"]} >= {"hashing", "sections", "exact", "extractive"}
    assert set(manifest["documents"]) == {"notes/規範.txt", "notes/talk.txt"}
    assert manifest["metrics"]["recall@5"] == 1
    answers = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(answers) == 3


def test_index_tells_what_it_did_in_words(home: Path) -> None:
    done = potluck("index", "recipe.yaml")

    assert done.returncode == 0
    assert "documents: 2 added, 0 changed, 0 removed, 0 unchanged" in done.stdout
    assert "embedded: 3, reused: 0" in done.stdout


def test_index_ends_with_status_1_for_a_document_that_cannot_be_read_unless_the_recipe_consents(home: Path) -> None:
    (home / "notes" / "empty.txt").touch()

    done = potluck("index", "recipe.yaml")

    assert done.returncode == 1
    assert "not read: notes/empty.txt: no text was found in it" in done.stderr
    assert "documents: 2 added" in done.stdout
    consents = potluck("index", "recipe.yaml", "--set", "documents={path: notes/*.txt, on_error: skip}")
    assert consents.returncode == 0


def test_plan_embeds_nothing_and_says_what_leaves(home: Path) -> None:
    report = as_json("plan", "recipe.yaml", "--set", "embedder.send=api.example.com")

    assert report["leaves_the_machine"] == {"embedder": "api.example.com"}
    assert (report["chunks"], report["texts_to_embed"]) == (3, 3)
    assert as_json("plan", "recipe.yaml")["texts_to_embed"] == 3
    done = potluck("plan", "recipe.yaml", "--set", "embedder.window=10")
    assert done.returncode == 1
    assert "3 chunks are longer than the 10 tokens that the embedder reads" in done.stderr


def test_chat_answers_line_after_line_until_an_empty_one(home: Path) -> None:
    done = potluck("chat", "recipe.yaml", stdin="短鋼軌是什麼？\nHow many promises were on the board?\n\nnot read\n")

    assert done.returncode == 0
    assert "5m以上" in done.stdout
    assert "sixty-four" in done.stdout


def test_load_shows_each_file_and_fails_for_one_without_hiding_the_others(home: Path) -> None:
    names = ["-dash.txt", "50% off.txt", "two  blanks.txt", "中文　全形.txt"]
    for name in names:
        (home / name).write_text(f"內容 of {name}", encoding="utf-8")

    done = potluck("load", "--json", "--", *names, "nothing.txt", "notes")

    assert done.returncode == 1
    rows = json.loads(done.stdout)
    assert [row["text"] for row in rows if row["source"] in names] == [f"內容 of {name}" for name in names]
    (failed,) = [row for row in rows if "error" in row]
    assert failed["source"] == "nothing.txt"
    assert {row["source"] for row in rows} >= {"notes/規範.txt", "notes/talk.txt"}


def test_load_takes_a_loader_and_its_settings(home: Path) -> None:
    (home / "old.dat").write_bytes("短鋼軌".encode("big5"))

    (row,) = json.loads(potluck("load", "old.dat", "--loader", "text", "--set", "encoding=big5", "--json").stdout)

    assert row["text"] == "短鋼軌"
    assert row["metadata"]["encoding"] == "big5"


def test_plugins_list_shows_kind_name_package_and_version(home: Path) -> None:
    rows = as_json("plugins", "list", "embedder")

    about = {"kind": "embedder", "name": "hashing", "package": "potluck-hashing", "version": "1.0"}
    assert {**about, "contract": None, "missing": []} in rows
    assert {row["kind"] for row in rows} == {"embedder"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["index", "recipes.yaml"], "did you mean 'recipe.yaml'"),
        (["ask", "recipe.yaml", "?", "--set", "embeder=x"], "unknown key 'embeder' (did you mean 'embedder'?)"),
        (["evaluate", "recipe.yaml", "--questions", "no.jsonl"], "no.jsonl"),
        (["indx", "recipe.yaml"], "No such command"),
        (["ask", "recipe.yaml"], "Missing argument"),
        (["plugins", "list", "loders"], "'loders' is not one of"),
        (["load"], "Missing argument"),
    ],
)
def test_a_mistake_is_one_message_and_status_1(home: Path, arguments: list[str], message: str) -> None:
    done = potluck(*arguments)

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_with_json_a_mistake_is_json_too(home: Path) -> None:
    done = potluck("index", "nothing.yaml", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "RecipeError"


def test_debug_shows_the_traceback(home: Path) -> None:
    assert "Traceback" in potluck("--debug", "index", "nothing.yaml").stderr


def test_nothing_reaches_the_network_unless_the_recipe_names_a_remote_component(home: Path, tmp_path: Path) -> None:
    module = tmp_path / "site" / "hashing_embedder.py"
    code = module.read_text(encoding="utf-8")
    talking = "        import socket, numpy as np\n        socket.create_connection(('192.0.2.1', 80), 1)\n"
    module.write_text(code.replace("        import numpy as np\n", talking), encoding="utf-8")

    done = potluck("index", "recipe.yaml")

    assert done.returncode == 1
    assert (
        "something tried to reach 192.0.2.1, and the recipe names no remote component; nothing was sent" in done.stderr
    )


def test_on_a_terminal_an_answer_is_shown_once_as_it_comes(home: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "potluck", "ask", "recipe.yaml", "短鋼軌是什麼？"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # a terminal without a writer is at its end
            break
        if not piece:
            break
        shown += piece
    os.close(ours)

    assert done.returncode == 0, done.stderr
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert sum("短鋼軌：係指長度" in line for line in lines if not line.startswith(" ")) == 1
