"""The oldest strategy: hand-written patterns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.fingerprints import fingerprint
from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import LabelChoice

if TYPE_CHECKING:
    from potluck.contracts import Vectors


class RuleStrategy:
    """The label of the first pattern that is found in a message, or else the commonest label without a pattern."""

    def __init__(self, rules: Sequence[str], train: Sequence[LabelledText], labels: Sequence[str]) -> None:
        """``rules`` are written ``LABEL=PATTERN``. Raises ``PotluckError`` for one that is not."""
        self._patterns = [_read(rule, labels) for rule in rules]
        ruled = {label for label, _ in self._patterns}
        counts = Counter(item.label for item in train if item.label not in ruled) or Counter(i.label for i in train)
        self._else = min(counts, key=lambda label: (-counts[label], label))
        written: list[Json] = list(rules)
        self.name = fingerprint("rule", written, self._else)

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """There is nothing to learn."""
        return ()

    def price(self, text: str) -> float:
        """Nothing."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """The label of the first pattern that is found."""
        return LabelChoice(next((label for label, pattern in self._patterns if pattern.search(text)), self._else))


def _read(rule: str, labels: Sequence[str]) -> tuple[str, re.Pattern[str]]:
    label, equals, pattern = rule.partition("=")
    if not equals or not pattern or label not in labels:
        raise PotluckError(f"--rule {rule}: expected LABEL=PATTERN with one of the labels {', '.join(labels[:8])}")
    try:
        return label, re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise PotluckError(f"--rule {rule}: {error}") from error
