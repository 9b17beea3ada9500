"""Reading order of a line that is written from right to left, from the order in which its characters stand on a page.

This undoes what the Unicode bidirectional algorithm (UAX 9) did when the line was laid out, for the cases of running
text: words of one direction among those of the other, numbers, brackets. Deeper embeddings are not told apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_STRONG = {"R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N"}
_STOPS = ".,:;!?؟،؛。"
_SIGNS = {"CS": "C", "ES": "S", "ET": "T"}
_MIRRORED = {**dict(zip("([{<«‹", ")]}>»›", strict=True)), **dict(zip(")]}>»›", "([{<«‹", strict=True))}


def has_right_to_left(text: str) -> bool:
    """Whether a letter of Hebrew, Arabic or another script written from right to left is in a text."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def reading_order(visual: Sequence[str]) -> list[str]:
    """The characters of a line in reading order; ``visual`` holds them from left to right, marks with their letters.

    The line runs from left to right if it has such letters at both its ends, or more of them.
    """
    kinds = [_kind(text) for text in visual]
    ends = [kind for kind in kinds if kind in "RL"] or ["R"]
    if "R" in (ends[0], ends[-1]) and (ends[0] == ends[-1] or kinds.count("R") >= kinds.count("L")):
        line = _turn(visual, kinds)
        # A full stop that stands at the right end was laid out in a paragraph from left to right: it ends the line.
        stops = next((index for index, text in enumerate(line) if text not in _STOPS), 0)
        return [*line[stops:], *line[:stops]]
    return _with_reversed_words(visual, kinds)


def _kind(text: str) -> str:
    """``R`` and ``L`` for letters, ``N`` for digits, ``S`` for signs, ``T`` for units, ``C`` for commas, else ``-``."""
    direction = unicodedata.bidirectional(text[0])
    return _STRONG.get(direction, _SIGNS.get(direction, "-"))


def _turn(visual: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """A stretch of a line from its right end to its left, with numbers and foreign words as they are."""
    runs = reversed(_runs(visual, kinds))
    return [text for run in runs for text in (run if len(run) > 1 else [_mirror(run[0])])]


def _runs(visual: Sequence[str], kinds: Sequence[str]) -> list[list[str]]:
    """Each left-to-right run (words, or one number with its signs) in one piece, all else character by character."""
    runs: list[list[str]] = []
    start = 0
    while start < len(visual):
        end = _end_of_words(kinds, start) if kinds[start] == "L" else _end_of_number(kinds, start)
        end = max(end, start + 1)
        runs.append(list(visual[start:end]))
        start = end
    return runs


def _end_of_words(kinds: Sequence[str], start: int) -> int:
    """Behind the last letter or digit before the next right-to-left letter."""
    end = start
    for index in range(start, len(kinds)):
        if kinds[index] == "R":
            break
        if kinds[index] in "LN":
            end = index + 1
    return end


def _end_of_number(kinds: Sequence[str], start: int) -> int:
    """Behind a number that begins here with a digit, a sign or a unit; commas may stand between its digits."""
    end = index = start
    while index < len(kinds) and kinds[index] in ("NSTC" if index > start else "NST"):
        index += 1
        if kinds[index - 1] == "N" or (kinds[index - 1] == "T" and end == index - 1 > start):
            end = index
    return end


def _with_reversed_words(visual: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """A line from left to right in which the right-to-left words are turned."""
    result: list[str] = []
    start = 0
    while start < len(visual):
        if kinds[start] != "R":
            result.append(visual[start])
            start += 1
            continue
        end = start
        for index in range(start, len(visual)):
            if kinds[index] == "L":
                break
            if kinds[index] == "R":
                end = index + 1
        result.extend(_turn(visual[start:end], kinds[start:end]))
        start = end
    return result


def _mirror(text: str) -> str:
    return _MIRRORED.get(text, text)
