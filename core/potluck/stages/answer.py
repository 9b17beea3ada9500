"""Answering: from a question and passages to an answer, by one of the four ways to combine passages.

``stuff`` shows the model all passages at once; ``map_reduce`` asks about each and then about the answers; ``refine``
goes from passage to passage with the answer so far; ``map_rerank`` asks about each and takes the most confident answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from potluck.amounts import many
from potluck.answering.asking import stream_model
from potluck.answering.builtin_prompts import context_of, prompts_for
from potluck.answering.remarks import remarks_on, summarise_thoughts, with_all_thoughts
from potluck.components.turns import turn
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage, Quote, Usage
from potluck.errors import ContextExceeded, ContractBroken
from potluck.ledger import Amount, Entry
from potluck.observation.stage import model_call
from potluck.recipe.model import RecipeModel
from potluck.recipe.prompt_template import PromptTemplate
from potluck.refusals import is_refusal

_SCORE = re.compile(r"\n?\s*(?:分數|分数|score)\s*[:：]\s*(\d{1,3})\s*(?:/\s*100|分)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnswerWithSources:
    """An answer, the passages it was made from (which its quotes number), and how many calls it took."""

    answer: Answer
    passages: tuple[Passage, ...]
    calls: int = 1


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A worked example: a question with its right answer."""

    question: str
    answer: str


