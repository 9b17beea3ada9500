"""The answer cache: whole rows, shared by threads and processes, and never a wrong answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from potluck.errors import RecipeClosed, WorkspaceDamaged
from potluck.workspace.answer_cache import AnswerCache, KeptTime


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    opened = AnswerCache(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def test_an_answer_is_given_back_as_it_was(cache: AnswerCache) -> None:
    kept = {"answer": {"text": "短鋼軌\u2028😀", "quotes": [{"start": 1}]}, "seconds": 0.25}

    assert cache.answer("k") is None
    cache.keep_answer("k", kept)

    assert cache.answer("k") == kept


def test_what_is_not_to_be_kept_is_known_as_long_as_the_cache_is_open(cache: AnswerCache) -> None:
    cache.keep_answer("k", {"text": "一"}, cached=False)

    assert cache.answer("k", cached=False) == {"text": "一"}
    assert cache.answer("k") is None
    assert cache.answer("other", cached=False) is None


def test_a_fresh_cache_takes_only_what_was_answered_since_and_keeps_it_for_others(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    with closing(AnswerCache(path)) as first:
        first.keep_answer("k", {"text": "舊"})
        with closing(AnswerCache(path, fresh=True)) as fresh:
            assert fresh.answer("k") is None
            fresh.keep_answer("k", {"text": "新"})
            assert fresh.answer("k") == {"text": "新"}
        assert first.answer("k") == {"text": "新"}


def test_how_long_a_model_took_is_read_from_some_of_its_own_answers(cache: AnswerCache) -> None:
    for number in range(3):
        cache.keep_answer(str(number), {"chat": "model", "seconds": 1.5, "out": {"items": 2, "characters": 30}})
    cache.keep_answer("other", {"chat": "another", "seconds": 9, "text": "a model"})

    assert cache.times_of("model", 9) == [KeptTime(1.5, 2, 30)] * 3
    assert cache.times_of("model", 2) == [KeptTime(1.5, 2, 30)] * 2
    assert cache.times_of("another", 9) == [KeptTime(9.0, 0, 0)]
    assert cache.times_of("none", 9) == []


def test_a_database_with_other_tables_is_not_taken_for_a_cache(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "calls.sqlite")) as other:
        other.execute("CREATE TABLE answers (something)")

    with pytest.raises(WorkspaceDamaged, match="the definitions of the tables are not what was written"):
        AnswerCache(tmp_path / "calls.sqlite")


def test_a_closed_cache_says_so(cache: AnswerCache) -> None:
    cache.close()

    with pytest.raises(RecipeClosed):
        cache.answer("k")


def test_vectors_of_questions_are_float32_to_the_bit(cache: AnswerCache) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 7)).astype(np.float32)

    cache.keep_question_vectors("e", ["甲", "b", "c"], vectors)
    found = cache.question_vectors("e", ["c", "甲", "other"])

    assert list(found) == ["c", "甲"]
    assert found["甲"].tobytes() == vectors[0].tobytes()
    assert cache.question_vectors("another embedder", ["甲"]) == {}


def test_threads_may_write_at_once(cache: AnswerCache) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: cache.keep_answer(str(i), {"n": i}), range(200)))

    assert [cache.answer(str(i)) for i in range(200)] == [{"n": i} for i in range(200)]


def test_what_a_killed_process_kept_is_there(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from potluck.workspace.answer_cache import AnswerCache\n"
        "cache = AnswerCache(Path(sys.argv[1]))\n"
        "for i in range(50): cache.keep_answer(str(i), {'n': i})\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "calls.sqlite"
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9

    cache = AnswerCache(path)
    try:
        assert all(cache.answer(str(i)) == {"n": i} for i in range(50))
    finally:
        cache.close()


def test_a_damaged_file_says_that_it_may_be_deleted(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    path.write_bytes(b"no database at all, but long enough to look like one" * 40)

    with pytest.raises(WorkspaceDamaged, match="delete the file; the others will be asked for again"):
        AnswerCache(path)
