"""``potluck plan`` of a recipe that tunes: what it trains, and what that takes.

Modules: ``potluck.cli.plan``, ``potluck.tuning.estimate``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("peft")

from potluck.cli import potluck
from potluck.cli.plan import _print, _print_axes, _print_task, _print_tuning, _print_work
from potluck.planning.plan import PlanReport
from potluck.results.stages import ComparisonPlanResult, PlannedWork, TaskPlanResult, TuningPlanResult
from potluck.stages.tune import plan_training, training_request
from support.commands import invoke
from support.commands import potluck as run_potluck
from support.tuning import make_model, recipe, write_home


def test_it_prints_the_estimate_in_the_units_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    training = {"max_steps": 6, "dtype": "float32"}
    with recipe(home, tuner={"use": "lora", "r": 4, "training": training}) as opened:
        estimate, path = plan_training(opened.components), str(opened.model.path)

    done = invoke(potluck, "plan", path)

    assert done.exit_code == 0, done.output
    memory = re.search(r"memory: about ([\d,]+) MiB; disk: about ([\d,]+) MiB", done.stdout)
    assert memory
    assert [int(figure.replace(",", "")) for figure in memory.groups()] == [
        round(estimate.memory / 1024**2),
        round(estimate.disk / 1024**2),
    ]
    assert f"parameters: {estimate.trainable_parameters:,} trained (" in done.stdout
    assert f" of {estimate.total_parameters:,}" in done.stdout
    assert "optimiser steps: 6" in done.stdout


def test_a_plan_of_an_interrupted_training_says_where_it_continues(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    with recipe(home, tuner={"use": "lora", "r": 4, "training": {"max_steps": 6, "save_steps": 4}}) as opened:
        path, folder = opened.model.path, training_request(opened.components).folder
        opened.tune()
    (folder / "step-00000006.safetensors").unlink()
    (folder / "result" / "potluck.json").unlink()

    done = invoke(potluck, "plan", str(path))

    assert "optimiser steps: 6, continuing from step 4, about " in done.stdout


def test_a_plan_of_questions_to_a_model_that_is_tuned_first_trains_nothing(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    (home / "notes.txt").write_text("the red apple is a fruit", encoding="utf-8")
    documents = {"documents": "notes.txt", "embedder": {"use": "langchain", "class": FAKE, "arguments": {"size": 8}}}
    chat = {"use": "transformers", "adapter": {"from": "tuner"}}
    with recipe(home, **documents, chat=chat, prompt="{context} {question}") as opened:
        report = opened.plan()

    assert report.prompt_tokens > 0
    assert not list((home / ".potluck").rglob("*.safetensors"))


FAKE = "langchain_core.embeddings.DeterministicFakeEmbedding"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_status_is_1_where_the_run_would_stop(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "壞.pdf").write_bytes(b"%PDF-1.7 cut short")
    recipe_file = tmp_path / "recipe.yaml"
    recipe_file.write_text(f"documents: '*.pdf'\nembedder: {{use: langchain, class: {FAKE}, arguments: {{size: 8}}}}\n")

    done = run_potluck("plan", str(recipe_file), *options)

    assert done.returncode == 1, done.stderr
    assert "壞.pdf" in done.stdout + done.stderr


def test_a_plan_of_documents_counts_what_would_be_embedded(tmp_path: Path) -> None:
    (tmp_path / "橋.txt").write_text("舊橋建於1924年。", encoding="utf-8")
    recipe_file = tmp_path / "recipe.yaml"
    recipe_file.write_text(f"documents: '*.txt'\nembedder: {{use: langchain, class: {FAKE}, arguments: {{size: 8}}}}\n")

    done = invoke(potluck, "plan", str(recipe_file))

    assert done.exit_code == 0, done.output
    assert "documents: 1 from 1 file, 1 chunk" in done.stdout
    assert "the embedder reads texts of any length" in done.stdout
    assert re.search(r"^to embed: 1 text, \d+ tokens?", done.stdout, re.MULTILINE)


def test_a_plan_of_documents_says_each_figure_with_what_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    report = PlanReport(
        files=3,
        documents=1200,
        chunks=7,
        tokens_to_embed=2000,
        texts_to_embed=7,
        longest=300,
        window=512,
        exact=False,
        index_bytes=3 << 20,
        embedding_cost=0.5,
        prompt_tokens=1500,
        context_window=4096,
        question_cost=0.0125,
        leaves={"chat": "例子.tw", "observer": "o.tw"},
        notes=["全部重算"],
        work=[
            PlannedWork("load", 3, True, 1.5, 1.0, 2.0, None),
            PlannedWork("embed", 7, False, 60, 50, 70, None),
            PlannedWork("answer", 2, False, 30, 20, 40, None),
        ],
    )

    _print(report)

    printed = capsys.readouterr()
    assert printed.err == "note: 全部重算\n"
    assert printed.out.splitlines() == [
        "documents: 1,200 from 3 files, 7 chunks",
        "to embed: 7 texts, 2,000 tokens (estimated, never too low), 0.5000 US dollars",
        "longest text: 300 tokens; the embedder reads 512",
        "longer than that: 0 (fit: error)",
        "index: 3.0 MiB of vectors",
        "a question: about 1,500 tokens of 4,096, 0.0125 US dollars",
        "leaves the machine: the chat's texts go to 例子.tw; the observer's counts and times go to o.tw",
        "a run would:",
        "  load 3 files, done now in 1.5 s and kept",
        "  embed 7 texts, about 1:00 (0:50 to 1:10)",
        "  answer 2 questions, about 0:30 (0:20 to 0:40)",
        "  in all about 1:30 (1:10 to 1:50)",
    ]


def test_a_plan_that_would_stop_says_so_on_standard_error_and_not_how_long_it_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _print(PlanReport(files=1, documents=1, too_long=2, window=8, work=[PlannedWork("load", 1, True, 1, 1, 1, None)]))

    printed = capsys.readouterr()
    assert printed.err == "would stop: 2 chunks are longer than the 8 tokens that the embedder reads\n"
    assert printed.out.splitlines()[-1] == "leaves the machine: nothing"


@pytest.mark.parametrize(
    ("work", "lines"),
    [
        ([], ["a run would compute nothing: all is kept from before"]),
        ([PlannedWork("load", 1, False, 0.04, 0.04, 0.049, None)], ["a run would:", "  load 1 file, less than 0.1 s"]),
        (
            [PlannedWork("load", 1, False, 0.05, 0.05, 0.05, None)],
            ["a run would:", "  load 1 file, about 0.1 s (0.1 s to 0.1 s)"],
        ),
        (
            [PlannedWork("embed", 1, False, 2, 1, 3, None), PlannedWork("answer", 1, False, None, None, None, "新的")],
            ["a run would:", "  embed 1 text, about 2.0 s (1.0 s to 3.0 s)", "  answer 1 question, how long is not "
             "known:", "    新的"],
        ),
    ],
)  # fmt: skip
def test_work_is_told_with_its_time_if_that_is_known(
    work: list[PlannedWork], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _print_work(work)

    assert capsys.readouterr().out.splitlines() == lines


def test_a_plan_of_a_task_that_trains_nothing_says_how_many_examples_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    _print_task(TaskPlanResult(1200, 0, (), {"chat": "例子.tw"}, None))
    _print_task(TaskPlanResult(None, 0, (), {}, None))

    assert capsys.readouterr().out.splitlines() == [
        "examples: 1,200",
        "nothing is trained",
        "leaves the machine: the chat's texts go to 例子.tw",
        "nothing is trained",
        "leaves the machine: nothing",
    ]


@pytest.mark.parametrize(
    ("seconds", "resumed", "said"),
    [
        (None, 0, ""),
        (0, 4, ", trained before"),
        (60, 0, ", about 1:00 (0:50 to 1:10)"),
        (60, 1000, ", continuing from step 1,000, about 1:00 (0:50 to 1:10)"),
    ],
)
def test_a_plan_of_a_training_says_what_it_takes(
    seconds: float | None, resumed: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    span = (seconds, 50, 70) if seconds else (seconds, seconds, seconds)

    _print_tuning(TuningPlanResult(10, 4000, 3 << 30, 5 << 20, 3000, *span, resumed, "cpu", (), ("沒有空間",), None))

    printed = capsys.readouterr()
    assert printed.err == "would stop: 沒有空間\n"
    assert printed.out.splitlines() == [
        "parameters: 10 trained (0.25%) of 4,000",
        "memory: about 3,072 MiB; disk: about 5 MiB",
        f"optimiser steps: 3,000{said}",
    ]


def test_a_plan_of_axes_says_what_is_left_to_compute(capsys: pytest.CaptureFixture[str]) -> None:
    work = (PlannedWork("embed", 1, False, 60, 50, 70, None), PlannedWork("answer", 4, False, 30, 20, 40, None))

    _print_axes(ComparisonPlanResult(2, 1, 0, 1200, work, 90, 70, 110))
    _print_axes(ComparisonPlanResult(2, 0, 0, 1200, (), 0, 0, 0))

    assert capsys.readouterr().out.splitlines() == [
        "to compare 2 variants, asking 1,200 times in all:",
        "  embed 1 text, about 1:00 (0:50 to 1:10)",
        "  answer 4 questions, about 0:30 (0:20 to 0:40)",
        "  in all about 1:30 (1:10 to 1:50)",
        "to compare 2 variants, asking 1,200 times in all:",
        "  nothing is to be computed: all is kept from before",
    ]


def test_a_plan_of_documents_whose_vectors_nobody_compares_says_that_none_are_embedded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _print(PlanReport(files=1, documents=1, chunks=2, embeds=False, prompt_tokens=9))

    assert capsys.readouterr().out.splitlines()[:3] == [
        "documents: 1 from 1 file, 2 chunks",
        "to embed: nothing, as the retriever compares no vectors",
        "a question: about 9 tokens",
    ]