def no_examples(question: str) -> Sequence[WorkedExample]:
    """For a recipe without ``shots``."""
    return ()


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers questions as a recipe says.

    ``on_text`` gets the pieces of an answer that comes in one call; ``examples`` chooses those that the prompt of a
    question shows.
    """

    recipe: RecipeModel
    chat: ChatModel
    on_text: Callable[[str], None] | None = None
    examples: Callable[[str], Sequence[WorkedExample]] = no_examples
    _heard: list[Answer] = field(default_factory=list, init=False)
    """The model's answers to the question, call by call."""

    def answer(self, question: str, passages: Sequence[Passage], entry: Entry) -> AnswerWithSources:
        """Answer from the passages. Raises ``ContextExceeded`` naming those that do not fit."""
        size = Amount(len(passages), sum(len(passage.text) for passage in passages))
        entry.came_in = entry.went_out = size
        if not passages:
            return AnswerWithSources(Answer(prompts_for(question).refusal), (), 0)
        method = {
            "stuff": self._stuff,
            "map_reduce": self._map_reduce,
            "refine": self._refine,
            "map_rerank": self._map_rerank,
        }[self.recipe.answer.method]
        self._heard.clear()
        with turn(self.chat):
            given = method(question, tuple(passages), entry)
        given = replace(given, answer=with_all_thoughts(given.answer, self._heard))
        entry.went_out = replace(entry.went_out, tokens=given.answer.usage.prompt)
        entry.notes += [*remarks_on(given.answer), *summarise_thoughts([given.answer])]
        return given

    def message(self, question: str, passages: Sequence[Passage]) -> Message:
        """The message that shows the model all passages at once."""
        return self._message(question, tuple(passages))

    def _stuff(self, question: str, passages: tuple[Passage, ...], entry: Entry) -> AnswerWithSources:
        message = self._message(question, passages)
        if self._fits(message):
            return AnswerWithSources(self._ask(message, self.on_text), passages)
        if self.recipe.retriever.fit == "drop_last":
            return self._without_last(question, passages, entry)
        if self.recipe.retriever.fit == "split":
            return self._reduce(question, self._groups(question, passages), entry)
        raise ContextExceeded(self._too_long(question, passages))

    def _without_last(self, question: str, passages: tuple[Passage, ...], entry: Entry) -> AnswerWithSources:
        for count in range(len(passages) - 1, 0, -1):
            message = self._message(question, passages[:count])
            if self._fits(message):
                dropped = passages[count:]
                entry.dropped = Amount(len(dropped), sum(len(passage.text) for passage in dropped))
                entry.went_out = Amount(count, sum(len(passage.text) for passage in passages[:count]))
                entry.notes.append(f"fit: drop_last: {', '.join(map(_place, dropped))} not shown to the model")
                return AnswerWithSources(self._ask(message, self.on_text), passages[:count])
        raise ContextExceeded(self._too_long(question, passages[:1]))

    def _map_reduce(self, question: str, passages: tuple[Passage, ...], entry: Entry) -> AnswerWithSources:
        groups = [group for passage in passages for group in self._groups(question, (passage,))]
        return self._reduce(question, groups, entry)

    def _reduce(self, question: str, groups: Sequence[tuple[Passage, ...]], entry: Entry) -> AnswerWithSources:
        """Ask about each group, then about the answers; those that refuse are left out."""
        partial = [(group, self._ask(self._message(question, group))) for group in groups]
        usage = sum((answer.usage for _, answer in partial), Usage())
        found = [(group, answer) for group, answer in partial if _says_something(answer)]
        entry.notes.append(f"{many(len(groups), 'call')}, {len(found)} with an answer")
        if not found:
            return AnswerWithSources(
                _answer_of_none(question, usage, [answer for _, answer in partial]), (), len(groups)
            )
        if len(found) == 1:
            group, answer = found[0]
            return AnswerWithSources(replace(answer, usage=usage), group, len(groups))
        kept = tuple(passage for group, _ in found for passage in group)
        context = "\n\n".join(f"[{number}] {answer.text}" for number, (_, answer) in enumerate(found, 1))
        message = Message("user", self._render(question, context), kept, question)
        if not self._fits(message):
            raise ContextExceeded(
                f"the {len(found)} partial answers do not fit the chat model's context of "
                f"{self.chat.context_window} tokens: retrieve fewer passages (retriever.k) or allow shorter answers "
                "(chat.max_tokens)"
            )
        answer = self._ask(message, self.on_text)
        return AnswerWithSources(replace(answer, usage=usage + answer.usage), kept, len(groups) + 1)

    def _refine(self, question: str, passages: tuple[Passage, ...], entry: Entry) -> AnswerWithSources:
        wording, usage, calls = PromptTemplate(prompts_for(question).refine), Usage(), 0
        answer: Answer | None = None
        seen: tuple[Passage, ...] = ()
        for group in (group for passage in passages for group in self._groups(question, (passage,))):
            seen += group
            message = self._message(question, group)
            if answer is not None and _says_something(answer):
                content = wording.render(question=question, answer=answer.text, context=context_of(group))
                message = Message("user", content, seen, question)
            else:
                message = replace(message, passages=seen)
            if not self._fits(message):
                raise ContextExceeded(self._too_long(question, group))
            latest = self._ask(message)
            answer = latest if answer is None or latest.text.strip() else answer
            usage, calls = usage + latest.usage, calls + 1
        assert answer is not None, "there is at least one passage"
        entry.notes.append(f"{many(calls, 'call')}, each with one more passage")
        return AnswerWithSources(replace(answer, usage=usage), seen, calls)

    def _map_rerank(self, question: str, passages: tuple[Passage, ...], entry: Entry) -> AnswerWithSources:
        groups = [group for passage in passages for group in self._groups(question, (passage,))]
        suffix = prompts_for(question).score
        answers = []
        for group in groups:
            message = self._message(question, group)
            asked = self._ask(replace(message, content=message.content + suffix))
            answers.append((group, *_split_off_score(asked)))
        usage = sum((answer.usage for _, answer, _ in answers), Usage())
        entry.notes.append(f"{many(len(groups), 'call')}, scored {', '.join(str(score) for _, _, score in answers)}")
        sure = [(group, answer, score) for group, answer, score in answers if _says_something(answer)]
        if not sure:
            return AnswerWithSources(
                _answer_of_none(question, usage, [answer for _, answer, _ in answers]), (), len(groups)
            )
        # max keeps the first of equals, and passages come best first: a model that gives no scores is ranked by them.
        group, answer, _ = max(sure, key=lambda one: one[2])
        return AnswerWithSources(replace(answer, usage=usage), group, len(groups))

    def _template(self, question: str) -> PromptTemplate:
        return self.recipe.prompt or PromptTemplate(prompts_for(question).answer)

    def _message(self, question: str, passages: tuple[Passage, ...]) -> Message:
        return Message("user", self._render(question, context_of(passages)), passages, question)

    def _render(self, question: str, context: str) -> str:
        return self._template(question).render(
            context=context, question=question, examples=self._render_examples(question)
        )

    def _render_examples(self, question: str) -> str:
        """The worked examples as a prompt shows them."""
        wording = PromptTemplate(prompts_for(question).example)
        return "".join(wording.render(question=one.question, answer=one.answer) for one in self.examples(question))

    def _options(self) -> ChatOptions:
        config = self.recipe.chat.config
        if not isinstance(config, ChatOptions):
            raise ContractBroken(
                f"the settings of chat plugin {self.recipe.chat.name!r} do not inherit from ChatOptions"
            )
        return config

    def _fits(self, message: Message) -> bool:
        window = self.chat.context_window
        return window is None or self.chat.count_tokens([message]) + self._options().max_tokens <= window

    def _ask(self, message: Message, on_text: Callable[[str], None] | None = None) -> Answer:
        with model_call("chat") as spent:
            answer = stream_model(self.chat, self.recipe.chat.name, [message], self._options(), on_text)
            spent.count(answer.usage)
        self._heard.append(answer)
        return answer

    def _groups(self, question: str, passages: tuple[Passage, ...]) -> list[tuple[Passage, ...]]:
        """Put passages into as few calls as fit, in their order; one that does not fit alone is cut in halves."""
        groups: list[tuple[Passage, ...]] = []
        for passage in passages:
            if groups and self._fits(self._message(question, (*groups[-1], passage))):
                groups[-1] = (*groups[-1], passage)
            elif self._fits(self._message(question, (passage,))):
                groups.append((passage,))
            elif self.recipe.retriever.fit == "split" and len(passage.text) > 1:
                groups += self._groups(question, _halves(passage))
            else:
                raise ContextExceeded(self._too_long(question, (passage,)))
        return groups

    def _too_long(self, question: str, passages: tuple[Passage, ...]) -> str:
        empty = self._tokens(question, ())
        parts = [f"  {_place(one)}: {self._tokens(question, (one,)) - empty} tokens" for one in passages]
        room = f"{self.chat.context_window} tokens, {self._options().max_tokens} of them for the answer"
        return "\n".join(
            [
                f"{len(passages)} passages and the prompt ({empty} tokens) do not fit the chat model's {room}:",
                *parts,
                "Retrieve fewer (retriever.k), split smaller, or consent: 'retriever: {fit: drop_last}' leaves out "
                "the last ones, 'fit: split' asks in several calls",
            ]
        )

    def _tokens(self, question: str, passages: tuple[Passage, ...]) -> int:
        return self.chat.count_tokens([self._message(question, passages)])


