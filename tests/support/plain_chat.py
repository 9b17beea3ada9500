"""Chat models without a model file that keep every rule of the kit, for what breaks one of them."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator, Sequence

from potluck.contracts import ChatModel, ChatOptions, Likelihood
from potluck.documents import Answer, Message, Quote, Usage
from potluck.errors import ContextExceeded, Unsupported

LETTERS = "abcdeghilmnorstu 軌道碴厚度鋼站號誌橋，。"
END = "■"


class Plain(ChatModel):
    """Writes letters that follow from all that stands before: a model of tokens of one character that keeps every rule.

    It also scores texts, has a price, and can be asked from four threads.
    """

    context_window: int | None = 600
    prices: tuple[float, float] | None = (0.5, 1.5)
    concurrency = 4
    scores_text = True
    answer_end = END

    def rendered(self, prompt: str | Sequence[Message]) -> str:
        if isinstance(prompt, str):
            return prompt
        return "".join(f"<{message.role}>{message.content}{END}" for message in prompt) + "<assistant>"

    def chances(self, before: str) -> dict[str, float]:
        """The logarithm of each letter's probability."""
        drawn = random.Random(hashlib.blake2b(before.encode("utf-8", "surrogatepass")).digest())
        weights = {letter: math.exp(9 * drawn.random()) for letter in LETTERS} | {END: 50.0}
        whole = sum(weights.values()) + 1
        return {letter: math.log(weight / whole) for letter, weight in weights.items()}

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self.rendered(messages))

    def fitting(self, text: str, more: int = 0) -> str:
        if self.context_window is not None and len(text) + more > self.context_window:
            raise ContextExceeded(f"{len(text)} tokens are more than {self.context_window}")
        return text

    def next(self, before: str, options: ChatOptions, chance: random.Random) -> str:
        found = self.chances(before)
        if options.temperature == 0:
            return max(found, key=lambda letter: found[letter])
        return chance.choices(list(found), [math.exp(one / options.temperature) for one in found.values()])[0]

    def letters(self, text: str, options: ChatOptions) -> Iterator[str]:
        chance = random.Random(options.seed)
        for _ in range(options.max_tokens):
            letter = self.next(text, options, chance)
            text += letter
            yield letter

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        *_, answer = self.stream(messages, options)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        prompt = self.fitting(self.rendered(messages), options.max_tokens)
        text, given, count, finish = "", 0, 0, "length"
        longest = max(map(len, options.stop), default=1)
        for letter in self.letters(prompt, options):
            count += 1
            if letter == END:
                finish = "stop"
                break
            text += letter
            places = [text.index(stop) for stop in options.stop if stop in text]
            if places:
                text, finish = text[: min(places)], "stop"
                break
            if len(text) - longest + 1 > given:
                yield text[given : len(text) - longest + 1]
                given = len(text) - longest + 1
        if text[given:]:
            yield text[given:]
        yield Answer(text, finish, Usage(len(prompt), count))  # type: ignore[arg-type]

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        before = self.rendered(prompt)
        if not all(continuations):
            raise ValueError("nothing")
        return [self.likelihood(before, each + after) for each in continuations]

    def likelihood(self, before: str, text: str) -> Likelihood:
        self.fitting(before + text)
        sums = [self.chances(before + text[:n]).get(letter, -12.0) for n, letter in enumerate(text)]
        return Likelihood(sum(sums), len(text))

    def vocabulary(self) -> Sequence[str]:
        return [letter for letter in LETTERS if letter.strip()]


class Ascii(Plain):
    """Reads ASCII alone."""

    def rendered(self, prompt: str | Sequence[Message]) -> str:
        return super().rendered(prompt).encode("ascii", "replace").decode()


class Scored(Plain):
    """Fills gaps and answers nothing, like a masked model; it keeps the rules that are for it."""

    reads_after = True

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        raise Unsupported("fills gaps")

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        yield self.chat(messages, options)


class Quoting(ChatModel):
    """Quotes the passage that shares most with the question; it keeps the rules, and scores nothing."""

    context_window = None

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) + 1 for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        asked, passages = messages[-1].question or "", messages[-1].passages
        prompt = self.count_tokens(messages)
        if not passages:
            return Answer("?", "stop", Usage(prompt, 1))
        best = max(range(len(passages)), key=lambda n: len({*passages[n].text} & {*asked}))
        whole = passages[best].text
        ends = [whole.index(stop) for stop in options.stop if stop in whole]
        end = min([len(whole), options.max_tokens, *ends])
        cut = end == options.max_tokens < min([len(whole), *ends])
        return Answer(
            whole[:end], "length" if cut else "stop", Usage(prompt, end), (Quote(best, 0, end),) if end else ()
        )
