"""Prompt templates: text with ``{name}`` fields, and nothing that a hostile text could exploit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from potluck.fingerprints import text_hash

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A text with fields; ``{{`` and ``}}`` stand for braces. Values are never read as templates."""

    text: str

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a brace without its partner or a field that is not a name."""
        for match in _PART.finditer(self.text):
            if match.group() in "{}":
                raise ValueError(
                    f"a single {match.group()!r} at character {match.start() + 1}; write it twice if it is meant"
                )
            if match.group(1) is not None and not match.group(1).isidentifier():
                raise ValueError(f"{match.group()!r} is not a field; write {{{{ and }}}} for braces")

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, each once, in the order in which the text has them."""
        return tuple(dict.fromkeys(m.group(1) for m in _PART.finditer(self.text) if m.group(1) is not None))

    @property
    def fingerprint(self) -> str:
        """A name for exactly this wording."""
        return text_hash(self.text)

    def render(self, /, **values: str) -> str:
        """Fill the fields. Raises ``KeyError`` for one without a value."""

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            return match.group()[0] if name is None else values[name]

        return _PART.sub(fill, self.text)
