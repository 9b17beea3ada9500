"""Keys of questions in Chinese, and keys that mean another: misspelt, or in the words of other tools."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from potluck.datasets.formats import CHINESE_NAMES
from potluck.documents import Json

KEYS = (
    "question_id",
    "question",
    "gold_ids",
    "gold_sections",
    "answers",
    "gold_facts",
    "evidence",
    "answerable",
    "group",
    "generated_by",
)
"""The keys that a question may have; ``id`` stands for ``question_id``."""

_OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "question_id": ("qid", "query id", "編號", "編码", "编号", "問題編號", "问题编号", "題號", "题号"),
    "question": ("query", "user input", *CHINESE_NAMES["question"]),
    "gold_ids": (
        *("document", "documents", "document id", "document ids", "doc", "docs", "doc id", "doc ids", "gold", "golds"),
        *("gold doc", "gold docs", "gold document", "gold documents", "gold doc ids", "relevant", "relevant ids"),
        *("relevant docs", "relevant doc ids", "relevant documents", "reference context ids"),
        *("文件", "文檔", "文档", "相關文件", "相关文档", "出處", "出处", "來源文件", "来源文件"),
    ),
    "gold_sections": ("section", "sections", "relevant sections", "clause", "clauses", "章節", "章节", "條文", "条文"),
    "answers": (
        *("answer", "ground truth", "ground truths", "reference", "references", "reference answer", "expected"),
        *("reference answers", "gold answer", "gold answers", "expected answer", "expected answers", "correct answer"),
        *("correct answers", "expected output", "標準答案", "标准答案", "參考答案", "参考答案", "正確答案", "正确答案"),
        *CHINESE_NAMES["answer"],
    ),
    "gold_facts": ("fact", "facts", "must contain", "key facts", "關鍵詞", "关键词", "事實", "事实", "要點", "要点"),
    "evidence": ("evidences", "reference contexts", "supporting facts", "證據", "证据", "依據", "依据"),
    "group": ("groups", "cluster", "topic group", "群組", "群组", "分組", "分组", "組別", "组别"),
    "generated_by": (
        *("generated", "is generated", "made by", "synthetic", "is synthetic", "synthesizer name", "generator"),
        *("出題模型", "出题模型", "生成模型", "產生模型", "产生模型"),
    ),
    "answerable": ("is answerable", "unanswerable", "is impossible", "可回答", "能否回答"),
}
"""The names that other tools and people give them."""


_LONG = 6
"""Letters of a word from which on another one with one letter wrong is that word, and no word of its own."""


def chinese_keys(names: Collection[str]) -> dict[str, str]:
    """The keys that names in Chinese stand for: ``question`` for ``問題``. None for a key that is there itself."""
    found: dict[str, str] = {}
    for name in names:
        key = _chinese().get(_join(_words(name)))
        if key is not None and key not in names and key not in found.values():
            found[name] = key
    return found


def group_of(fields: Mapping[str, Json]) -> str | None:
    """What a row says it hangs together with others by: its ``group``, also in Chinese; None where it does not say."""
    name = next((name for name, key in chinese_keys(fields).items() if key == "group"), "group")
    return group_text(fields.get(name))


def group_text(value: Json) -> str | None:
    """What a group is called; None for nothing, and for what names none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def meant_key(name: str, there: Collection[str]) -> str | None:
    """The known key that an unknown one probably means; None for a key of the user's own.

    ``there`` are the keys beside it: a key that is present is not meant by another. Case, hyphens, blanks, full-width
    letters and ``camelCase`` do not matter, and of a word one letter in four may be wrong.
    """
    plain = _join(_words(name))
    for key, others in _OTHER_WORDS.items():
        if key in there or (key == "question_id" and "id" in there):
            continue
        if plain in {_join(_words(word)) for word in (key, *others)} or _near(_words(name), _words(key)):
            return key
        if any(len(word) >= _LONG and word.isascii() and _distance(plain, _join(_words(word))) <= 1 for word in others):
            return key
    return None


@cache
def _chinese() -> dict[str, str]:
    return {_join(_words(word)): key for key, words in _OTHER_WORDS.items() for word in words if not word.isascii()}


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", name))
    return [word for word in re.split(r"[\s_\-.]+", spaced.casefold()) if word]


def _join(words: Iterable[str]) -> str:
    return "".join(words)


def _near(one: list[str], other: list[str]) -> bool:
    """Whether the words are those of the other with letters wrong; ``question_zh`` is not ``question_id``."""
    if _distance(_join(one), _join(other)) <= 1:
        return True
    pairs = list(zip(one, other, strict=False))
    return len(one) == len(other) and all(_distance(a, b) <= len(b) // 4 for a, b in pairs)


def _distance(one: str, other: str) -> int:
    """How many letters to add, leave out, change, or swap with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]
