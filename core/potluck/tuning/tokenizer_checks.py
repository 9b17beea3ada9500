"""The tokens of a training checked against its model, before the first step: rows of embeddings, an end token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from potluck import plugins
from potluck.contracts import TuningRequest
from potluck.contracts.tuner import ModelKind
from potluck.errors import TokenizerMismatch, Unsupported
from potluck.models.loading import load_tokenizer
from potluck.models.tokenizer import (
    check_rows,
    embedding_rows,
    end_tokens,
    list_tokens,
    missing_end_message,
    set_end_token,
    tokens_without_row,
)
from potluck.tuning.head import head_labels, head_of
from potluck.tuning.method import Method

if TYPE_CHECKING:
    from potluck.tuning.encode import Encoded


def tokenizer_of(method: Method, request: TuningRequest) -> Any:
    """The tokenizer of the model that is tuned, with the end token that the settings name."""
    return set_end_token(load_tokenizer(request.model), method.config.end_token)


def check_end(method: Method, request: TuningRequest, tokenizer: Any, kind: ModelKind) -> None:
    """Raise ``TokenizerMismatch`` if answers are written and no token ends them."""
    if not _writes(method, request, kind) or end_tokens(tokenizer):
        return
    raise TokenizerMismatch(
        f"{missing_end_message(tokenizer, str(request.model))}; or name it in the recipe: tuner.end_token: TOKEN. Then "
        "it is learned and ends the answers of the tuned model"
    )


def end_token_ids(method: Method, request: TuningRequest, tokenizer: Any, kind: ModelKind) -> frozenset[int]:
    """The tokens that end an answer; none if no answer is written."""
    known = end_tokens(tokenizer) if _writes(method, request, kind) else ()
    return frozenset(int(tokenizer.convert_tokens_to_ids(token)) for token in known)


def _writes(method: Method, request: TuningRequest, kind: ModelKind) -> bool:
    """Whether answers are written token by token, not one filled in or named."""
    return kind != "masked" and not head_labels(method, request)


def resize_embeddings(method: Method, model: Any, tokenizer: Any) -> Any:
    """The model with a row for every token where the settings ask for that, new ones as transformers begins them.

    Raises ``Unsupported`` for a tuner that would not train the new rows.
    """
    if not method.config.resize_embeddings:
        return model
    if not method.trains_base:
        able = plugins.capable_names("tuner", lambda one: one.trains_base)
        raise Unsupported(
            f"tuner.resize_embeddings: {type(method).__name__} does not train the embeddings, so that the rows of new "
            "tokens would keep their random values: take a tuner that trains the base "
            f"({able}), or leave the tokens out of the tokenizer"
        )
    needed = max(tokenizer.get_vocab().values()) + 1
    if needed > embedding_rows(model):
        counted_only = any(one.is_meta for one in model.parameters())
        model.resize_token_embeddings(needed, mean_resizing=not counted_only)
    return model


def check_embeddings(request: TuningRequest, tokenizer: Any, model: Any, examples: Sequence[Encoded]) -> None:
    """Raise ``TokenizerMismatch`` naming the tokens of examples that the embeddings have no row for."""
    rows = embedding_rows(model)
    used = (number for one in examples for number in (*one.ids, *_words(one, model)))
    try:
        check_rows(used, tokenizer, rows, str(request.model))
    except TokenizerMismatch as error:
        able = plugins.capable_names("tuner", lambda one: one.trains_base)
        raise TokenizerMismatch(
            f"{error}; or let them be learned, with resize_embeddings: true and a tuner that trains the base: {able}"
        ) from None


def tokenizer_notes(request: TuningRequest, tokenizer: Any, model: Any) -> tuple[str, ...]:
    """Oddities of a tokenizer that do not harm the examples, one sentence each."""
    rows = embedding_rows(model)
    beyond = tokens_without_row(tokenizer, rows)
    if not beyond:
        return ()
    return (
        f"the tokenizer of {request.model} has tokens without a row in the model's embeddings ({rows:,} rows): "
        f"{list_tokens(beyond)}. No example uses them; a text that does will be refused",
    )


def _words(one: Encoded, model: Any) -> Sequence[int]:
    """The answer's tokens, if they are tokens and not the number of a label."""
    return one.answer if head_of(model) is None else ()
