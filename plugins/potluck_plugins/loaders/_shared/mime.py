"""Messages of e-mail: their texts, in what form and encoding they may be. Source: RFC 5322, MIME (RFC 2045 to 2049)."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import email.utils
from dataclasses import dataclass, field
from email.message import Message

from potluck.errors import NoText, UnreadableDocument
from potluck_plugins.loaders._shared.decoding import decode, decode_declared
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import read_html

_HEADERS = ("subject", "from", "to", "cc", "date")
_ANY_HEADER = (*_HEADERS, "received", "message-id", "content-type", "mime-version", "return-path", "sender")
_ENCRYPTED = {"multipart/encrypted": "PGP", "application/pkcs7-mime": "S/MIME", "application/x-pkcs7-mime": "S/MIME"}


@dataclass
class Mail:
    """A message: its headers, texts and attachments' names, what was lost, and how it is encrypted if it is."""

    headers: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    encrypted: str = ""


def read_mime(content: bytes) -> Mail:
    """Read a message. Raises ``NoText``, ``UnreadableDocument``; ``RecursionError`` for parts without end."""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        raise NoText("it is empty")
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    if not any(name in message for name in _ANY_HEADER):
        raise UnreadableDocument("it is not a message: it has no header such as From, To or Subject")
    mail = Mail(_headers(message))
    _collect(message, mail)
    return mail


def _headers(message: Message) -> dict[str, str]:
    raw = {name.lower(): value for name, value in reversed(list(message.raw_items()))}
    found = {name: _header(str(raw[name])) for name in _HEADERS if name in raw}
    return {name: _iso(value) if name == "date" else value for name, value in found.items() if value}


def _header(raw: str) -> str:
    """A header as it is meant: encoded words, or bytes that nobody declared."""
    try:
        parts = email.header.decode_header(raw.encode("ascii").decode("ascii"))
    except UnicodeEncodeError:
        parts = [(raw.encode("utf-8", "surrogateescape"), None)]
    except (ValueError, email.errors.MessageError):  # a broken encoded word
        parts = [(raw, None)]
    texts = [part if isinstance(part, str) else decode_declared(part, charset).text for part, charset in parts]
    return " ".join("".join(texts).split())


def _iso(date: str) -> str:
    try:
        return email.utils.parsedate_to_datetime(date).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return date


def _collect(part: Message, mail: Mail) -> None:
    """Gather the texts of a part, and the names of what else is in it."""
    kind, children = part.get_content_type(), _children(part)
    if kind in _ENCRYPTED and "signed" not in str(part.get_param("smime-type")):
        mail.encrypted = _ENCRYPTED[kind]
    elif kind == "multipart/alternative" and children:
        _collect(_plainest(children), mail)
    elif kind == "message/rfc822" and children:
        for inner in children:
            mail.texts += ["", *(f"{name.capitalize()}: {value}" for name, value in _headers(inner).items()), ""]
            _collect(inner, mail)
    elif kind.startswith("multipart/") and children:
        for child in children:
            _collect(child, mail)
    elif kind in ("text/plain", "text/html") and not _is_attachment(part):
        text = _decoded(part, mail)
        mail.texts.append(text if kind == "text/plain" else shown_text(text))
    else:
        mail.attachments.append(_header(str(part.get_filename() or "")) or kind)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _plainest(parts: list[Message]) -> Message:
    """Of several forms of one text the plain one, if there is anything in it."""

    def rank(part: Message) -> int:
        kind = part.get_content_type()
        if kind == "text/plain":
            payload = part.get_payload(decode=True)
            return 0 if isinstance(payload, bytes) and payload.strip() else 4
        return 1 if kind == "text/html" else 2 if part.is_multipart() else 3

    return min(parts, key=rank)


def _decoded(part: Message, mail: Mail) -> str:
    """The text of a part: by its declared encoding if that fits, else by what it looks like."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    declared = part.get_content_charset()
    decoded = decode(content) if declared in (None, "unknown-8bit") else decode_declared(content, declared)
    mail.losses += [loss for loss in decoded.losses if loss not in mail.losses]
    return decoded.text


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def shown_text(page: str) -> str:
    """What a page shows."""
    flow = Flow()
    read_html(page, flow)
    return flow.document("").text
