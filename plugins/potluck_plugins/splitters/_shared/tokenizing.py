"""Where the tokens of a text begin: by a rule of thumb, by a ``tokenizer.json``, or by one of tiktoken's tables."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from potluck.contracts import Context
from potluck.errors import MissingDependency, ModelError, ModelNotFound
from potluck.installation import pip_command

Tokenize: TypeAlias = Callable[[str], list[int]]
"""From a text to the place where each of its tokens begins, ascending; special tokens are not counted."""

TABLES = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}
"""tiktoken's encodings and the SHA-256 of their tables, as tiktoken itself states them."""

_TABLE_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_WIDE = "\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_ESTIMATED = re.compile(rf"[{_WIDE}]|[^\W_{_WIDE}]{{1,4}}|\S")


def estimate(text: str) -> list[int]:
    """One token for each Han, Kana and Hangul character, each started four letters or digits, each other sign."""
    return [match.start() for match in _ESTIMATED.finditer(text)]


def from_file(path: Path) -> Tokenize:
    """By a ``tokenizer.json`` of the ``tokenizers`` library. Raises ``ModelError`` for anything else."""
    _check_library("tokenizers", "reading a tokenizer.json")
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise ModelError(f"splitter tokens: {path} is not a tokenizer.json that tokenizers can read: {error}") from None
    # A file may say that texts are cut or padded to the model's window; here the whole text counts.
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def tokenize(text: str) -> list[int]:
        return sorted(start for start, _ in tokenizer.encode(text, add_special_tokens=False).offsets)

    return tokenize


def file_of(source: str, context: Context) -> Path:
    """The ``tokenizer.json`` that a model source leads to, itself or in its folder.

    Raises ``ModelNotFound``, and ``MissingDependency`` without the library that reads it.
    """
    _check_library("tokenizers", "reading a tokenizer.json")
    path = context.models.fetch(source)
    inside = path / "tokenizer.json"
    if path.is_dir() and not inside.is_file():
        raise ModelNotFound(f"splitter tokens: there is no tokenizer.json in {path}; name the file of a tokenizer")
    return inside if path.is_dir() else path


def from_table(name: str) -> Tokenize:
    """By one of tiktoken's tables, where this machine has it: tiktoken itself would download it, and this does not."""
    check_table(name)
    import tiktoken

    encoding = tiktoken.get_encoding(name)

    def tokenize(text: str) -> list[int]:
        starts: list[int] = encoding.decode_with_offsets(encoding.encode_ordinary(text))[1]
        return starts

    return tokenize


def check_table(name: str) -> None:
    """Raise ``MissingDependency`` without tiktoken, ``ModelNotFound`` unless the whole table lies where it looks."""
    _check_library("tiktoken", f"the tokenizer {name}")
    usual = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", usual))
    address = _TABLE_ADDRESS.format(name)
    path = Path(folder) / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    # An empty name of the folder tells tiktoken to download every time.
    if not folder or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != TABLES[name]:
        raise ModelNotFound(
            f"splitter tokens: no (whole) table of {name} at {path}, and it is not downloaded during a run. "
            f"Put {address} there under that name, and set TIKTOKEN_CACHE_DIR to the folder"
        )


def _check_library(name: str, purpose: str) -> None:
    if importlib.util.find_spec(name) is None:
        raise MissingDependency(f"splitter tokens: {purpose} needs {name}. Run: {pip_command(name)}")
