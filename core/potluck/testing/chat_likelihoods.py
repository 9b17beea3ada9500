"""The rules of chat models that say how likely texts are (``scores_text``), and of those that do not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

from potluck.contracts import ChatModel, Likelihood
from potluck.documents import Message
from potluck.errors import ContextExceeded, Unsupported
from potluck.testing.chat_prompts import HALF, QUESTIONS, fresh_chat, get_answer, prompt_for
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.texts import SENTENCES

_PROMPT = "道碴厚度 The ballast is "
_TEXTS = ("thirty centimetres deep", "fruit", "三十公分", "每週一次，並作成紀錄", "a helmet")
_NEAR = 0.05
"""Two sums that differ by at most this count as equal: some engines compute a text a little differently each time."""


@contextmanager
def _scoring_model(subject: Subject) -> Iterator[ChatModel]:
    """The model, if it says how likely texts are. Raises ``Skipped`` otherwise."""
    with fresh_chat(subject) as model:
        if not model.scores_text:
            raise Skipped("it does not say how likely texts are")
        yield model


def _sums(found: list[Likelihood]) -> list[float]:
    return [one.logprob for one in found]


def _near(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


@rule("chat", "who-cannot-score-says-so")
def check_unsupported(subject: Subject) -> None:
    """Where ``scores_text`` is False, ``likelihoods`` and ``vocabulary`` raise ``Unsupported``."""
    with fresh_chat(subject) as model:
        if model.scores_text:
            raise Skipped("it says how likely texts are")
        for name, ask in (("likelihoods", lambda: model.likelihoods("a", ["b"])), ("vocabulary", model.vocabulary)):
            try:
                ask()
            except Unsupported as error:
                need(str(error), f"{name} is refused without a word")
            else:
                need(False, f"{name} works, and scores_text is False")


@rule("chat", "likelihoods-are-logarithms")
def check_logarithms(subject: Subject) -> None:
    """A likelihood is a finite sum of logarithms, at most 0, over at least one token; of nothing there are none."""
    with _scoring_model(subject) as model:
        for prompt in (_PROMPT, prompt_for(QUESTIONS[2])):
            found = model.likelihoods(prompt, _TEXTS)
            need(len(found) == len(_TEXTS), f"{len(found)} likelihoods of {len(_TEXTS)} texts")
            for one in found:
                need(isinstance(one, Likelihood), f"one is a {type(one).__name__}")
                need(math.isfinite(one.logprob) and one.logprob <= 0, f"a logarithm is {one.logprob}")
                need(type(one.tokens) is int and one.tokens > 0, f"it is summed over {one.tokens!r} tokens")
            need(list(model.likelihoods(prompt, [])) == [], "there are likelihoods of no text")


@rule("chat", "likelihoods-in-order")
def check_order(subject: Subject) -> None:
    """They come in the order of the continuations, whatever stands beside them, and again the same."""
    with _scoring_model(subject) as model:
        for prompt in (_PROMPT, prompt_for(QUESTIONS[2])):
            forward = _sums(model.likelihoods(prompt, _TEXTS))
            need(_near(_sums(model.likelihoods(prompt, _TEXTS[::-1]))[::-1], forward), "turned round, they are others")
            twice = _sums(model.likelihoods(prompt, [*_TEXTS, *_TEXTS]))
            need(_near(twice, forward * 2), "with each text twice, they are others")
            need(len({round(one, 3) for one in forward}) > 1, "all texts are equally likely")


@rule("chat", "answers-are-likely")
def check_answers(subject: Subject) -> None:
    """Of the answers to two questions each is likelier after its own question than after the other."""
    with _scoring_model(subject) as model:
        prompts = [prompt_for(question) for question in QUESTIONS]
        # The first word of each answer is certainly the likeliest; some models begin all with the same one. A text with
        # half a character is not made of the tokens that were said.
        for limit in (1, 2, 4):
            texts = [get_answer(model, prompt, max_tokens=limit).text for prompt in prompts]
            whole = [number for number, text in enumerate(texts) if text and HALF not in text]
            pairs = [(a, b) for a, b in combinations(whole, 2) if texts[a] != texts[b]]
            if pairs:
                break
        else:
            raise Skipped(f"it answers all questions alike: {sorted(set(texts))}")
        for a, b in pairs:
            mine, other = (_sums(model.likelihoods(prompts[n], [texts[a], texts[b]])) for n in (a, b))
            gained = mine[0] + other[1] - mine[1] - other[0]
            need(gained > 0, f"{texts[a]!r} and {texts[b]!r} are as likely the other way round ({gained:.3g})")


@rule("chat", "the-prompt-is-read")
def check_prompt(subject: Subject) -> None:
    """The text before a continuation makes it more or less likely, down to one Han character."""
    with _scoring_model(subject) as model:
        sums = [
            _sums(model.likelihoods(f"道碴{word}不得小於 {more} ", _TEXTS))
            for word, more in (("厚度", "a"), ("寬度", "a"), ("厚度", "b"))
        ]
    need(len({tuple(round(one, 4) for one in found) for found in sums}) == 3, "other prompts give the same sums")


@rule("chat", "what-follows-counts")
def check_after(subject: Subject) -> None:
    """``after`` is part of the text: it adds to the sum, or where the model reads it, changes it."""
    after = " and 並作成紀錄 every week"
    with _scoring_model(subject) as model:
        alone, followed = (model.likelihoods(_PROMPT, _TEXTS, end) for end in ("", after))
        for text, one, more in zip(_TEXTS, alone, followed, strict=True):
            if model.reads_after:
                need(one.logprob != more.logprob, f"{text!r} is as likely before {after!r}")
            else:
                need(more.logprob < one.logprob, f"{text!r} with {after!r} is not less likely than alone")


@rule("chat", "nothing-has-no-likelihood")
def check_nothing(subject: Subject) -> None:
    """A continuation without a character is a ``ValueError``, beside others too."""
    with _scoring_model(subject) as model:
        for texts in ([""], ["fruit", ""]):
            try:
                model.likelihoods(_PROMPT, texts)
            except ValueError:
                continue
            need(False, f"there are likelihoods of {texts}")


@rule("chat", "too-long-has-no-likelihood")
def check_overflow(subject: Subject) -> None:
    """A text that does not fit the window is refused with ``ContextExceeded``, as a prompt and as messages."""
    with _scoring_model(subject) as model:
        window = model.context_window
        if window is None:
            raise Skipped("it takes texts of any length")
        long = "\n".join(SENTENCES)
        while model.count_tokens([Message("user", long)]) <= 2 * window:
            long += "\n" + long
        for prompt in (long, [Message("user", long)]):
            try:
                model.likelihoods(prompt, ["fruit"])
            except ContextExceeded:
                continue
            need(False, f"a text of more than {window} tokens has a likelihood")


@rule("chat", "vocabulary-is-words")
def check_vocabulary(subject: Subject) -> None:
    """The words of ``vocabulary`` come once, without blanks around them, and each is a single token."""
    with _scoring_model(subject) as model:
        try:
            words = list(model.vocabulary())
        except Unsupported as error:
            raise Skipped(f"it does not list its vocabulary: {error}") from error
        need(words and len(words) == len(set(words)), f"of {len(words)} words {len(set(words))} are different")
        for word in words:
            need(isinstance(word, str) and word and word == word.strip(), f"{word!r} is not a word")
        for word in words[:: max(1, len(words) // 8)]:
            tokens = [
                model.likelihoods(before, [blank + word])[0].tokens for before in ("x", ":\n") for blank in ("", " ")
            ]
            need(1 in tokens, f"{word!r} is {min(tokens)} tokens")
