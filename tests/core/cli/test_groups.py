"""A command that is mistyped is an error with a suggestion.

Modules: ``potluck.cli.groups``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import potluck


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["indx", "recipe.yaml"], "No such command 'indx' (did you mean 'index'?)."),
        (["Ask"], "No such command 'Ask' (did you mean 'ask'?)."),
        (["plugins", "lst"], "No such command 'lst' (did you mean 'list'?)."),
        (["workspace", "repare"], "No such command 'repare' (did you mean 'repair'?)."),
        (["runs", "shw"], "No such command 'shw' (did you mean 'show'?)."),
        (["prompts", "scor"], "No such command 'scor' (did you mean 'score'?)."),
        (["出發"], "No such command '出發'."),
        (["recipe.yaml"], "but there is a file or folder of that name. To run it: potluck run recipe.yaml."),
        (["我的 文件"], "To ask it: potluck ask '我的 文件' QUESTION."),
    ],
)
def test_a_command_that_does_not_exist_is_told_with_what_is_meant(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "recipe.yaml").touch()
    (tmp_path / "我的 文件").mkdir()

    done = potluck(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{said}\n")


def test_an_option_that_does_not_exist_is_told_as_before(tmp_path: Path) -> None:
    done = potluck("--debgu", cwd=tmp_path)

    assert done.returncode == 1
    assert "--debgu" in done.stderr


@pytest.mark.parametrize("group", ["plugins", "prompts", "runs", "workspace"])
def test_the_help_of_a_group_says_what_each_command_does_in_a_whole_sentence(group: str) -> None:
    listed = potluck(group, "--help").stdout.partition("Commands:")[2]

    assert listed.count(".") >= 2
    assert "..." not in listed
