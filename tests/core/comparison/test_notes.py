"""What a comparison says besides its measures: in its document and its report, on the terminal, and with a gate.

Modules: ``potluck.comparison.causes``, ``potluck.comparison.curves``,
``potluck.comparison.document``, ``potluck.comparison.engine``, ``potluck.comparison.gate``,
``potluck.comparison.measured``, ``potluck.comparison.notes``, ``potluck.comparison.compare``,
``potluck.comparison.table``, ``potluck.workloads``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from potluck.cli import potluck
from potluck.runs.find import runs_of
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, messages
from support.scripted_server import Answer, Body, Reply, Scripted, chat, scripted_server

QUESTIONS = ["Where does the pump stand?", "泵在哪一室？", "Which room holds the pump?"]
TASK = [("say red", "red"), ("say blue", "blue"), ("說綠色", "綠色")]

Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(chat({"content": "Room 7 第七室"})) as running:
        yield running


def service(server: Scripted) -> str:
    return f"{{use: openai, model: m, base_url: '{server.url}', backoff: 0, max_attempts: 1}}"


@pytest.fixture
def documents(tmp_path: Path, server: Scripted) -> Path:
    """A recipe over documents, one of which cannot be read."""
    (tmp_path / "doc.txt").write_text("The pump stands in room 7. 泵在第七室。\n", encoding="utf-8")
    (tmp_path / "壞.pdf").write_bytes(b"%PDF-1.4 broken")
    rows = [{"question_id": f"q{n}", "question": text, "answers": ["Room 7"]} for n, text in enumerate(QUESTIONS)]
    rows[0]["難度"] = "3"
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    recipe = f"documents: [doc.txt, 壞.pdf]\nchat: {service(server)}\nquestions: q.jsonl\n"
    return written(tmp_path, recipe)


@pytest.fixture
def task(tmp_path: Path, server: Scripted) -> Path:
    """A recipe with a task."""
    rows = [{"prompt": prompt, "completion": right} for prompt, right in TASK]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return written(tmp_path, f"task: generation\nchat: {service(server)}\nquestions: q.jsonl\n")


def written(home: Path, recipe: str) -> Path:
    (home / "recipe.yaml").write_text(recipe, encoding="utf-8")
    return home / "recipe.yaml"


def stated(fingerprint: str) -> Answer:
    """Answers of a service that names the state of its model."""

    def answer(asked: Body) -> Reply:
        told = json.loads(chat({"content": asked["messages"][-1]["content"][-9:]})(asked).body)
        return Reply(json.dumps({**told, "system_fingerprint": fingerprint}).encode())

    return answer


def run(*arguments: object) -> Result:
    done = invoke(potluck, *map(str, arguments))
    assert done.exit_code in (0, 1, 3), done.output
    return done


def notes(*arguments: object) -> list[str]:
    """What a command says with ``--json``, whatever it is that holds its notes."""
    found: list[str] = json.loads(run(*arguments, "--json").stdout)["notes"]
    return found


def page(recipe: Path) -> str:
    newest, *_ = runs_of(recipe.parent / ".potluck")
    return (newest / "report.html").read_text(encoding="utf-8")


def test_answers_that_never_end_are_told_once_with_the_names_of_the_variants(documents: Path, server: Scripted) -> None:
    server.answer = chat({"content": "Room 7 and so on"}, "length")

    found = notes("compare", documents, "--swap", "retriever.k=1,2", "--no-causes")

    cut = "cut answers: 3 of 3 (100%) ended at the limit of 256 tokens (chat.max_tokens)"
    assert f"all variants: {cut}: the model does not end its answers" in found


def test_documents_that_could_not_be_read_are_told(documents: Path) -> None:
    found = notes("compare", documents, "--swap", "documents=[doc.txt],[doc.txt, 壞.pdf]", "--no-causes")

    (note,) = [note for note in found if "documents not read" in note]
    name, said = note.split(": ", 1)
    assert name == "documents=doc.txt,壞.pdf"
    assert said.startswith("documents not read: 1 (壞.pdf: ")


def test_what_is_missing_for_the_verdict_is_said_before_any_question_is_asked(
    documents: Path, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    done = invoke(potluck, "compare", str(documents), "--swap", "retriever.k=1,2")

    assert done.exit_code == 1
    assert "comparing needs the package 'scipy'" in str(done.exception)
    assert not server.asked
    assert not (documents.parent / ".potluck" / "runs").exists()


def test_the_page_and_the_terminal_say_what_the_document_says(documents: Path, server: Scripted) -> None:
    server.answer = chat({"content": "Room 7 <b>"}, "length")
    arguments = ("compare", documents, "--swap", "retriever.k=1,2", "--no-causes")

    found, shown = notes(*arguments), page(documents)

    assert len(found) == 3
    terminal = run(*arguments).stderr
    for note in found:
        assert note in terminal
        from_here = note.replace(f"{documents.parent}/", "")
        assert json.dumps(from_here, ensure_ascii=False)[1:-1] in shown


@pytest.mark.parametrize("condition", ["f1 >= 0.1", "f1 >= baseline - 0.1"])
def test_a_gate_says_the_same(documents: Path, server: Scripted, condition: str) -> None:
    server.answer = chat({"content": "Room 7"}, "length")
    arguments = ("compare", documents, "--swap", "retriever.k=1,2")

    found = notes(*arguments, "--gate", condition)

    assert found == notes(*arguments, "--no-causes")
    assert {note.split(": ", 1)[1].split(":")[0] for note in found} >= {"documents not read", "cut answers"}
    assert any("these keys of questions mean nothing to potluck: 難度" in note for note in found)
    terminal = run(*arguments, "--gate", condition).stderr
    assert all(note in terminal for note in found)


def test_a_gate_tells_that_the_model_has_changed_since_some_answers_were_kept(
    documents: Path, server: Scripted
) -> None:
    server.answer = stated("old")
    run("evaluate", documents, "--limit", 2)
    server.answer = stated("new")

    found = notes("compare", documents, "--gate", "f1 >= 0.1")

    (note,) = [note for note in found if "has changed" in note]
    assert "m new (1) answered now, m old (2) when the kept answers were given" in note


@pytest.mark.parametrize("arguments", [("evaluate",), ("evaluate", "--json"), ("run",), ("run", "--json")])
def test_a_task_tells_that_the_model_has_changed_since_some_answers_were_kept(
    task: Path, server: Scripted, arguments: tuple[str, ...]
) -> None:
    server.answer = stated("old")
    run("evaluate", task, "--limit", 2)
    server.answer = stated("new")

    told = "m new (1) answered now, m old (2) when the kept answers were given"
    assert told in run(*arguments, task).output
    assert "run" not in arguments or told in page(task)
    assert "has changed" not in run(*arguments, task, "--fresh").output


def test_a_task_that_is_compared_tells_it_once(task: Path, server: Scripted) -> None:
    server.answer = stated("old")
    run("evaluate", task)
    server.answer = stated("new")

    found = notes("compare", task, "--swap", "prompt='{prompt}','Now {prompt}'")

    (note,) = [note for note in found if "has changed" in note]
    assert "m new (3) answered now, m old (3) when" in note


def test_a_model_that_says_one_thing_to_all_examples_is_told_with_its_variant(task: Path, server: Scripted) -> None:
    server.answer = lambda asked: stated("m")(asked) if "Now" in str(asked) else chat({"content": "red"})(asked)

    found = notes("compare", task, "--swap", "prompt='{prompt}','Now {prompt}'")

    (note,) = found
    name, said = note.split(": ", 1)
    assert name == "{prompt}"
    assert said == "one answer for everything: all 3 questions were answered 'red', and 3 different answers are right"
    assert said in page(task)


def test_examples_that_are_cut_or_withheld_are_told(task: Path, server: Scripted) -> None:
    server.answer = lambda asked: chat({"content": ""}, "content_filter" if "綠" in str(asked) else "length")(asked)

    found = notes("compare", task, "--swap", "chat.presence_penalty=0,1")

    assert any(note.endswith("example-3: the service's content filter withheld the answer") for note in found)
    assert any("cut answers: 2 of 3 (67%) ended at the limit" in note for note in found)


def test_labels_that_are_no_better_than_the_commonest_are_told_by_compare_as_by_evaluate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": text, "label": label} for text, label in messages(20)]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    knows: dict[str, Any] = {"use": "tutor", "words": {"中獎": "garbage"}, "otherwise": "ok"}
    recipe = {"task": "classification", "questions": "q.jsonl", "prompt": "{text}", "chat": knows}
    path = written(
        tmp_path, json.dumps({**recipe, "compare": {"chat.words": {"knows": {"中獎": "garbage"}, "not": {}}}})
    )

    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        alone = notes("evaluate", path, "--set", "chat.words={}")
        found = notes("compare", path)

    assert [note.split(":")[0] for note in alone] == ["one label for everything", "no better than the commonest label"]
    assert found == [f"not: {note}" for note in alone]
