"""E-mail: ``.eml`` (RFC 5322, MIME) by the standard library, Outlook's ``.msg`` by olefile (BSD)."""

from __future__ import annotations

import email
import email.errors
import email.header
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from potluck_plugins.loaders._shared.decoding import decode, decode_declared
from potluck_plugins.loaders._shared.flow import Flow, clean
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.outlook import read_outlook

_OLE = b"\xd0\xcf\x11\xe0"
_HEADERS = ("subject", "from", "to", "cc", "date")
_ANY_HEADER = (*_HEADERS, "received", "message-id", "content-type", "mime-version", "return-path", "sender")
_PGP = re.compile("-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|$)", re.DOTALL)
_ENCRYPTED = {"multipart/encrypted": "PGP", "application/pkcs7-mime": "S/MIME", "application/x-pkcs7-mime": "S/MIME"}


class EmailConfig(Config):
    """The e-mail loader has nothing to set."""


@dataclass
class _Mail:
    headers: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    encrypted: str = ""


class EmailLoader(Loader):
    """Reads one message: subject and people above the text; attachments are named, not read."""

    def __init__(self, config: EmailConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a message."""
        content = source.path.read_bytes()
        try:
            mail = _outlook(content) if content.startswith(_OLE) else _mime(content)
        except RecursionError as error:
            raise DocumentLimit("its parts are nested too deeply") from error
        text, encrypted = _PGP.subn("", clean("\n".join(mail.texts)))
        if not text.strip():
            raise NoText(_why_empty(mail, mail.encrypted or ("PGP" if encrypted else "")))
        flow = Flow()
        for name, value in mail.headers.items():
            flow.paragraph(f"{name.capitalize()}: {value}", clauses=False)
        for line in ["", *text.strip("\n").split("\n")]:
            flow.paragraph(line.rstrip())
        losses = mail.losses + (["an encrypted passage was not read"] if encrypted or mail.encrypted else [])
        losses += [f"attachment not read: {name}" for name in mail.attachments]
        metadata: dict[str, Json] = {
            **mail.headers,
            **({"attachments": [*mail.attachments]} if mail.attachments else {}),
        }
        yield flow.document(source.name, metadata, losses)


def _why_empty(mail: _Mail, encrypted: str) -> str:
    reasons = [f"it is encrypted ({encrypted})"] if encrypted else [*mail.losses, "the message has no text"]
    return "; ".join(reasons + ([f"attachments: {', '.join(mail.attachments)}"] if mail.attachments else []))


def _outlook(content: bytes) -> _Mail:
    found = read_outlook(content)
    text = found.body if found.body.strip() else _shown(found.html)
    return _Mail(found.headers, [text], found.attachments, found.losses)


def _mime(content: bytes) -> _Mail:
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        raise NoText("it is empty")
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    if not any(name in message for name in _ANY_HEADER):
        raise UnreadableDocument("it is not a message: it has no header such as From, To or Subject")
    mail = _Mail(_headers(message))
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


def _collect(part: Message, mail: _Mail) -> None:
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
        mail.texts.append(text if kind == "text/plain" else _shown(text))
    else:
        mail.attachments.append(_header(str(part.get_filename() or "")) or kind)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _plainest(parts: list[Message]) -> Message:
    """Of several forms of one text the plain one, if there is anything in it."""
    plain = [part for part in parts if part.get_content_type() == "text/plain" and part.get_payload(decode=True)]
    return (plain or parts[-1:])[0]


def _decoded(part: Message, mail: _Mail) -> str:
    """The text of a part: by its declared encoding if that fits, else by what it looks like."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    declared = part.get_content_charset()
    decoded = decode(content) if declared in (None, "unknown-8bit") else decode_declared(content, declared)
    mail.losses += decoded.losses
    return decoded.text


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _shown(page: str) -> str:
    flow = Flow()
    read_html(page, flow)
    return flow.document("").text


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EmailLoader]:
    """Offer the loader."""
    return potluck.Offer("messages (.eml, .msg)", EmailConfig, EmailLoader, requires=("lxml", "olefile"), extra="email")
