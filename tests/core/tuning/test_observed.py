"""What observers see of a tuning, and of the answers with what was tuned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.tuning import recipe


def test_a_tuning_is_told_with_its_tuner_model_and_loss(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_EVENTS", str(home / "events.jsonl"))
    with recipe(home, chat={"use": "transformers", "max_tokens": 2}, observers="jsonl") as opened:
        done = opened.tune()
        opened.evaluate(home / "test.jsonl")
    lines = [json.loads(line) for line in (home / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    tuned = [line for line in lines if line.get("stage") == "tune"]

    assert {(line["component"], line["model"], line["unit"]) for line in tuned} == {("lora", "model", "steps")}
    assert [line["event"] for line in tuned][0 :: len(tuned) - 1] == ["started", "finished"]
    assert tuned[-1]["done"] == tuned[-1]["total"] == len(done.tuned.losses)
    assert tuned[-1]["measures"].keys() == {"loss", "learning_rate", "tokens_per_second"}
    assert min(done.tuned.losses) <= tuned[-1]["measures"]["loss"] <= max(done.tuned.losses)
    evaluated = [line for line in lines if line.get("stage") == "evaluate"]
    assert (evaluated[-1]["event"], evaluated[-1]["component"], evaluated[-1]["done"]) == (
        "finished",
        "transformers",
        8,
    )


def test_the_calls_of_a_generating_evaluation_are_told_with_their_tokens(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POTLUCK_EVENTS", str(home / "events.jsonl"))
    roles = ("user", "assistant")
    rows = [
        {"messages": [{"role": r, "content": c} for r, c in zip(roles, (f"rain {n}", "weather"), strict=True)]}
        for n in range(3)
    ]
    (home / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    keys = {"task": "generation", "dataset": None, "tuner": None, "prompt": None}
    with recipe(home, **keys, chat={"use": "transformers", "max_tokens": 3}, observers="jsonl") as opened:
        report = opened.evaluate(home / "test.jsonl")
    lines = [json.loads(line) for line in (home / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    calls = [line for line in lines if line["event"] == "called"]

    assert [call["operation"] for call in calls] == ["chat"] * 3
    assert {call["model"] for call in calls} == {"model"}
    assert sum(call["input_tokens"] for call in calls) == report.usage.prompt
    assert sum(call["output_tokens"] or 0 for call in calls) == report.usage.completion
