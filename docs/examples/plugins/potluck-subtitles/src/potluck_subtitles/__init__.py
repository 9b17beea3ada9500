"""Subtitles: SubRip (``.srt``) and WebVTT (https://www.w3.org/TR/webvtt1/).

The text is what is said, a line for each cue, with the speaker where the file names one. Every cue
is a section whose number is the time at which it begins, so that a citation says where to listen;
the exact times are in the metadata. Comments, styles and regions are not text. Own code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Section, Source
from potluck.errors import NoText, UnreadableDocument

_TIME = r"((?:\d+:)?\d\d:\d\d[.,]\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}[ \t]+-->[ \t]+{_TIME}")
_VOICE = re.compile(r"<v(?:\.[^ <>]*)?[ \t]+([^<>]+)>")
_MARKUP = re.compile(r"</?(?:b|c|i|u|v|font|lang|ruby|rt)(?:[ .][^<>]*)?>|<[\d:.]+>|\{\\[^{}]*\}")
_WIDE = r"[\u3001-\u9fff\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_WIDE})\s*\n\s*(?={_WIDE})")
"""A line end within Chinese or Japanese, where no blank is meant."""
_ASIDE = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)\b")


class SubtitlesConfig(Config):
    """Settings of ``subtitles``."""

    encoding: str | None = None
    """The encoding, where it is not Unicode: ``big5`` for many files from Taiwan."""


@dataclass(frozen=True, slots=True)
class _Cue:
    start: str
    end: str
    text: str


class SubtitlesLoader(Loader):
    """Reads what is said, and when."""

    def __init__(self, config: SubtitlesConfig, context: Context) -> None:
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        blocks = [
            block for block in re.split(r"\n[ \t]*\n", self._decoded(source)) if block.strip()
        ]
        cues, strange = [], []
        for number, block in enumerate(blocks, 1):
            times, _, text = _after_the_number(block).partition("\n")
            if found := _TIMES.match(times):
                cues.append(_Cue(_clock(found[1]), _clock(found[2]), _said(text)))
            elif not _ASIDE.match(block):
                strange.append(
                    f"block {number} has no times and was left out: {block.strip()[:40]!r}"
                )
        spoken = [cue for cue in cues if cue.text]
        if not cues:
            raise UnreadableDocument("there are no times in it, so these are not subtitles")
        if not spoken:
            raise NoText("nothing is said in it")
        yield _document(source.name, spoken, strange)

    def _decoded(self, source: Source) -> str:
        content = source.path.read_bytes()
        marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        encoding = self._encoding or ("utf-16" if marked else "utf-8-sig")
        try:
            text = content.decode(encoding)
        except (UnicodeError, LookupError) as error:
            raise UnreadableDocument(f"not {encoding}; say which it is: encoding=big5") from error
        if "\0" in text:
            raise UnreadableDocument("there is a NUL in it, so it is not text")
        return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _after_the_number(block: str) -> str:
    """A cue without the line before its times, which SubRip numbers and WebVTT may name."""
    first, _, rest = block.strip("\n").partition("\n")
    return rest if not _TIMES.match(first) and _TIMES.match(rest) else block.strip("\n")


def _clock(time: str) -> str:
    """``01:02.500`` or ``00:01:02,500`` as ``00:01:02.500``."""
    return ("" if time.count(":") == 2 else "00:") + time.replace(",", ".")


def _said(text: str) -> str:
    """A cue's text in one line: names before what they say, without markup."""
    named = _VOICE.sub(lambda voice: f"{voice[1].strip()}: ", text)
    return " ".join(_WRAPPED.sub("", html.unescape(_MARKUP.sub("", named))).split())


def _document(name: str, cues: list[_Cue], losses: list[str]) -> Document:
    sections: list[Section] = []
    start = 0
    for cue in cues:
        end = start + len(cue.text) + 1
        sections.append(Section(start, end, cue.start.partition(".")[0], "", level=1))
        start = end
    text = "".join(f"{cue.text}\n" for cue in cues)
    times: list[Json] = [f"{cue.start} --> {cue.end}" for cue in cues]
    return Document(name, text, {"times": times}, tuple(sections), losses=tuple(losses))


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[SubtitlesLoader]:
    """Offer the loader."""
    return potluck.Offer(
        "subtitles (.srt, .vtt), cited by the time at which they are said",
        SubtitlesConfig,
        SubtitlesLoader,
        contract=1,
    )
