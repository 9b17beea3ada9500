"""The commands, run as a user runs them: exit status, standard output, standard error.

Modules: ``potluck.cli``, ``potluck.cli.common``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.cli import COMMANDS, _explain
from support.commands import potluck, potluck_json


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


def test_without_a_command_it_says_how_to_begin() -> None:
    done = potluck()

    assert done.stderr == potluck("--help").stdout
    assert "To begin with a folder of yours: potluck ask FOLDER 'Your question?'" in done.stderr
    assert "potluck init FOLDER" in done.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    done = potluck(command, "--help")

    assert done.returncode == 0
    assert COMMANDS[command].rstrip(".") in " ".join(done.stdout.split())


def test_plan_embeds_nothing_and_says_what_leaves(notes_home: Path) -> None:
    report = potluck_json("plan", "recipe.yaml", "--set", "embedder.send=api.example.com")

    assert report["leaves_the_machine"] == {"embedder": "api.example.com"}
    assert (report["chunks"], report["texts_to_embed"]) == (3, 3)
    assert potluck_json("plan", "recipe.yaml")["texts_to_embed"] == 3
    done = potluck("plan", "recipe.yaml", "--set", "embedder.window=10")
    assert done.returncode == 1
    assert "3 chunks are longer than the 10 tokens that the embedder reads" in done.stderr


def test_plugins_list_shows_kind_name_package_and_version(notes_home: Path) -> None:
    rows = potluck_json("plugins", "list", "embedder")

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
        (["ask", "recipe.yaml"], "what is the question?"),
        (["plugins", "list", "loders"], "'loders' is not one of"),
        (["load"], "Missing argument"),
    ],
)
def test_a_mistake_is_one_message_and_status_1(notes_home: Path, arguments: list[str], message: str) -> None:
    done = potluck(*arguments)

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stderr.startswith("unexpected")
    assert done.stdout == ""


def test_a_fault_is_told_as_one_with_the_way_to_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert _explain(ZeroDivisionError("除以零"), []) == 1
    assert capsys.readouterr().err == (
        "unexpected ZeroDivisionError: 除以零\nThis is a fault of potluck or of a plugin: potluck --debug shows where\n"
    )


def test_with_json_a_mistake_is_json_too(notes_home: Path) -> None:
    done = potluck("index", "nothing.yaml", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "RecipeError"


def test_debug_shows_the_traceback(notes_home: Path) -> None:
    done = potluck("--debug", "index", "nothing.yaml")

    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_nothing_reaches_the_network_unless_the_recipe_names_what_is_remote(notes_home: Path, tmp_path: Path) -> None:
    module = tmp_path / "site" / "hashing_embedder.py"
    code = module.read_text(encoding="utf-8")
    talking = "        import socket, numpy as np\n        socket.create_connection(('192.0.2.1', 80), 1)\n"
    module.write_text(code.replace("        import numpy as np\n", talking), encoding="utf-8")

    done = potluck("index", "recipe.yaml")

    assert done.returncode == 1
    assert (
        "something tried to reach 192.0.2.1, and the recipe names no remote component; nothing was sent" in done.stderr
    )
