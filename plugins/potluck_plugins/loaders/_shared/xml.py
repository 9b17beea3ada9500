"""XML of strangers: no DTD is loaded, no entity replaced, nothing fetched. Read by lxml (BSD)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from potluck.amounts import many
from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from potluck.language import describe_half_losses
from potluck_plugins.loaders._shared.decoding import decode_declared

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_FORBIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:0*(\d{5})|[xX]0*([dD][\da-fA-F]{3}));")
_LIMITS = re.compile("[Ee]xcessive depth|amplification|huge")


@dataclass(frozen=True, slots=True)
class Xml:
    """A parsed file: its root element, the encoding it was in, and what was lost."""

    root: Any
    encoding: str
    losses: tuple[str, ...] = ()


def without_declaration(text: str) -> str:
    """A text without ``<?xml … ?>`` before it, which speaks of its bytes."""
    found = _DECLARATION.match(text)
    return text[found.end() :] if found else text


def parse_xml(content: bytes) -> Any:
    """An lxml tree of a small part that programs wrote. Raises ``lxml.etree.XMLSyntaxError``."""
    from lxml import etree

    return etree.fromstring(content, parser=_parser())


def read_xml(content: bytes) -> Xml:
    """Parse a file, in any encoding; of a damaged one what can be read.

    Raises ``NoText`` for an empty file, ``UnreadableDocument`` for one that is no XML, ``DocumentLimit`` if it is
    nested too deeply or its entities would grow without end.
    """
    from lxml import etree

    found = _DECLARED.match(content)
    decoded = decode_declared(content, found.group(1).decode("ascii") if found else None)
    text, forbidden = _FORBIDDEN.subn("", without_declaration(decoded.text))
    if not text.strip():
        raise NoText("it is empty")
    text, halves = _without_halves(text)
    losses = [*decoded.losses, *halves, *([f"{many(forbidden, 'control character')} taken out"] if forbidden else [])]
    plain = text.encode("utf-8", "replace")
    # Only what declares entities can grow: everything else may hold long attachments.
    huge = "<!ENTITY" not in text
    try:
        root = etree.fromstring(plain, parser=_parser(huge=huge))
    except etree.XMLSyntaxError as error:
        if _LIMITS.search(str(error)):
            raise DocumentLimit(f"it is nested too deeply, or a trap ({_reason(error)})") from error
        root = _recover(plain, error, huge)
        losses.append(f"it is damaged ({_reason(error)}); what can be read of it was read")
    references = sum(1 for _ in root.iter(etree.Entity))
    if references:
        losses.append(f"{many(references, 'reference')} to entities that it declares not followed")
    return Xml(root, decoded.encoding, tuple(losses))


def _without_halves(text: str) -> tuple[str, list[str]]:
    """References to halves of surrogate pairs, which no reader may follow, as U+FFFD, and the loss to be reported."""
    halves = 0

    def whole(reference: re.Match[str]) -> str:
        nonlocal halves
        code = int(reference[1]) if reference[1] else int(reference[2], 16)
        if not 0xD800 <= code <= 0xDFFF:
            return reference[0]
        halves += 1
        return "\ufffd"

    text = _REFERENCE.sub(whole, text)
    return text, describe_half_losses(halves)


def _parser(huge: bool = False, recover: bool = False) -> Any:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=huge,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )


def _recover(content: bytes, error: Exception, huge: bool) -> Any:
    from lxml import etree

    try:
        root = etree.fromstring(content, parser=_parser(huge, recover=True))
    except etree.XMLSyntaxError:
        root = None
    if root is None or not any(part.strip() for part in root.itertext()):
        raise UnreadableDocument(f"it is not well-formed XML ({_reason(error)})") from error
    return root


def _reason(error: Exception) -> str:
    return str(error).removesuffix(" (<string>, line 1)").split(", see ")[0]
