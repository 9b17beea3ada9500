"""Whether a tokenizer fits its model: rows of the embeddings, and the token that ends an answer.

Modules: ``potluck.models.tokenizer``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from potluck.errors import TokenizerMismatch
from potluck.models import tokenizer as rules
from potluck.models.loading import load_model, load_tokenizer
from support.tuning import make_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_model(tmp_path / "模型")


@pytest.fixture
def tokenizer(folder: Path) -> Any:
    return load_tokenizer(folder)


def write_config(folder: Path, name: str, eos: object, stamp: int = 0) -> None:
    path = folder / name
    path.write_text(json.dumps({"eos_token_id": eos}), encoding="utf-8")
    os.utime(path, ns=(stamp, stamp))  # what is read is kept by the time of the file


def test_a_model_has_as_many_rows_as_its_tokenizer_has_tokens(folder: Path, tokenizer: Any) -> None:
    assert rules.embedding_rows(load_model(folder, "float32")) == len(tokenizer)


def test_tokens_without_a_row_are_told_in_the_order_of_their_ids(tokenizer: Any) -> None:
    last = len(tokenizer)
    tokenizer.add_tokens(["<標籤>", "<a>"])

    assert list(rules.tokens_without_row(tokenizer, last).items()) == [("<標籤>", last), ("<a>", last + 1)]
    assert rules.tokens_without_row(tokenizer, last + 1) == {"<a>": last + 1}
    assert rules.tokens_without_row(tokenizer, last + 2) == {}


def test_of_tokens_eight_are_listed_and_the_others_counted() -> None:
    assert rules.list_tokens({"<標籤>": 406}) == "'<標籤>' (406)"
    eight = ", ".join(f"'t{number}' ({number})" for number in range(8))
    assert rules.list_tokens({f"t{number}": number for number in range(8)}) == eight
    assert rules.list_tokens({f"t{number}": number for number in range(10)}) == f"{eight} and 2 more"


def test_a_text_with_a_token_that_has_no_row_is_refused_with_the_token(tokenizer: Any) -> None:
    tokenizer.add_tokens(["<標籤>"])
    rows = len(tokenizer) - 1
    rules.check_rows([0, rows - 1], tokenizer, rows, "m")

    with pytest.raises(TokenizerMismatch) as refused:
        rules.check_rows([0, rows, rows], tokenizer, rows, "模型")

    assert str(refused.value).startswith("模型: the text has tokens that the model has no embedding for: ")
    assert f": '<標籤>' ({rows}); its embeddings have {rows:,} rows, for the tokens 0 to {rows - 1:,}. " in str(
        refused.value
    )


@pytest.mark.parametrize(
    ("generation", "config", "ends"),
    [
        (None, None, ("</s>",)),
        (0, None, ("</s>", "<s>")),
        ([1, 0], None, ("</s>", "<s>")),
        (None, 0, ("</s>", "<s>")),
        (1, 0, ("</s>",)),
        ([], 0, ("</s>", "<s>")),
        ("0", True, ("</s>",)),
        ([-1, 10**9, None], None, ("</s>",)),
    ],
)
def test_the_tokens_own_end_comes_first_then_those_that_the_settings_name(
    folder: Path, tokenizer: Any, generation: object, config: object, ends: tuple[str, ...]
) -> None:
    write_config(folder, "generation_config.json", generation)
    write_config(folder, "config.json", config)

    assert rules.end_tokens(tokenizer) == ends


def test_the_last_id_of_the_vocabulary_is_one_that_settings_can_name(folder: Path, tokenizer: Any) -> None:
    write_config(folder, "generation_config.json", len(tokenizer) - 1)
    assert rules.end_tokens(tokenizer) == ("</s>", tokenizer.convert_ids_to_tokens(len(tokenizer) - 1))
    write_config(folder, "generation_config.json", len(tokenizer), stamp=10**9)
    assert rules.end_tokens(tokenizer) == ("</s>",)


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_settings_that_cannot_be_read_name_no_end(folder: Path, tokenizer: Any, text: str) -> None:
    (folder / "generation_config.json").write_bytes(text.encode("latin-1"))
    (folder / "config.json").unlink()
    tokenizer.eos_token = None
    assert rules.end_tokens(tokenizer) == ()


def test_an_answer_gets_the_first_end_unless_it_ends_with_one(folder: Path, tokenizer: Any) -> None:
    write_config(folder, "generation_config.json", [1, 0])
    assert rules.append_end_token([5, 6], tokenizer) == [5, 6, 1]
    assert rules.append_end_token([5, 1], tokenizer) == [5, 1]
    assert rules.append_end_token([5, 0], tokenizer) == [5, 0]
    for name in ("generation_config.json", "config.json"):
        (folder / name).unlink()
    tokenizer.eos_token = None
    assert rules.append_end_token([5, 6], tokenizer) == [5, 6]


def test_a_missing_end_is_told_with_the_tokens_that_could_be_one(tokenizer: Any) -> None:
    message = rules.missing_end_message(tokenizer, "模型")
    assert message.startswith("模型: its tokenizer has no end token")
    assert message.endswith("one of its own tokens (it has '</s>', '<s>')")


def test_an_end_that_is_one_token_is_set_and_none_changes_nothing(tokenizer: Any) -> None:
    assert rules.set_end_token(tokenizer, None) is tokenizer
    assert tokenizer.eos_token == "</s>"
    assert rules.set_end_token(tokenizer, "<s>") is tokenizer
    assert tokenizer.eos_token == "<s>"


@pytest.mark.parametrize("token", ["<end of it>", "", "蘋果結束"])
def test_an_end_that_is_not_one_token_is_refused_with_those_there_are(tokenizer: Any, token: str) -> None:
    count = len(tokenizer(token, add_special_tokens=False)["input_ids"])
    with pytest.raises(TokenizerMismatch) as refused:
        rules.set_end_token(tokenizer, token)
    assert f"end_token {token!r} is not one token of the tokenizer: it becomes {count}; of its own tokens " in str(
        refused.value
    )
    assert tokenizer.eos_token == "</s>"


def test_an_end_that_melts_into_the_word_before_it_is_refused(tokenizer: Any) -> None:
    """Taken alone it is one token, behind a letter it is part of another."""
    joined = next(
        token[1:]
        for token, number in tokenizer.get_vocab().items()
        if token.startswith("a") and len(token) > 1
        and len(tokenizer(token[1:], add_special_tokens=False)["input_ids"]) == 1
        and tokenizer(token, add_special_tokens=False)["input_ids"] == [number]
    )  # fmt: skip
    with pytest.raises(TokenizerMismatch, match="it becomes 1;"):
        rules.set_end_token(tokenizer, joined)