def _says_something(answer: Answer) -> bool:
    """Whether an answer is not a refusal; one that was withheld or cut in its thoughts does not count."""
    return bool(answer.text.strip()) and answer.finish != "filter" and not is_refusal(answer.text)


def _answer_of_none(question: str, usage: Usage, answers: Sequence[Answer]) -> Answer:
    """The answer if no partial one holds anything: a refusal, unless one was withheld or cut in its thoughts."""
    for finish in ("filter", "length"):
        mute = next((one for one in answers if one.finish == finish and not is_refusal(one.text)), None)
        if mute is not None:
            return replace(mute, usage=usage)
    return Answer(prompts_for(question).refusal, usage=usage)


def _halves(passage: Passage) -> tuple[Passage, ...]:
    """Cut a passage in two near its middle, after a sentence or a blank if there is one."""
    middle = len(passage.text) // 2
    ends = [m.end() for m in re.finditer(r"[。！？!?\n]|[.;；]\s|\s", passage.text)]
    cut = min(ends, key=lambda end: abs(end - middle), default=middle)
    cut = cut if 0 < cut < len(passage.text) else middle
    first = replace(passage, text=passage.text[:cut], end=passage.start + cut)
    second = replace(passage, text=passage.text[cut:], start=passage.start + cut)
    return tuple(half for half in (first, second) if half.text.strip())


def _split_off_score(answer: Answer) -> tuple[Answer, int]:
    """Take the score off the end of an answer; -1 if there is none."""
    found = _SCORE.search(answer.text)
    if not found:
        return answer, -1
    return replace(answer, text=answer.text[: found.start()].rstrip()), min(100, int(found.group(1)))


def _place(passage: Passage) -> str:
    section = f" {passage.section}" if passage.section else ""
    return f"{passage.source}{section}, characters {passage.start} to {passage.end}"


def quotes_within(quotes: Sequence[Quote], passages: Sequence[Passage]) -> bool:
    """Whether every quote lies within the passage that it names."""
    return all(
        0 <= quote.passage < len(passages) and 0 <= quote.start < quote.end <= len(passages[quote.passage].text)
        for quote in quotes
    )
