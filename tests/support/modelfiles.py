"""A check of a Modelfile's syntax, written from Ollama's description of the format: no Ollama is needed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

_WORDS = ("FROM", "PARAMETER", "TEMPLATE", "SYSTEM", "ADAPTER", "LICENSE", "MESSAGE", "REQUIRES")
_NUMBERS = {
    "num_ctx": int, "repeat_last_n": int, "repeat_penalty": float, "temperature": float, "seed": int,
    "num_predict": int, "draft_num_predict": int, "top_k": int, "top_p": float, "min_p": float,
}  # fmt: skip
_VARIABLES = (".System", ".Prompt", ".Response")


@dataclass
class Modelfile:
    """The instructions of a file; of parameters each value."""

    base: Path
    texts: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, list[str | float]] = field(default_factory=dict)


def read_modelfile(path: Path) -> Modelfile:
    """Take a Modelfile apart. Raises ``AssertionError`` for what Ollama would refuse."""
    text, found = path.read_text(encoding="utf-8"), None
    place = 0
    while (start := re.compile(r"\s*(?:#[^\n]*\n\s*)*").match(text, place)) is not None and start.end() < len(text):
        word = re.compile(r"([A-Za-z]+)[ \t]+").match(text, start.end())
        assert word is not None, f"no instruction: {text[start.end() : start.end() + 40]!r}"
        name = word[1].upper()
        assert name in _WORDS, f"no instruction of Ollama's: {name}"
        value, place = _value(text, word.end(), name)
        if name == "FROM":
            assert found is None, "FROM stands there twice"
            found = Modelfile((path.parent / value).resolve())
            assert found.base.is_file(), f"there is no {value}"
            continue
        assert found is not None, "FROM stands first here, so that a reader sees it"
        if name == "PARAMETER":
            key, _, said = value.partition(" ")
            found.parameters.setdefault(key, []).append(_parameter(key, said.strip()))
        else:
            assert name not in found.texts, f"{name} stands there twice"
            found.texts[name] = value
    assert found is not None, "FROM is missing"
    if "TEMPLATE" in found.texts:
        check_template(found.texts["TEMPLATE"])
    return found


def _value(text: str, place: int, name: str) -> tuple[str, int]:
    if text.startswith('"""', place):
        end = text.index('"""', place + 3)
        assert text[end + 3 : end + 4] in ("\n", ""), "something stands behind the quotes"
        return text[place + 3 : end], end + 3
    end = text.index("\n", place)
    return text[place:end], end


def _parameter(key: str, said: str) -> str | float:
    if key == "stop":
        found = json.loads(said)
        assert isinstance(found, str)
        assert found, "an empty stop ends every answer"
        return found
    assert key in _NUMBERS, f"no parameter of Ollama's: {key}"
    return _NUMBERS[key](said)


def check_template(template: str) -> None:
    """Raise ``AssertionError`` for a template of Go's that does not parse, or lacks what is asked."""
    depth = 0
    assert template.count("{{") == template.count("}}")
    for action in re.findall(r"\{\{(.*?)\}\}", template, re.DOTALL):
        word, *rest = action.split()
        if word == "if":
            assert rest == [".System"], action
            depth += 1
        elif word == "end":
            assert not rest
            depth -= 1
            assert depth >= 0
        else:
            assert word in _VARIABLES, action
            assert not rest
    assert depth == 0, "an if without its end"
    assert "{{ .Prompt }}" in template
    assert "{{ .Response }}" in template


def render_turn(template: str, system: str, prompt: str) -> str:
    """What a template of Go's with the forms above writes for one turn, up to where the answer begins."""
    shown = re.sub(r"\{\{ if \.System \}\}(.*?)\{\{ end \}\}", r"\1" if system else "", template, flags=re.DOTALL)
    before = shown.split("{{ .Response }}")[0]
    values = {"{{ .System }}": system, "{{ .Prompt }}": prompt}
    return re.sub(r"\{\{ \.\w+ \}\}", lambda match: values[match.group()], before)
