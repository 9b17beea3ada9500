"""Which stage made a difference: found by swapping one after the other, with few calls and nothing embedded again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from potluck import recipe
from potluck.evaluation.compare.causes import causes
from potluck.recipe.variants import variants
from support.planted import STAGES, cause_of, plant

ITEMS = 56
"""Eight for each stage."""


def test_planted_causes_are_found_with_at_most_a_call_a_stage(home: Path, engine_for) -> None:
    model = recipe.load(plant(home, ITEMS))
    engine = engine_for(model)
    a, b = engine.run(variants(model))
    assert (a.error, b.error) == (None, None)

    found = list(causes(engine, a, b, "exact_match"))

    assert len(found) == ITEMS
    right = [one for one in found if one.cause == cause_of(int(one.question_id[1:]))]
    assert len(right) == ITEMS, Counter((cause_of(int(one.question_id[1:])), one.cause) for one in found)
    assert max(one.calls for one in found) <= len(STAGES) - 1
