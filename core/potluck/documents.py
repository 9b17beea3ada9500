"""The values that flow through a recipe: frozen, slotted, and without behaviour of their own.

All offsets are positions in a Python string (Unicode code points), counted from 0, with ``end`` exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
"""What a metadata value may be: anything JSON can say."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be loaded: ``name`` is what citations show (relative to the recipe, with ``/``), ``path`` opens it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading: from the heading to the next heading of any level.

    The sections of a document are in order and do not overlap. ``number`` is the clause number as it stands
    or as Word would show it (``1.4.4``, ``第1章``), without a trailing dot; ``title`` the heading without it.
    ``level`` counts from 1.
    """

    start: int
    end: int
    number: str | None
    title: str
    level: int

    @property
    def label(self) -> str:
        """What a citation calls it: the number, or the title if there is none."""
        return self.number or self.title


@dataclass(frozen=True, slots=True)
class Page:
    """A page, slide or sheet: ``number`` counts from 1.

    ``label`` is what is printed on it if that is something else: ``ii``, ``A-3``.
    """

    start: int
    end: int
    number: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded document.

    ``losses`` has one sentence for each thing that the loader knows it could not read (a scanned page, a damaged part).
    """

    source: str
    text: str
    metadata: Mapping[str, Json] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    pages: tuple[Page, ...] = ()
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within a file, which a loader hands on: the loader of its own kind reads it.

    ``name`` is ``source.name#name``, and ends in the extension that tells its kind.
    """

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a document: ``text`` is exactly ``document.text[start:end]``.

    ``heading`` is carried along: embedders and chat models see it above the text, citations do not.
    """

    start: int
    end: int
    text: str
    heading: str = ""

    @property
    def embedded_text(self) -> str:
        """What an embedder is given."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved. ``score`` is what the retriever or the reranker gave it: see its scale.

    ``sections`` are the labels of all sections that the span touches, in order; ``page`` is the number of the one it
    begins on, and ``page_label`` what is printed on that page if it is something else.
    """

    id: str
    source: str
    text: str
    start: int
    end: int
    score: float
    heading: str = ""
    sections: tuple[str, ...] = ()
    page: int | None = None
    page_label: str | None = None

    @property
    def section(self) -> str | None:
        """The section in which the passage begins."""
        return self.sections[0] if self.sections else None


Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a function that an assistant asks for. ``id`` is what the result names; empty if it has none."""

    name: str
    arguments: Mapping[str, Json]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    ``content`` is the whole text. ``passages`` and ``question`` say what the prompt's ``{context}`` and
    ``{question}`` were filled with: a chat model that only reads text does not look at them, one that quotes does.

    ``tools`` of the first message are the functions that the model may call, each as its JSON Schema says it;
    ``calls`` are those that an assistant's turn asks for. A turn of the role ``tool`` says what the call ``call_id``
    of the function ``name`` gave.
    """

    role: Role
    content: str
    passages: tuple[Passage, ...] = ()
    question: str | None = None
    calls: tuple[ToolCall, ...] = ()
    tools: tuple[Mapping[str, Json], ...] = ()
    call_id: str = ""
    name: str = ""

    @property
    def uses_tools(self) -> bool:
        """Whether more than its text belongs to the turn, so that only a chat template can write it."""
        return bool(self.role == "tool" or self.calls or self.tools)


def plain(messages: Sequence[Message]) -> str:
    """The messages' texts with a blank line between them: the prompt of a model that knows no turns."""
    return "\n\n".join(message.content for message in messages)


@dataclass(frozen=True, slots=True)
class Example:
    """One example to learn from: the model sees ``messages`` and has to write ``target``.

    Plain text for language modelling has no messages. ``answer`` is the whole turn where it calls functions: the model
    learns what its chat template writes for it, and ``target`` names the calls for people.
    """

    messages: tuple[Message, ...]
    target: str
    answer: Message | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the model counts them.

    ``cached`` of the ``prompt`` tokens were not computed again; ``reasoning`` of the ``completion`` tokens were
    thoughts.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Sum, for an answer that took several calls."""
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
        )

    def as_json(self) -> dict[str, Json]:
        """As a JSON object."""
        return {
            "prompt": self.prompt,
            "completion": self.completion,
            "cached": self.cached,
            "reasoning": self.reasoning,
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a passage's text that an answer quotes: ``message.passages[passage].text[start:end]``."""

    passage: int
    start: int
    end: int


Finish: TypeAlias = Literal["stop", "length", "filter"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a chat model.

    ``finish`` is ``stop`` for a whole answer, ``length`` where the token limit cut it, ``filter`` where the service
    withheld it. ``quotes`` is empty for a model that does not say where its words come from. ``thoughts`` is what a
    reasoning model wrote before it answered: no part of the answer. ``notes`` are sentences for people about what was
    unusual. ``served_by`` is what the service calls the model that answered, with its fingerprint.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    quotes: tuple[Quote, ...] = ()
    thoughts: str = ""
    notes: tuple[str, ...] = ()
    served_by: str = ""

    @property
    def is_only_thoughts(self) -> bool:
        """Whether the model thought and said nothing."""
        return bool(self.thoughts) and not self.text.strip()


def sections_within(sections: Iterable[Section], start: int, end: int) -> tuple[Section, ...]:
    """The sections that share at least one character with ``[start, end)``, in order."""
    return tuple(s for s in sections if s.start < end and s.end > start)


def page_at(pages: Iterable[Page], position: int) -> Page | None:
    """The page that holds ``position``: the last one that begins at or before it."""
    found = None
    for page in pages:
        if page.start > position:
            break
        found = page
    return found
