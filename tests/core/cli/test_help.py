"""``potluck help COMMAND`` is ``potluck COMMAND --help``.

Modules: ``potluck.cli.help``.
"""

from __future__ import annotations

import pytest

from support.commands import potluck


@pytest.mark.parametrize("command", [[], ["ask"], ["plugins"], ["plugins", "doctor"]])
def test_it_prints_what_the_command_says_of_itself(command: list[str]) -> None:
    asked = potluck("help", *command)

    assert asked.returncode == 0
    assert asked.stdout == potluck(*command, "--help").stdout
    assert asked.stdout.startswith(f"Usage: {' '.join(['potluck', *command])} ")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["aks"], "No such command 'aks' (did you mean 'ask'?)."),
        (["plugins", "docter"], "No such command 'docter' (did you mean 'doctor'?)."),
        (["ask", "more"], "'potluck ask' has no commands of its own."),
    ],
)
def test_a_name_that_is_none_is_a_mistake(command: list[str], said: str) -> None:
    asked = potluck("help", *command)

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.endswith(f"{said}\n")
