"""A gate asks no more questions than its condition needs, of the variants that are not decided yet.

Modules: ``potluck.comparison.gate``. What the command does with it: ``tests/core/cli/test_compare.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.comparison.compare import Plan
from potluck.comparison.gate import GateReport, gate
from potluck.errors import PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.results.runs import DecisionResult
from potluck.statistics.sequential import State
from potluck.workspace import Workspace

ITEMS = 48


@pytest.fixture
def model(home: Path) -> RecipeModel:
    """A recipe that answers every question rightly."""
    (home / "筆記").mkdir()
    rows = []
    for item in range(ITEMS):
        (home / "筆記" / f"{item:03}.txt").write_text(f"About key-{item}. we know: value v-{item} is it.", "utf-8")
        rows.append({"question_id": f"q{item}", "question": f"What is key-{item}. worth?", "answers": [f"v-{item}"]})
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")
    (home / "recipe.yaml").write_text(
        "documents: 筆記/*.txt\nembedder: keys\nchat: reader\nquestions: questions.jsonl\nseed: 3\n", encoding="utf-8"
    )
    return recipes.load(home / "recipe.yaml")


@pytest.fixture
def workspace(model: RecipeModel) -> Iterator[Workspace]:
    opened = Workspace(model.folder / ".potluck")
    yield opened
    opened.close()


def decide(condition: str, model: RecipeModel, workspace: Workspace, plan: Plan | None = None) -> GateReport:
    return gate(condition, model, plan or Plan(), workspace, ModelStore(model.folder), Observers())


def blind(*items: Sequence[int]) -> Plan:
    """Variants that do not see some items."""
    return Plan(swaps=[f"chat.blind={','.join(json.dumps(list(one)) for one in items)}"])


def asked(home: Path) -> list[str]:
    return (home.parent / "asked.log").read_text(encoding="utf-8").splitlines()


def test_a_condition_that_clearly_holds_takes_few_questions(
    home: Path, model: RecipeModel, workspace: Workspace
) -> None:
    found = decide("f1 >= 0.5", model, workspace)

    ((name, verdict, count),) = [(one.name, one.verdict, one.asked) for one in found.decisions]
    assert (name, verdict, found.verdict) == ("as it is", "passed", "passed")
    assert (count, count % 10, found.questions) == (len(asked(home)), 0, ITEMS)
    assert count < ITEMS
    assert len(set(asked(home))) == count, "no question is asked twice"
    assert (found.condition, found.decisions[0].sentence != "") == ("f1 >= 0.5", True)


def test_the_order_is_drawn_by_the_seed_of_the_recipe(home: Path, model: RecipeModel, workspace: Workspace) -> None:
    decide("f1 >= 0.5", model, workspace)
    first = asked(home)
    (home.parent / "asked.log").unlink()
    with closing(Workspace(workspace.folder, fresh=True)) as fresh:
        decide("f1 >= 0.5", recipes.load(model.path), fresh)
        again = asked(home)
        (home.parent / "asked.log").unlink()
        decide("f1 >= 0.5", recipes.load(model.path, ["seed=4"]), fresh)

    assert first == again != asked(home)
    assert first[:3] != [f"What is key-{item}. worth?" for item in range(3)]


def test_a_variant_that_is_decided_is_asked_no_more(model: RecipeModel, workspace: Workspace) -> None:
    everything = list(range(ITEMS))
    found = decide("f1 >= 0.5", model, workspace, blind([], everything, everything[::2]))
    by_name = {one.name: one for one in found.decisions}

    assert [one.verdict for one in found.decisions] == ["passed", "failed", "undecided"]
    assert found.verdict == "failed"
    *clear, close = [one.asked for one in by_name.values()]
    assert max(clear) < close == ITEMS


def test_against_the_baseline_the_others_are_tried_and_it_is_not(model: RecipeModel, workspace: Workspace) -> None:
    plan = blind([], list(range(ITEMS)))
    found = decide("f1 >= baseline - 0.1", model, workspace, plan)

    assert [(one.name, one.verdict) for one in found.decisions] == [(f"blind={found.decisions[0].name[6:]}", "failed")]
    assert len(found.decisions) == 1
    other = Plan(swaps=plan.swaps, baseline=found.decisions[0].name)
    assert decide("f1 >= baseline - 0.1", model, workspace, other).verdict == "passed"


def test_a_limit_is_all_that_may_be_asked(model: RecipeModel, workspace: Workspace) -> None:
    found = decide("f1 >= 0.99", model, workspace, Plan(limit=11))

    assert (found.questions, found.decisions[0].asked, found.verdict) == (11, 11, "undecided")


def test_a_variant_that_fails_does_not_pass_and_the_others_are_decided(
    model: RecipeModel, workspace: Workspace
) -> None:
    swaps = ["embedder=keys,{use: keys, window: 20}"]
    good, bad = decide("f1 >= 0.5", model, workspace, Plan(swaps=swaps)).decisions
    against = decide("f1 >= baseline - 0.1", model, workspace, Plan(swaps=swaps))

    assert (good.verdict, bad.verdict, bad.asked) == ("passed", "failed", 0)
    assert "20" in bad.sentence
    assert (against.verdict, against.decisions) == ("failed", (bad,))
    with pytest.raises(PotluckError, match="20"):
        decide("f1 >= baseline - 0.1", model, workspace, Plan(swaps=swaps, baseline=bad.name))


def test_a_variant_that_fails_at_a_question_does_not_pass(
    home: Path, model: RecipeModel, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of questions is a folder: the planted chat model cannot write it."""
    monkeypatch.setenv("ASKED_LOG", str(home))

    good, bad = decide("f1 >= 0.5", model, workspace, Plan(swaps=["chat=extractive,reader"])).decisions

    assert bad.verdict == "failed"
    assert bad.sentence.startswith("unexpected IsADirectoryError")
    assert good.asked > 0


