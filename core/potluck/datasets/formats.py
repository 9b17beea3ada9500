"""The formats of rows of data, told by the names of their fields: in each of them one row is one example.

A reader recognises the format of a file by its first row, and reads every row in it. Field names are those of the
formats' own tools; for plain tables the usual names in English and Chinese.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from potluck.documents import Json

Format: TypeAlias = Literal["chat", "sharegpt", "alpaca", "preference", "pairs", "text"]
"""OpenAI's ``messages``; ShareGPT's ``conversations``; Alpaca's ``instruction`` with more than an input; pairs of a
better and a worse answer; two fields, input and target; a text without a target."""

PAIRS: tuple[tuple[str, str], ...] = (
    ("prompt", "completion"),
    ("instruction", "output"),
    ("text", "label"),
    ("message", "label"),
    ("input", "output"),
    ("input", "target"),
    ("input", "text"),
    ("document", "summary"),
    ("question", "answer"),
    ("question", "label"),
    ("input", "label"),
    ("input", "refs"),
    ("document", "refs"),
    ("question", "answers"),
)
"""The names of input and target that are found if a recipe names none."""

REFERENCES = ("refs", "references", "answers")
"""Fields with several right answers, which files to evaluate on have in the place of a target."""

CHINESE_NAMES: dict[str, tuple[str, ...]] = {
    "prompt": ("提示", "提示詞", "提示词"),
    "completion": ("補全", "补全", "續寫", "续写"),
    "instruction": ("指令", "指示"),
    "input": ("輸入", "输入"),
    "output": ("輸出", "输出"),
    "text": ("文字", "文本", "內容", "内容", "句子"),
    "label": ("標籤", "标签", "標記", "标记", "類別", "类别", "分類", "分类"),
    "message": ("訊息", "消息", "信息", "簡訊", "简讯", "短信"),
    "document": ("文件", "文檔", "文档", "原文", "文章"),
    "summary": ("摘要", "總結", "总结"),
    "question": ("問題", "问题", "題目", "题目", "提問", "提问"),
    "answer": ("答案", "回答", "答覆", "答复", "回覆", "回复"),
    "target": ("目標", "目标"),
}
"""The names of the fields in Chinese tables."""

_MEANINGS = {word: meaning for meaning, words in CHINESE_NAMES.items() for word in words}
_TURNS = ("conversations", "conversation")
_BETTER = ("chosen", "preferred_output")
_WORSE = ("rejected", "non_preferred_output")
_MORE_OF_ALPACA = ("system", "history")


def recognise(fields: Mapping[str, Json]) -> Format | None:
    """The format of a row by its fields; None if their names say nothing."""
    if "messages" in fields:
        return "chat"
    if turns_field(fields) is not None:
        return "sharegpt"
    if any(name in fields for name in _BETTER) and any(name in fields for name in _WORSE):
        return "preference"
    if {"instruction", "output"} <= fields.keys() and any(name in fields for name in _MORE_OF_ALPACA):
        return "alpaca"
    if find_pair(fields) is not None:
        return "pairs"
    return "text" if find_field("text", fields) is not None else None


def turns_field(fields: Collection[str]) -> str | None:
    """The field that holds ShareGPT's turns; None if there is none."""
    return next((name for name in _TURNS if name in fields), None)


def find_pair(fields: Collection[str]) -> tuple[str, str] | None:
    """The fields that are input and target, as the file writes them; None if no usual two are there."""
    for given, target in PAIRS:
        one, other = find_field(given, fields), find_field(target, fields)
        if one is not None and other is not None:
            return one, other
    return None


def find_field(meaning: str, fields: Collection[str]) -> str | None:
    """The field that means ``meaning`` (``question``), as the file writes it: ``question``, ``Question``, ``問題``."""
    if meaning in fields:
        return meaning
    return next((name for name in fields if meaning_of(name) == meaning), None)


def meaning_of(name: str) -> str:
    """What a field's name means, whatever its language, case and width: ``question`` for ``問題`` and ``Question``."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold().replace(" ", "_")
    return _MEANINGS.get(plain, plain)
