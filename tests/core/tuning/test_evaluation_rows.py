"""What an evaluation on the validation examples found, in the words of a table.

Modules: ``potluck.tuning.evaluation_rows``.
"""

from __future__ import annotations

from potluck.tuning.evaluation_rows import evaluation_rows


def test_each_figure_has_words_and_a_form_of_its_own() -> None:
    found = {"step": 9.0, "loss": 0.1175, "answers": 0.625, "gained": 5.0, "lost": 0.0, "examples": 8.0, "f1": 0.5}

    assert evaluation_rows(found) == [
        ("loss", "0.1175 nats per token"),
        ("answers right token by token", "62.5%"),
        ("answers become right", "5"),
        ("answers become wrong", "0"),
        ("examples", "8"),
        ("f1", "0.5000"),
    ]
