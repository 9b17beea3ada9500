"""Counting tokens by a table of tiktoken, or by an estimate that is never too low."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from potluck.errors import MissingDependency, ModelError


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts the tokens of a text; ``exact`` says whether as the model does."""

    count: Callable[[str], int]
    exact: bool


def counter(table: str | None) -> Counter:
    """Counts by a table of tiktoken if this machine has it, which is never downloaded; else by an estimate.

    The estimate is never too low: a token of any tokenizer stands for at least one byte of the text, or of what the
    tokenizer makes of it (NFKC). Three are added, for a mark at either end and a blank in front.
    """
    if table is not None:
        from potluck_plugins.splitters._shared.tokenizing import from_table

        with contextlib.suppress(MissingDependency, ModelError):
            tokenize = from_table(table)
            return Counter(lambda text: len(tokenize(text)), exact=True)
    return Counter(_estimate, exact=False)


def _estimate(text: str) -> int:
    return max(len(form.encode("utf-8", "surrogatepass")) for form in (text, unicodedata.normalize("NFKC", text))) + 3
