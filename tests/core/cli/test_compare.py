"""``potluck compare`` as a user runs it.

Modules: ``potluck.cli.compare``, ``potluck.comparison.causes``,
``potluck.comparison.curves``, ``potluck.comparison.document``, ``potluck.comparison.engine``,
``potluck.comparison.gate``, ``potluck.comparison.measured``, ``potluck.comparison.notes``,
``potluck.comparison.compare``, ``potluck.comparison.table``, ``potluck.comparison.ranking_table``,
``potluck.comparison.judging``, ``potluck.workloads``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.arbiter import install_arbiter
from support.commands import potluck
from support.fake_plugins import visible
from support.planted import cause_of, install_planted, plant

ITEMS = 14


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "比較 one"
    folder.mkdir()
    plant(folder, ITEMS)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


def result(*arguments: str, status: int = 0) -> Any:
    done = potluck(*arguments, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def asked(home: Path) -> list[str]:
    return (home.parent / "asked.log").read_text(encoding="utf-8").splitlines()


def test_keys_of_questions_that_mean_nothing_are_noted_with_their_file(home: Path) -> None:
    rows = [json.loads(line) for line in Path("questions.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps({**row, "難度": 3}, ensure_ascii=False) for row in rows]
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")

    found = result("compare", "recipe.yaml", "--no-causes")

    assert found["notes"] == [f"{home / 'questions.jsonl'}: these keys of questions mean nothing to potluck: 難度"]


def test_every_option_reaches_the_comparison(home: Path) -> None:
    few, design = ("--limit", "3"), ("--design", "paired")
    shown = ("--baseline", "b", "--metric", "exact_match", "--perplexity", "--no-causes")
    found = result("compare", "recipe.yaml", *few, *design, *shown)

    assert (found["design"], found["baseline"], found["metric"]) == ("paired", "b", "exact_match")
    assert {variant["perplexity"]["n"] for variant in found["variants"]} == {3}
    assert {pair["n"] for pair in found["pairs"]} == {3}
    assert found["causes"] == []


def test_compare_says_which_variant_is_better_by_how_much_and_why(home: Path) -> None:
    found = result("compare", "recipe.yaml")

    assert [variant["name"] for variant in found["variants"]] == ["a", "b"]
    assert [variant["metrics"]["f1"]["mean"] for variant in found["variants"]] == [0, 1]
    assert found["variants"][0]["metrics"]["f1"]["high"] > 0
    assert found["variants"][1]["swaps"] == {"strategy": "b"}
    (pair,) = [pair for pair in found["pairs"] if pair["metric"] == found["metric"]]
    assert (pair["a"], pair["b"], pair["difference"], pair["n"]) == ("a", "b", 1, ITEMS)
    assert pair["verdict"] == "better"
    assert pair["low"] > 0
    assert pair["p"] <= pair["p_adjusted"] < 0.001
    causes = {one["question_id"]: one["cause"] for one in found["causes"]}
    assert causes == {f"q{item}": cause_of(item) for item in range(ITEMS)}
    assert sum(count["count"] for count in found["cause_counts"]) == ITEMS


def test_every_variant_says_what_was_computed_and_what_reused(home: Path) -> None:
    found = result("compare", "recipe.yaml", "--swap", "retriever.k=1,2")

    first, second = found["variants"]
    assert first["computed"] == {"load": 16, "split": 16, "embed": 16, "retrieve": 14, "answer": 14}
    assert second["computed"] == {"load": 0, "split": 0, "embed": 0, "retrieve": 0, "answer": 14}
    assert second["reused"] == {"load": 16, "split": 16, "embed": 16, "retrieve": 14, "answer": 0}
    assert (first["cost"], first["error"]) == (None, None)
    assert first["seconds"] > 0


def test_answers_of_every_variant_stand_side_by_side_with_what_was_shown(home: Path) -> None:
    found = result("compare", "recipe.yaml")

    question = found["questions"][3]
    assert question["gold"]["answers"] == ["v-3"]
    a, b = question["answers"]["a"], question["answers"]["b"]
    assert (a["text"], b["text"]) == ("沒有看到", "v-3")
    assert b["shown"] == 2
    assert "value v-3" in found["chunks"][b["retrieved"][0]]["text"]
    folder = next((home / ".potluck" / "runs").iterdir())
    assert {path.name for path in folder.iterdir()} == {
        "comparison.json",
        "report.html",
        "answers.csv",
        "manifest.json",
    }
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8")) == found
    assert "v-3" in (folder / "report.html").read_text(encoding="utf-8")


def test_the_decision_comes_first_then_the_ranking_and_the_causes(home: Path) -> None:
    done = potluck("compare", "recipe.yaml")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Take b: f1 +1.000 [")
    assert "By f1 (more is better), 14 questions" in done.stdout
    assert "of 14 answers that differ from those of a: " in done.stdout
    assert "2 from loading" in done.stdout
    assert "b is better than a: " not in done.stdout
    assert "report.html" in done.stdout


def test_pairs_and_all_measures_are_shown_to_who_asks_for_them(home: Path) -> None:
    done = potluck("compare", "recipe.yaml", "--pairs", "--wide", "--no-causes")

    assert "b is better than a: f1 +1.000" in done.stdout
    (head,) = [line for line in done.stdout.splitlines() if "asked / reused" in line]
    assert {"variant", "f1", "exact_match", "latency"} <= set(head.split())


def test_quiet_leaves_the_decision_and_the_place_of_the_report(home: Path) -> None:
    done = potluck("compare", "recipe.yaml", "-q", "--no-causes")

    first, *_, last = done.stdout.splitlines()
    assert first.startswith("Take b: f1 +1.000 [")
    assert last.startswith("answers side by side: .potluck/runs/"), "from the current folder"
    assert "By f1" not in done.stdout
    assert done.stderr == ""


def test_a_variant_that_fails_is_said_and_the_others_are_kept(home: Path) -> None:
    done = potluck("compare", "recipe.yaml", "--swap", "embedder=keys,{use: keys, window: 20}")

    assert done.returncode == 1
    assert "failed" in done.stdout
    assert "keys 20 failed: " in done.stderr
    assert "Traceback" not in done.stderr
    found = result("compare", "recipe.yaml", "--swap", "embedder=keys,{use: keys, window: 20}", status=1)
    assert [variant["error"] is None for variant in found["variants"]] == [True, False]
    assert found["variants"][0]["metrics"]["f1"]["n"] == ITEMS
    assert set(found["questions"][0]["answers"]) == {"keys"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gate", "f1 >= 0.5", "--repeats", "2", "--judge", "reader"], "leave out --repeats, --judge"),
        (["--gate", "f1 >= 0.5", "--labels", "l.csv"], "leave out --labels"),
        (["--gate", "f1 >= 0.5", "--choose"], "leave out --choose"),
        (
            ["--choose", "--limit", "11"],
            "--choose needs at least 12 questions, 6 to choose on and as many to report on, ",
        ),
        (["--judge", "reader", "--labels", "無.csv"], "無.csv: there is no such file"),
        (["--gate", "f1 >= 0.5", "--perplexity", "--metric", "f1"], "leave out --perplexity, --metric"),
        (["--gate", "recal@2 >= 0.5"], "no question has the measure 'recal@2' (did you mean 'recall@2'?); there are: "),
        (["--metric", "精確"], "no question has the measure '精確'; there are: "),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_before_anything_is_asked(
    arguments: list[str], message: str, home: Path
) -> None:
    done = potluck("compare", "recipe.yaml", *arguments)

    assert done.returncode == 1
    assert message in done.stderr
    assert not (home.parent / "asked.log").exists()


def test_with_choose_one_half_of_the_questions_decides_and_the_other_tells_what_that_is_worth(home: Path) -> None:
    shown = potluck("compare", "recipe.yaml", "--choose", "--no-causes")
    found = result("compare", "recipe.yaml", "--choose", "--no-causes")
    first, second, *_ = found["conclusion"]["sentences"]
    chosen = found["chosen"]

    assert shown.stdout.startswith(f"{first}\n{second}\n")
    assert (chosen["variant"], chosen["method"], chosen["variants"]) == ("b", "held-out", 2)
    assert chosen["as_chosen"]["n"] == chosen["without_luck"]["n"] == ITEMS // 2 == len(chosen["held_out"])
    assert chosen["against_baseline"]["n"] == found["pairs"][0]["n"] == ITEMS // 2
    assert found["ranking"][0]["metric"] == chosen["as_chosen"] == found["variants"][1]["metrics"]["f1"]
    assert f"{ITEMS // 2} questions that are not held out; baseline a" in shown.stdout
    assert "b has f1 1.000 as chosen from 2, and 1.000 [" in second
    assert len(found["questions"]) == ITEMS, "the answers to all are there"


def test_which_half_is_held_out_hangs_on_the_seed_of_the_recipe_alone(home: Path) -> None:
    arguments = ("compare", "recipe.yaml", "--choose", "--no-causes")
    one, again, other = (result(*arguments, *more)["chosen"]["held_out"] for more in ((), (), ("--set", "seed=5")))

    assert one == again != other


def test_where_every_variant_fails_a_measure_may_be_named(home: Path) -> None:
    swap = "embedder={use: keys, window: 20},{use: keys, window: 21}"
    found = result("compare", "recipe.yaml", "--swap", swap, "--metric", "f1", status=1)
    done = potluck("compare", "recipe.yaml", "--swap", swap, "--metric", "nope")

    assert [variant["error"] is None for variant in found["variants"]] == [False, False]
    assert found["metric"] == "f1"
    assert (done.returncode, done.stderr.partition(";")[0]) == (1, "no question has the measure 'nope'")


def test_a_judge_that_fails_leaves_the_comparison(home: Path) -> None:
    """The planted model reads the item off the question, and a judge's prompt comes without one."""
    found = result("compare", "recipe.yaml", "--no-causes", "--judge", "reader")

    assert found["judge"] is None
    (note,) = [note for note in found["notes"] if note.startswith("the judge failed: ")]
    assert note.startswith("the judge failed: unexpected TypeError: ")
    assert [pair["n"] for pair in found["pairs"] if pair["metric"] == "f1"] == [ITEMS]
    assert set(found["questions"][0]["answers"]) == {"a", "b"}


