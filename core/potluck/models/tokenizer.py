"""Whether a tokenizer fits its model: a row of the embeddings for each of its tokens, and a token that ends an answer.

Both are files of their own, and are changed apart: a token that was added to the tokenizer alone, an end token that
only ``generation_config.json`` names. Plugins may use it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from potluck.errors import TokenizerMismatch

_LISTED = 8
_CONFIGS = ("generation_config.json", "config.json")


def embedding_rows(model: Any) -> int:
    """How many tokens a model has embeddings for."""
    return int(model.get_input_embeddings().weight.shape[0])


def tokens_without_row(tokenizer: Any, rows: int) -> Mapping[str, int]:
    """The tokens of a tokenizer that have no row in embeddings of ``rows`` rows, in the order of their ids."""
    beyond = {token: number for token, number in tokenizer.get_vocab().items() if number >= rows}
    return dict(sorted(beyond.items(), key=lambda pair: pair[1]))


def list_tokens(tokens: Mapping[str, int]) -> str:
    """Tokens with their ids, the first few: ``'<tag_a>' (406)``."""
    shown = ", ".join(f"{token!r} ({number})" for token, number in list(tokens.items())[:_LISTED])
    return shown + (f" and {len(tokens) - _LISTED} more" if len(tokens) > _LISTED else "")


def check_rows(ids: Iterable[int], tokenizer: Any, rows: int, model: str) -> None:
    """Raise ``TokenizerMismatch`` if a text has tokens that embeddings of ``rows`` rows do not know."""
    used = {number for number in ids if number >= rows}
    if not used:
        return
    names = {str(tokenizer.convert_ids_to_tokens(number)): number for number in sorted(used)}
    raise TokenizerMismatch(
        f"{model}: the text has tokens that the model has no embedding for: {list_tokens(names)}; its embeddings have "
        f"{rows:,} rows, for the tokens 0 to {rows - 1:,}. Take the tokenizer that belongs to the model, or take these "
        "tokens out of its added tokens (tokenizer.json, added_tokens.json)"
    )


def end_tokens(tokenizer: Any) -> tuple[str, ...]:
    """The tokens that end an answer, the tokenizer's own first.

    The others are those that ``generation_config.json`` (if it names none, ``config.json``) calls ``eos_token_id`` in
    the folder that the tokenizer was read from. Empty if nothing names one: then no answer ends by itself.
    """
    own = [str(tokenizer.eos_token)] if tokenizer.eos_token is not None else []
    folder = Path(str(tokenizer.name_or_path))
    named = next((found for name in _CONFIGS if (found := _configured_end_ids(folder / name))), ())
    known = [tokenizer.convert_ids_to_tokens(number) for number in named if 0 <= number < len(tokenizer)]
    return tuple(dict.fromkeys([*own, *(str(token) for token in known if token is not None)]))


def append_end_token(ids: Sequence[int], tokenizer: Any) -> list[int]:
    """Tokens with the one that ends an answer behind them, where the model knows one and they do not end with it."""
    ends = [int(tokenizer.convert_tokens_to_ids(token)) for token in end_tokens(tokenizer)]
    return [*ids] if not ends or not {*ends}.isdisjoint(ids[-1:]) else [*ids, ends[0]]


def missing_end_message(tokenizer: Any, model: str) -> str:
    """The message about a tokenizer without an end token."""
    special = _special(tokenizer)
    known = f" (it has {', '.join(map(repr, special))})" if special else ""
    return (
        f"{model}: its tokenizer has no end token, nor does its generation_config.json name one (eos_token, "
        f"eos_token_id), so that no answer ends before the limit of tokens. Add eos_token to tokenizer_config.json, "
        f"one of its own tokens{known}"
    )


def set_end_token(tokenizer: Any, token: str | None) -> Any:
    """The tokenizer with an end token that a recipe names; unchanged if it names none.

    Raises ``TokenizerMismatch`` for what is not one token of it.
    """
    if token is None:
        return tokenizer
    ids = tokenizer(token, add_special_tokens=False)["input_ids"]
    if len(ids) != 1 or tokenizer(f"a{token}", add_special_tokens=False)["input_ids"][-1:] != ids:
        raise TokenizerMismatch(
            f"{tokenizer.name_or_path}: end_token {token!r} is not one token of the tokenizer: it becomes {len(ids)}"
            f"{_instead(_special(tokenizer))}"
        )
    tokenizer.eos_token = token
    return tokenizer


def _instead(special: Collection[str]) -> str:
    return f"; of its own tokens {', '.join(map(repr, special))} could be taken" if special else ""


def _special(tokenizer: Any) -> list[str]:
    added = {str(token) for token in tokenizer.get_added_vocab()}
    return sorted(added | {str(token) for token in tokenizer.all_special_tokens})[:_LISTED]


def _configured_end_ids(path: Path) -> tuple[int, ...]:
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return ()


@functools.lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> tuple[int, ...]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("eos_token_id")
    except (OSError, ValueError, AttributeError):
        return ()
    several = found if isinstance(found, list) else [found]
    return tuple(one for one in several if isinstance(one, int) and not isinstance(one, bool))