def test_a_measure_that_no_question_has_is_refused(model: RecipeModel, workspace: Workspace) -> None:
    with pytest.raises(PotluckError, match=r"^no question has the measure 'recall@1'; 'potluck evaluate' lists"):
        decide("recall@1 >= 0.5", model, workspace, Plan(limit=2))


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "undecided"], "undecided"),
        (["undecided", "failed", "passed"], "failed"),
        ([], "passed"),
    ],
)
def test_a_gate_passes_where_every_variant_does_and_fails_where_one_does(
    verdicts: list[State], expected: State
) -> None:
    decisions = tuple(DecisionResult(f"第{n}", one, 10, "夠了") for n, one in enumerate(verdicts))

    assert GateReport("f1 >= 0.5", decisions, 9).verdict == expected
    assert GateReport("f1 >= 0.5", decisions, 9, ("註",)).as_json() == {
        "condition": "f1 >= 0.5",
        "verdict": expected,
        "questions": 9,
        "variants": [
            {"name": f"第{n}", "verdict": one, "asked": 10, "sentence": "夠了"} for n, one in enumerate(verdicts)
        ],
        "notes": ["註"],
    }


def group_questions(model: RecipeModel, size: int) -> None:
    """Put so many questions each into one group."""
    path = model.folder / "questions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    grouped = ({**row, "group": number // size} for number, row in enumerate(rows))
    path.write_text("".join(json.dumps(row) + "\n" for row in grouped), encoding="utf-8")


def test_whole_groups_are_asked_and_each_is_one_bet(model: RecipeModel, workspace: Workspace) -> None:
    single = decide("exact_match >= 0.5", model, workspace).decisions[0]
    group_questions(model, 6)
    found = decide("exact_match >= 0.5", model, workspace).decisions[0]

    assert (single.verdict, found.verdict) == ("passed", "passed")
    assert single.asked < found.asked
    assert found.asked % 6 == 0
    assert found.sentence.endswith(f"after {found.asked} questions in {found.asked // 6} groups")


def test_questions_of_few_groups_or_of_these_documents_are_bets_by_themselves(
    model: RecipeModel, workspace: Workspace
) -> None:
    single = decide("exact_match >= 0.5", model, workspace).decisions[0]
    group_questions(model, 12)
    few = decide("exact_match >= 0.5", model, workspace).decisions[0]
    group_questions(model, 6)
    these = decide(
        "exact_match >= 0.5", reread_recipe(model, {"compare": {"population": "these-documents"}}), workspace
    ).decisions[0]

    assert few == these == single