@pytest.fixture
def judged(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """A comparison with a judge, as it is typed."""
    swap = f"chat=reader,{{use: reader, blind: {[*range(ITEMS)]}}}"
    with visible(install_arbiter(tmp_path / "arbiter"), monkeypatch):
        yield "compare", "recipe.yaml", "--no-causes", "--swap", swap, "--judge", "{use: arbiter, wrong_on: [1, 2]}"


def test_what_a_judge_said_ends_with_the_sheet_that_people_may_label(judged: tuple[str, ...]) -> None:
    lines = potluck(*judged).stdout.splitlines()

    (said,) = [
        line for line in lines if line.startswith("of 14 pairs of answers that differ the judge prefers 2 times ")
    ]
    assert said.endswith(
        "and 12 times reader; equal: 0, another verdict in the other order: 0, no verdict in the reply: 0"
    )
    assert lines[-3] == ("to check the judge: write 1, 2 or tie into this sheet, and add --labels SHEET")
    sheet = Path(lines[-2].removeprefix("sheet of labels: "))
    assert sheet.read_text(encoding="utf-8-sig").startswith("pair,question,right_answers,answer_1,answer_2,label\n")
    assert lines[-1].startswith("answers side by side: ")


def test_a_sheet_that_was_filled_in_says_what_people_prefer_within_eighty_columns(judged: tuple[str, ...]) -> None:
    sheet = Path(potluck(*judged).stdout.splitlines()[-2].removeprefix("sheet of labels: "))
    rows = [line.split(",") for line in sheet.read_text(encoding="utf-8-sig").splitlines()]
    filled = [rows[0], *([*row[:5], "1" if row[3] == row[2] else "2"] for row in rows[1:])]
    Path("標籤.csv").write_text("".join(",".join(row) + "\n" for row in filled), encoding="big5")

    done = potluck(*judged, "--labels", "標籤.csv")
    lines = done.stdout.splitlines()

    start = next(number for number, line in enumerate(lines) if line.startswith("people prefer reader to reader 0,1"))
    assert "which wins 0.000 [0.000, 0." in lines[start]
    figures = lines[start + 1 : start + 6]
    assert [line[:31].strip() for line in figures] == [
        "wins, by the judge",
        "wins, corrected by the labels",
        "wins, by 14 labels alone",
        "judge and people agree",
        "beyond chance (kappa)",
    ]
    assert all(len(line) <= 80 for line in figures)
    assert figures[3].endswith("0.857 [0.601, 0.960], 12 of 14 pairs")
    assert "sheet of labels" not in done.stdout


def test_a_verdict_on_questions_that_a_model_made_says_so(home: Path) -> None:
    rows = [json.loads(line) for line in Path("questions.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [json.dumps({**row, "出題模型": "通義"}) for row in rows]
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    sentence = "A model (通義) made all 14 questions: whether this holds for what people ask is not known."

    found = result("compare", "recipe.yaml", "--no-causes")
    gate = result("compare", "recipe.yaml", "--gate", "f1 >= 0.01", status=3)

    assert found["conclusion"]["sentences"][-1] == sentence
    assert {one["generated_by"] for one in found["questions"]} == {"通義"}
    assert sentence in gate["notes"]
    assert sentence in potluck("compare", "recipe.yaml", "--no-causes", "-q").stdout


def test_causes_can_be_left_out(home: Path) -> None:
    result("compare", "recipe.yaml", "--no-causes")

    assert len(asked(home)) == 2 * ITEMS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--swap", "embedder=nowhere"], "--swap embedder=nowhere: unknown embedder 'nowhere'"),
        (["--baseline", "c"], "no variant is called 'c'; there are: a, b"),
        (["--gate", "f1 about baseline"], "it must be a measure, >= or >"),
        (["--gate", "recal@2 >= 0.5"], "no question has the measure 'recal@2'"),
        (["--metric", "f2"], "no question has the measure 'f2'; there are: "),
    ],
)
def test_a_mistake_is_one_message(arguments: list[str], message: str, home: Path) -> None:
    done = potluck("compare", "recipe.yaml", *arguments)

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_killed_at_any_moment_a_comparison_goes_on_without_asking_twice(home: Path) -> None:
    """Only the questions of the batch that was under way when it was killed are asked again."""
    command = [sys.executable, "-m", "potluck", "compare", "recipe.yaml", "--json"]
    started = time.perf_counter()
    expected = result("compare", "recipe.yaml")
    seconds = time.perf_counter() - started
    once = Counter(asked(home))
    for name in ("asked.log", "embedded.log"):
        (home.parent / name).unlink()
    subprocess.run(["rm", "-r", str(home / ".potluck")], check=True)
    chance, killed = random.Random(5), 0
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
        try:
            process.wait(chance.uniform(0.3, 0.7) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()

    found = result("compare", "recipe.yaml")

    assert killed >= 2
    assert sum((Counter(asked(home)) - once).values()) <= killed
    for key in ("pairs", "causes", "questions", "chunks"):
        assert _without_time(found[key]) == _without_time(expected[key])


def _without_time(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_time(v) for k, v in value.items() if k not in ("seconds", "calls")}
    if isinstance(value, list):
        return [_without_time(one) for one in value if not (isinstance(one, dict) and one.get("metric") == "latency")]
    return value
