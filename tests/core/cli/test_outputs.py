"""What every command prints with ``--json`` is what its schema says: the commands are run, on small inputs.

Modules: ``potluck.cli.outputs``, ``potluck.json_schemas``,
``potluck.results``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from potluck.cli import COMMANDS
from potluck.cli.outputs import ERROR, output_schema, outputs
from potluck.errors import PotluckError
from potluck.json_schemas import DRAFT
from support.commands import potluck
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write

WORDS = {"中獎": "garbage", "開會": "ok"}
TUTOR = json.dumps({"use": "tutor", "words": WORDS, "otherwise": "ok"})
TORCH = ("torch", "transformers", "peft")
CLAUSES = "1.4.4 短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n1.4.6 長鋼軌：係指長度在25m以上未滿200m之鋼軌。\n"
QUESTIONS: list[dict[str, Any]] = [
    {"question": "短鋼軌是什麼？", "gold_sections": ["1.4.4"], "answers": ["標準長度以下5m以上"], "gold_facts": ["5m"]},
    {"question": "How long is a long rail?", "gold_ids": ["規範"], "answers": ["25m"]},
    {"question": "逾期罰款是多少？", "answerable": False},
]


def lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "專案"
    (home / "notes").mkdir(parents=True)
    (home / "notes" / "規範.txt").write_text(CLAUSES, encoding="utf-8")
    (home / "notes" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (home / "questions.jsonl").write_text(lines(QUESTIONS), encoding="utf-8")
    recipe = "splitter: sections\nembedder: letters\nquestions: questions.jsonl\n"
    (home / "recipe.yaml").write_text("documents: notes/*.txt\n" + recipe, encoding="utf-8")
    (home / "failing.yaml").write_text("documents: {path: notes/*}\n" + recipe, encoding="utf-8")
    (home / "task.yaml").write_text(f"task: classification\nquestions: data.jsonl\nchat: {TUTOR}\n", encoding="utf-8")
    write(home / "data.jsonl", messages(40))
    monkeypatch.chdir(home)
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield home


def commands_with_json() -> set[str]:
    """The names of all commands that take ``--json``."""
    found = set()
    for name in COMMANDS:
        command = importlib.import_module(f"potluck.cli.{name}").command
        inner = command.commands if isinstance(command, click.Group) else {"": command}
        for sub, one in inner.items():
            if any("--json" in option.opts for option in one.params):
                found.add(f"{name} {sub}".strip())
    return found


def all_commands() -> set[str]:
    """The names of all commands that do something by themselves."""
    found = set()
    for name in COMMANDS:
        command = importlib.import_module(f"potluck.cli.{name}").command
        subs = command.commands if isinstance(command, click.Group) else {"": command}
        found |= {f"{name} {sub}".strip() for sub in subs}
    return found


def check(command: str, document: Any) -> None:
    """Compare a document with the schema that ``potluck schema --output`` prints."""
    schema = output_schema(command)
    Draft202012Validator.check_schema(schema)
    wrong = [f"{one.json_path}: {one.message}"[:300] for one in Draft202012Validator(schema).iter_errors(document)]
    assert wrong == []


def printed(command: str, *arguments: str, status: int = 0, **more: Any) -> Any:
    """What a command printed, which is as its schema says."""
    done = potluck(*command.split(), *arguments, "--json", **more)
    assert done.returncode == status, done.stderr
    document = json.loads(done.stdout)
    check(command, document)
    return document


def test_every_command_takes_json() -> None:
    assert all_commands() == commands_with_json()


def test_every_output_has_a_schema_of_its_own() -> None:
    assert {*outputs(), "schema"} == {*commands_with_json(), ERROR}
    for command in outputs():
        Draft202012Validator.check_schema(output_schema(command))


@pytest.mark.parametrize("command", ["index", "plan", "evaluate", "run", "lock", "workspace check", "workspace repair"])
def test_what_is_done_with_a_recipe_is_as_its_schema_says(command: str, home: Path) -> None:
    printed(command, "recipe.yaml")


def test_documents_that_cannot_be_read_are_listed_as_the_schema_says(home: Path) -> None:
    assert [one["source"] for one in printed("index", "failing.yaml", status=1)["failures"]] == ["notes/broken.pdf"]
    assert printed("plan", "failing.yaml")["failures"]


def test_answers_are_as_their_schema_says(home: Path) -> None:
    assert printed("ask", "recipe.yaml", "短鋼軌是什麼？")["citations"]
    assert printed("ask", "task.yaml", "恭喜中獎")["answer"] == "garbage"


def test_a_file_of_predictions_is_told_as_its_schema_says(home: Path) -> None:
    assert printed("predict", "task.yaml", "data.jsonl", "--to", "found.csv")["rows"] == 40


def test_each_turn_of_a_chat_is_an_object_on_a_line(home: Path) -> None:
    chat = json.dumps({"use": "tutor", "fails_on": "失敗", "otherwise": "鋼軌"})
    done = potluck("chat", "recipe.yaml", "--set", f"chat={chat}", "--json", stdin="短鋼軌？\n失敗？\nAnd now?\n")

    turns = [json.loads(line) for line in done.stdout.splitlines()]
    for turn in turns:
        check("chat", turn)
    assert [turn.get("question", turn.get("error")) for turn in turns] == ["短鋼軌？", "RemoteError", "And now?"]


def test_help_and_completion_are_as_their_schemas_say(home: Path) -> None:
    assert printed("help", "plugins", "list")["command"] == "potluck plugins list"
    assert "_POTLUCK_COMPLETE" in printed("completion", "fish")["script"]


def test_what_init_wrote_is_as_its_schema_says(home: Path) -> None:
    assert printed("init", "notes")["unread"] == []


def test_a_comparison_is_as_its_schema_says(home: Path) -> None:
    found = printed("compare", "recipe.yaml", "--swap", "retriever.k=1,2,3", "--judge", TUTOR)

    assert found["pairs"]
    assert found["learning_curves"]
    assert found["judge"]["pairs"]
    kept = json.loads(next(home.glob(".potluck/runs/*/comparison.json")).read_text(encoding="utf-8"))
    assert kept == found


def test_a_comparison_with_causes_and_a_variant_that_failed_is_as_its_schema_says(home: Path) -> None:
    silent = json.dumps({"use": "tutor", "otherwise": "不知道"})
    broken = json.dumps({"use": "tutor", "fails_on": "短"})
    found = printed("compare", "recipe.yaml", "--swap", f"chat=extractive,{silent},{broken}", status=1)

    assert [one["error"] is None for one in found["variants"]] == [True, True, False]
    assert found["causes"]
    assert found["cause_counts"]


def test_a_gate_is_as_its_schema_says(home: Path) -> None:
    found = printed("compare", "recipe.yaml", "--swap", "retriever.k=1,2", "--gate", "f1 >= baseline - 0.02", status=3)

    assert found["verdict"] == "undecided"


def test_a_strategy_is_as_its_schema_says(home: Path) -> None:
    found = printed("strategy", "data.jsonl", "--embedder", "letters", "--chat", TUTOR, "--rule", "garbage=中獎")

    assert found["recommendation"]["row"]
    assert {"zero-shot", "rule", "embedding"} <= {row["name"] for row in found["rows"]}


@pytest.mark.parametrize("command", ["evaluate", "run"])
def test_a_task_is_as_its_schema_says(command: str, home: Path) -> None:
    found = printed(command, "task.yaml")

    assert (found["evaluation"] if command == "run" else found)["confusion"]


def test_a_run_that_is_reproduced_is_as_its_schema_says(home: Path) -> None:
    run = printed("run", "recipe.yaml")["run"]

    assert printed("reproduce", run)["same"]
    (home / "notes" / "規範.txt").write_text("1.4.4 短鋼軌：很短。\n", encoding="utf-8")
    again = printed("reproduce", run, status=1)
    assert again["inputs"]
    assert again["answers"]


def test_runs_that_are_kept_are_as_their_schema_says(home: Path) -> None:
    run = printed("run", "recipe.yaml")["run"]

    assert run in {one["run"] for one in printed("runs list")["runs"]}
    assert printed("runs diff", run, run)["measures"]
    assert printed("runs latest") == printed("runs show", "latest")
    assert printed("runs open", run)["opened"] is False
    assert [one["run"] for one in printed("runs rm", run, "--yes")["removed"]] == [run]


def test_what_is_not_as_pinned_is_as_the_schema_says(home: Path) -> None:
    printed("lock", "recipe.yaml")
    (home / "notes" / "規範.txt").write_text("1.4.4 短鋼軌：很短。\n", encoding="utf-8")

    assert printed("lock", "recipe.yaml", "--check", status=1)["differences"]


def test_without_a_lock_the_check_is_a_mistake_and_no_list_of_differences(home: Path) -> None:
    done = potluck("lock", "recipe.yaml", "--check", "--json")

    assert done.returncode == 1
    check(ERROR, json.loads(done.stdout))
    assert "there is no lock of recipe.yaml; write one: potluck lock recipe.yaml" in done.stdout


def test_a_damaged_workspace_is_as_its_schema_says(home: Path) -> None:
    printed("index", "recipe.yaml")
    catalogue = next(home.glob(".potluck/*.db"), None) or next(home.glob(".potluck/*.sqlite*"))
    whole = catalogue.read_bytes()
    catalogue.write_bytes(whole.replace("短鋼軌".encode(), "長鋼軌".encode()))

    assert not printed("workspace check", "recipe.yaml", status=1)["is_whole"]
    assert printed("workspace repair", "recipe.yaml")["index"]["documents"]


def test_files_are_loaded_as_the_schema_says(home: Path) -> None:
    found = printed("load", "notes/規範.txt", "notes/broken.pdf", status=1)

    assert [set(one) for one in found] == [{"source", "text", "metadata"}, {"source", "error", "kind"}]


def test_lists_of_plugins_are_as_their_schema_says(home: Path) -> None:
    assert len(printed("plugins list")) > 20
    assert len(printed("tuners")) >= 7
    assert printed("conform", "splitter", "recursive")


def test_what_the_doctor_finds_is_as_its_schema_says(home: Path) -> None:
    found = printed("plugins doctor")

    assert "tutor" in {one["name"] for one in found["plugins"]}


def test_a_new_package_is_as_its_schema_says(home: Path) -> None:
    assert printed("new", "chat", "parrot")["files"]


def test_examples_are_as_their_schema_says(home: Path) -> None:
    assert [one["uses"] for one in printed("examples") if one["name"] == "tuning"] == [["messages"]]
    assert printed("examples", "tuning", "--to", "範例")["files"]


def test_prompts_are_as_their_schema_says(home: Path) -> None:
    (home / "p.yaml").write_text("prompt: '{context} {question}'\nquestions: questions.jsonl\n", encoding="utf-8")

    assert printed("prompts list", "p.yaml")[0]["line"] == 1
    assert [one["line"] for one in printed("prompts list", "recipe.yaml")] == [None, None]
    assert printed("prompts lint", "p.yaml", status=1)[0]["level"] == "error"


def test_scores_of_wordings_are_as_their_schema_says(home: Path) -> None:
    pairs = [{"premise": f"中獎 {n}", "hypothesis": "他跑", "label": "entailment"} for n in range(6)]
    (home / "pairs.jsonl").write_text(lines([*pairs, {**pairs[0], "label": "contradiction"}]), encoding="utf-8")
    words = ["--verbaliser", "entailment=yes", "--verbaliser", "contradiction=no"]
    wordings = ["--template", "{premise}? {label}, {hypothesis}", "--template", "{hypothesis}? {label}, {premise}"]
    chat = ["--chat", "tutor", "--set", "chat.otherwise=yes"]
    found = printed("prompts score", "--pairs", "pairs.jsonl", *words, *wordings, *chat)

    assert [one["hash"] for one in found["wordings"]]
    assert found["sets"][0]["against"]


def test_a_schema_is_a_schema(home: Path) -> None:
    printed("schema")
    described = json.loads(potluck("schema", "--output", "plugins list", "--json").stdout)

    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert described == output_schema("plugins list")


def test_a_mistake_is_as_its_schema_says(home: Path) -> None:
    done = potluck("index", "nowhere.yaml", "--json")

    check(ERROR, json.loads(done.stdout))
    assert done.returncode == 1


def test_a_key_that_the_schema_does_not_name_is_drift(home: Path) -> None:
    found = printed("tuners")
    validator = Draft202012Validator(output_schema("tuners"))

    assert not validator.is_valid([found[0] | {"more": 1}])
    assert not validator.is_valid([{key: value for key, value in found[0].items() if key != "family"}])


def test_what_is_tuned_is_as_its_schema_says(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the bundled tuners need torch")
    pytest.importorskip("peft", reason="the bundled tuners need peft")
    from support.tuning import make_model, recipe, write_home

    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    with recipe(home, tuner={"use": "lora", "training": {"max_steps": 3, "dtype": "float32"}}) as one:
        path = str(one.model.path)

    assert printed("plan", path, imported=TORCH)["trainable_parameters"]
    assert len(printed("tune", path, imported=TORCH)["losses"]) == 3
    assert printed("run", path, imported=TORCH)["tuning"]["reused"]
    assert Path(printed("merge", path, str(tmp_path / "merged"), imported=TORCH)["folder"]).is_dir()


def test_the_schema_of_the_schema_is_the_draft_that_it_is_written_in() -> None:
    assert output_schema("schema") == {"$schema": DRAFT, "title": "potluck schema --json", "$ref": DRAFT}
    with pytest.raises(PotluckError, match=r"no command 'indx' prints JSON \(did you mean 'index'\?\); there are: "):
        output_schema("indx")
