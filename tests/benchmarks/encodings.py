"""How often the encoding of text without a label is found: by us and by charset-normalizer.

    python tests/benchmarks/encodings.py DATA [--json FILE]

DATA holds ``qa_zh``, ``qa_en`` and ``xquad`` (Traditional and Simplified Chinese, English). Japanese, Korean and
Western European texts are the translations of the user interface that mkdocs-material brings. Each text is cut to a
number of characters, encoded, and read again. Right: every character is as it was. Silent: it is not, and nothing was
said. Of charset-normalizer its best guess counts.
"""

from __future__ import annotations

import argparse
import html
import json
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from potluck_plugins.loaders._shared.decoding import decode

LENGTHS = (12, 40, 200, 2000)
ENCODINGS = {
    "traditional": ("utf-8", "big5", "gb18030", "utf-16-le", "utf-16-be", "utf-16"),
    "simplified": ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-16"),
    "japanese": ("utf-8", "shift_jis", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16"),
    "korean": ("utf-8", "cp949", "utf-16"),
    "latin": ("utf-8", "cp1252", "utf-16-le", "utf-16"),
}
INTERFACE = {"ja": "japanese", "ko": "korean", "fr": "latin", "de": "latin", "es": "latin", "sv": "latin"}


def texts(data: Path) -> Iterator[tuple[str, str]]:
    """Language and text."""
    for file, language in (("qa_zh/corpus.jsonl", "traditional"), ("xquad/corpus_zh.jsonl", "simplified")):
        for line in (data / file).read_text(encoding="utf-8").splitlines()[:100]:
            yield language, json.loads(line)["text"]
    for line in (data / "qa_en/corpus.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        if not text.isascii():
            yield "latin", text
    import material

    for code, language in INTERFACE.items():
        path = Path(material.__file__).parent / "templates" / "partials" / "languages" / f"{code}.html"
        words = [html.unescape(one) for one in re.findall(r'": "([^"]+)"', path.read_text(encoding="utf-8"))]
        for start in range(0, len(words), 8):
            yield language, "\n".join(words[start:])


def samples(data: Path) -> Iterator[tuple[str, str, int, str, bytes]]:
    """Language, encoding, length, text and bytes; only texts with a character beyond ASCII."""
    for language, text in texts(data):
        for length in LENGTHS:
            start = next((i for i, letter in enumerate(text) if not letter.isascii()), None)
            cut = text[start : start + length].replace("\ufeff", "") if start is not None else ""
            if len(cut) < length / 2:
                continue
            for encoding in ENCODINGS[language]:
                try:
                    yield language, encoding, length, cut, cut.encode(encoding)
                except UnicodeEncodeError:
                    continue


def ours(content: bytes) -> tuple[str, bool]:
    """The text, and whether a doubt was told."""
    found = decode(content)
    return found.text, bool(found.losses)


def theirs(content: bytes) -> tuple[str, bool]:
    """The best guess of charset-normalizer; none is told."""
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    return ("", True) if best is None else (str(best).replace("\r\n", "\n").replace("\r", "\n"), False)


READERS: dict[str, Callable[[bytes], tuple[str, bool]]] = {"potluck": ours, "charset-normalizer": theirs}


def measure(data: Path) -> tuple[Counter[tuple[str, str, str, int, str]], dict[str, float]]:
    """Counts by reader, language, encoding, length and outcome, and the seconds of each reader."""
    counts: Counter[tuple[str, str, str, int, str]] = Counter()
    seconds = dict.fromkeys(READERS, 0.0)
    for language, encoding, length, text, content in samples(data):
        for name, read in READERS.items():
            started = time.perf_counter()
            found, told = read(content)
            seconds[name] += time.perf_counter() - started
            outcome = "right" if found.lstrip("\ufeff") == text else "told" if told else "silent"
            counts[name, language, encoding, length, outcome] += 1
    return counts, seconds


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    counts, seconds = measure(arguments.data)
    rows = sorted({key[1:4] for key in counts})
    for name in READERS:
        total = sum(count for key, count in counts.items() if key[0] == name)
        right = sum(count for key, count in counts.items() if key[0] == name and key[4] == "right")
        silent = sum(count for key, count in counts.items() if key[0] == name and key[4] == "silent")
        print(f"{name}: {right} of {total} right, {silent} wrong and not told, {seconds[name]:.1f} s")
    print(f"{'language':12} {'encoding':10} {'length':>6} {'texts':>5}  right/silent of " + ", ".join(READERS))
    for language, encoding, length in rows:
        outcomes = ("right", "silent", "told")
        found = [[counts[name, language, encoding, length, one] for one in outcomes] for name in READERS]
        shares = "   ".join(f"{right:4} {silent:4}" for right, silent, _ in found)
        print(f"{language:12} {encoding:10} {length:6} {sum(found[0]):5}  {shares}")
    print(f"Python {sys.version.split()[0]}, {platform.machine()}")
    if arguments.json:
        arguments.json.write_text(json.dumps([[*key, count] for key, count in counts.items()]), encoding="utf-8")


if __name__ == "__main__":
    main()
