"""The row of patterns that somebody wrote down."""

from __future__ import annotations

import pytest

from potluck.errors import PotluckError
from potluck.strategy.data import LabelledText
from potluck.strategy.rule import RuleStrategy

LABELLED = [("明天開會", "ok"), ("lunch?", "ok"), ("免費貸款", "garbage"), ("帳單", "bill")]
TRAIN = [LabelledText(text, label, f"train.jsonl:{line}") for line, (text, label) in enumerate(LABELLED, 1)]
LABELS = ("bill", "garbage", "ok")


def choice(rules: list[str], text: str) -> str:
    return RuleStrategy(rules, TRAIN, LABELS).choose(text, None).label


def test_the_first_pattern_that_is_found_decides() -> None:
    rules = ["garbage=免費|FREE", "bill=帳單"]

    assert choice(rules, "免費帳單") == "garbage"
    assert choice(rules, "Get it free") == "garbage"
    assert choice(rules, "您的帳單") == "bill"


def test_without_a_match_it_is_the_commonest_label_that_has_no_pattern() -> None:
    assert choice(["garbage=免費"], "今天天氣好") == "ok"
    assert choice(["ok=開會", "garbage=免費"], "今天天氣好") == "bill"
    assert choice(["ok=開會", "garbage=免費", "bill=x"], "今天天氣好") == "ok"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("spam=x", "--rule spam=x: expected LABEL=PATTERN with one of the labels bill, garbage, ok"),
        ("garbage", "--rule garbage: expected LABEL=PATTERN"),
        ("garbage=", "--rule garbage=: expected LABEL=PATTERN"),
        ("garbage=(", "--rule garbage=(: missing )"),
    ],
)
def test_a_rule_that_is_none_is_named(rule: str, message: str) -> None:
    with pytest.raises(PotluckError) as caught:
        RuleStrategy([rule], TRAIN, LABELS)

    assert str(caught.value).startswith(message)


def test_other_rules_are_another_row() -> None:
    assert RuleStrategy(["garbage=a"], TRAIN, LABELS).name != RuleStrategy(["garbage=b"], TRAIN, LABELS).name


def test_a_rule_learns_and_costs_nothing() -> None:
    found = RuleStrategy(["garbage=a"], TRAIN, LABELS)

    assert (found.train(None), found.price("a long message")) == ((), 0.0)
