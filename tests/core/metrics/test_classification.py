"""Figures of predicted labels, checked against scikit-learn's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from potluck.metrics.classification import classification, minority

LABELS = ["正常", "垃圾", "ok", "garbage"]
pairs = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*LABELS, ""])), min_size=1, max_size=40)


@given(pairs)
def test_the_figures_are_those_of_scikit_learn(drawn: list[tuple[str, str]]) -> None:
    gold, said = [one for one, _ in drawn], [other for _, other in drawn]
    names = sorted({*gold, *said})

    found = classification(gold, said)

    assert found.accuracy == pytest.approx(accuracy_score(gold, said))
    assert found.f1_macro == pytest.approx(f1_score(gold, said, average="macro", zero_division=0))
    precision, recall, f1, support = precision_recall_fscore_support(gold, said, labels=names, zero_division=0)
    for number, name in enumerate(names):
        score = found.labels[name]
        assert (score.precision, score.recall) == pytest.approx((precision[number], recall[number]))
        assert (score.f1, score.support) == pytest.approx((f1[number], support[number]))
    table = confusion_matrix(gold, said, labels=names)
    counted = [[found.confusion.get(one, {}).get(other, 0) for other in names] for one in names]
    assert counted == table.tolist()
    assert found.f1_minority == found.labels[minority(gold)].f1


def test_the_minority_is_the_rarest_right_label() -> None:
    found = classification(["ok", "ok", "ok", "garbage"], ["ok", "garbage", "garbage", "garbage"])

    assert found.minority == "garbage"
    assert found.f1_minority == pytest.approx(0.5)


@pytest.mark.parametrize(("gold", "said"), [([], []), (["a"], ["a", "b"])])
def test_nothing_to_compare_is_an_error(gold: list[str], said: list[str]) -> None:
    with pytest.raises(ValueError, match="as many"):
        classification(gold, said)
