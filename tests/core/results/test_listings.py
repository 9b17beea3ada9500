"""Plugins, tuners, examples, prompts and documents as they are listed in JSON: the keys in their order.

Modules: ``potluck.results.listings``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from potluck.documents import Json
from potluck.json_values import as_json
from potluck.results.listings import (
    BundledExampleResult,
    CopiedExampleResult,
    DoctorResult,
    ExaminedResult,
    FindingResult,
    ItemSetResult,
    LoadedResult,
    NewResult,
    NotLoadedResult,
    PluginResult,
    PromptResult,
    PromptScoresResult,
    RuleResult,
    SpreadResult,
    TunerResult,
    WordingPairResult,
    WordingResult,
)
from potluck.statistics.intervals import Interval

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RULE = RuleResult("close", False, False, "關不起來")
RULE_JSON: dict[str, Json] = {"rule": "close", "kept": False, "skipped": False, "why": "關不起來"}
EXAMINED = ExaminedResult(
    "store",
    "架子",
    "potluck-shelf",
    "1.0",
    None,
    None,
    ("faiss",),
    "BrokenPlugin",
    "壞了",
    ("某.example",),
    (RULE,),
    "",
)
SPREAD = SpreadResult(0.25, None, None, None)
PAIR = WordingPairResult("問二", 0.25, -0.5, 1.0, 0.5, 1.0, "no evidence", None, "看不出來")
SET = ItemSetResult("開發", 4, SPREAD, "問一", (PAIR,))
WORDING = WordingResult("問一", "1a2b", "{text} 是：", {"開發": Interval(0.75, None, None, 4)})

LISTED: list[tuple[DataclassInstance, dict[str, Json]]] = [
    (
        PluginResult("store", "架子", "potluck-shelf", "1.0", None, None),
        {
            "kind": "store", "name": "架子", "package": "potluck-shelf", "version": "1.0", "contract": None,
            "missing": None,
        },
    ),
    (
        PluginResult("store", "exact", "potluck", "1.0", 1, ()),
        {"kind": "store", "name": "exact", "package": "potluck", "version": "1.0", "contract": 1, "missing": []},
    ),
    (RULE, {**RULE_JSON}),
    (
        EXAMINED,
        {
            "kind": "store", "name": "架子", "package": "potluck-shelf", "version": "1.0", "contract": None,
            "seconds": None, "missing": ["faiss"], "problem": "BrokenPlugin", "message": "壞了",
            "reached_for": ["某.example"], "rules": [{**RULE_JSON}], "skipped": "",
        },
    ),
    (
        DoctorResult((EXAMINED,), ("兩個外掛同名",)),
        {"plugins": [as_json(EXAMINED)], "findings": ["兩個外掛同名"]},
    ),
    (
        TunerResult(
            "lora", "低秩", "layers", True, False, ("local",), ("classification",), ("causal", "masked"), "potluck",
            None, None,
        ),
        {
            "name": "lora", "summary": "低秩", "family": "layers", "mergeable": True, "whole": False,
            "served_by": ["local"], "tasks": ["classification"], "kinds": ["causal", "masked"], "package": "potluck",
            "trainable": None, "total": None,
        },
    ),
    (
        NewResult("store", "架子", "potluck-shelf", "/家/potluck-shelf", ("pyproject.toml",), ("pip install -e .",)),
        {
            "kind": "store", "name": "架子", "package": "potluck-shelf", "folder": "/家/potluck-shelf",
            "files": ["pyproject.toml"], "steps": ["pip install -e ."],
        },
    ),
    (
        BundledExampleResult("軌道規範", "問規範", ("資料",)),
        {"name": "軌道規範", "summary": "問規範", "uses": ["資料"]},
    ),
    (
        CopiedExampleResult("軌道規範", "/家/軌道規範", ("recipe.yaml",), ("資料",), ()),
        {
            "name": "軌道規範", "folder": "/家/軌道規範", "files": ["recipe.yaml"], "added": ["資料"], "present": [],
        },
    ),
    (
        PromptResult("回答", "1a2b", ("context", "question"), None, "{context}\n問：{question}"),
        {
            "name": "回答", "hash": "1a2b", "fields": ["context", "question"], "line": None,
            "text": "{context}\n問：{question}",
        },
    ),
    (
        FindingResult("warning", "recipe.yaml", 3, 9, "沒有出處", "寫上 {context}"),
        {
            "level": "warning", "file": "recipe.yaml", "line": 3, "column": 9, "message": "沒有出處",
            "advice": "寫上 {context}",
        },
    ),
    (
        WORDING,
        {
            "name": "問一", "hash": "1a2b", "text": "{text} 是：",
            "means": {"開發": as_json(Interval(0.75, None, None, 4))},
        },
    ),
    (SPREAD, {"value": 0.25, "low": None, "high": None, "chance": None}),
    (
        PAIR,
        {
            "other": "問二", "difference": 0.25, "low": -0.5, "high": 1.0, "p": 0.5, "p_adjusted": 1.0,
            "verdict": "no evidence", "needed_n": None, "sentence": "看不出來",
        },
    ),
    (SET, {"name": "開發", "n": 4, "spread": as_json(SPREAD), "best": "問一", "against": [as_json(PAIR)]}),
    (
        PromptScoresResult("classification", "accuracy", 2, 0.5, 1, (WORDING,), (SET,)),
        {
            "task": "classification", "measure": "accuracy", "candidates": 2, "guess": 0.5, "left_out": 1,
            "wordings": [as_json(WORDING)], "sets": [as_json(SET)],
        },
    ),
    (
        LoadedResult("規範.docx", "軌距 1435", {"標題": "規範", "sections": [{"start": 0}], "losses": []}),
        {
            "source": "規範.docx", "text": "軌距 1435",
            "metadata": {"標題": "規範", "sections": [{"start": 0}], "losses": []},
        },
    ),
    (
        NotLoadedResult("壞.pdf", "沒有文字", "NoText"),
        {"source": "壞.pdf", "error": "沒有文字", "kind": "NoText"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "expected"), LISTED, ids=lambda one: type(one).__name__)
def test_what_is_listed_says_each_field_in_its_order(listed: DataclassInstance, expected: dict[str, Json]) -> None:
    assert list(as_json(listed).items()) == list(expected.items())


@pytest.mark.parametrize(("listed", "expected"), LISTED, ids=lambda one: type(one).__name__)
def test_chinese_is_written_as_it_is(listed: DataclassInstance, expected: dict[str, Json]) -> None:
    written = json.dumps(as_json(listed), ensure_ascii=False)

    assert "\\u" not in written
    assert json.loads(written) == expected
