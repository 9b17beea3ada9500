"""A misspelt name is told from the known ones, in English and Chinese, whatever its capitals, hyphens and width."""

from __future__ import annotations

import time

import pytest

from potluck.suggestions import did_you_mean, nearest_names, suggest


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("embeder", ["embedder", "splitter"], " (did you mean 'embedder'?)"),
        ("EMBEDDER", ["embedder", "splitter"], " (did you mean 'embedder'?)"),
        ("chunk-size", ["chunk_size"], " (did you mean 'chunk_size'?)"),
        ("ｎａｍｅ", ["name"], " (did you mean 'name'?)"),
        ("鮭漁", ["鮭魚", "灰熊"], " (did you mean '鮭魚'?)"),
        ("灰狼", ["鮭魚", "河狸"], ""),
        ("第八章", ["第九章", "附錄"], " (did you mean '第九章'?)"),
        ("道碴厚", ["道碴厚度", "巡查"], " (did you mean '道碴厚度'?)"),
        ("store", ["embedder", "巡查"], ""),
        ("store", [], ""),
    ],
)
def test_the_nearest_name_is_suggested(name: str, known: list[str], expected: str) -> None:
    assert did_you_mean(name, known) == expected


def test_names_come_best_first_and_no_more_than_are_asked_for() -> None:
    known = ["model.safetensors", "models.safetensors", "config.json", "model.onnx"]

    assert nearest_names("model.safetensor", known, count=2) == ["model.safetensors", "models.safetensors"]


def test_of_equal_names_the_first_in_alphabetical_order_is_suggested_whatever_order_they_come_in() -> None:
    known = ["Rail", "RAIL", "rail"]

    assert {did_you_mean("rails", one) for one in (known, known[::-1])} == {" (did you mean 'RAIL'?)"}


@pytest.mark.parametrize("name", ["retriever.k", "問題.jsonl", "it's"])
def test_a_name_that_was_found_otherwise_is_suggested_in_the_same_words(name: str) -> None:
    assert suggest(name) == did_you_mean(name, [name]) == f" (did you mean {name!r}?)"


def test_a_stricter_cutoff_suggests_less() -> None:
    assert did_you_mean("langchain", ["langchain_core"], cutoff=0.8) == ""
    assert did_you_mean("langchain", ["langchain_core"]) == " (did you mean 'langchain_core'?)"


def test_a_very_long_name_takes_no_longer_than_a_message_may() -> None:
    began = time.process_time()

    assert did_you_mean("軌" * 1_000_000, ["軌道"] * 50 + ["軌" * 1_000_000]) != ""
    assert time.process_time() - began < 1
