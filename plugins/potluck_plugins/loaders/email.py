"""E-mail: ``.eml`` (RFC 5322, MIME) by the standard library, Outlook's ``.msg`` by python-oxmsg (MIT)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, UnreadableDocument

from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import parse_html, read_tree

_OLE = b"\xd0\xcf\x11\xe0"
_HEADERS = ("subject", "from", "to", "cc", "date")
_ENCRYPTED = re.compile(r"-----BEGIN PGP MESSAGE-----.*?-----END PGP MESSAGE-----", re.DOTALL)


class EmailConfig(Config):
    """The e-mail loader has nothing to set."""


class EmailLoader(Loader):
    """Reads one message: subject and people above the text; attachments are named, not read."""

    def __init__(self, config: EmailConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a message."""
        content = source.path.read_bytes()
        headers, body, attachments = _outlook(source) if content.startswith(_OLE) else _mime(content)
        visible = _ENCRYPTED.sub("", body).strip()
        if not visible:
            why = "it is encrypted (PGP)" if body.strip() else "the message has no text part"
            raise NoText(why + (f"; attachments: {', '.join(attachments)}" if attachments else ""))
        flow = Flow()
        for name, value in headers.items():
            flow.paragraph(f"{name.capitalize()}: {value}", clauses=False)
        flow.paragraph("", clauses=False)
        for line in visible.split("\n"):
            flow.paragraph(line.rstrip(), clauses=False)
        metadata: dict[str, Json] = {**headers, **({"attachments": list(attachments)} if attachments else {})}
        losses = [f"attachment not read: {name}" for name in attachments]
        yield flow.document(source.name, metadata, losses)


def _mime(content: bytes) -> tuple[dict[str, str], str, list[str]]:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    headers = {name: value for name in _HEADERS if (value := _header(message, name))}
    return headers, _mime_text(message), [_name(part) for part in message.walk() if _is_attachment(part)]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, IndexError, AttributeError):  # malformed headers stumble over the parser's own code
        return ""


def _mime_text(message: EmailMessage) -> str:
    """The plain text parts; where there are none, what the HTML parts show."""
    parts = [part for part in message.walk() if not part.is_multipart() and not _is_attachment(part)]
    plain = [_decoded(part) for part in parts if part.get_content_type() == "text/plain"]
    if any(text.strip() for text in plain):
        return "\n".join(plain)
    return "\n".join(_shown(_decoded(part)) for part in parts if part.get_content_type() == "text/html")


def _decoded(part: Any) -> str:
    """The text of a part: by its declared encoding if that fits, else by what it looks like."""
    content = part.get_payload(decode=True) or b""
    declared = part.get_content_charset()
    if declared in (None, "us-ascii", "ascii", "unknown-8bit"):
        return decode(content).text
    try:
        return str(content.decode(declared)).replace("\r\n", "\n")
    except (LookupError, UnicodeDecodeError):
        return decode(content).text


def _is_attachment(part: Any) -> bool:
    return not part.is_multipart() and (part.get_content_disposition() == "attachment" or bool(part.get_filename()))


def _name(part: Any) -> str:
    return str(part.get_filename() or part.get_content_type())


def _shown(page: str) -> str:
    if not page.strip():
        return ""
    flow = Flow()
    read_tree(parse_html(page), flow)
    return flow.document("").text


def _outlook(source: Source) -> tuple[dict[str, str], str, list[str]]:
    from oxmsg import Message

    try:
        message = Message.load(str(source.path))
        sent = message.sent_date
        to = ", ".join(one.email_address or one.name for one in message.recipients)
        found = {"subject": message.subject, "from": message.sender, "to": to, "date": sent.isoformat() if sent else ""}
        body = message.body or _shown(message.html_body or "")
        attachments = [one.file_name or "unnamed" for one in message.attachments]
    except Exception as error:  # the reader raises KeyError, struct.error and others for damaged files
        raise UnreadableDocument(f"the message is damaged ({type(error).__name__}: {error})") from error
    return {key: value for key, value in found.items() if value}, body.replace("\r\n", "\n"), attachments


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EmailLoader]:
    """Offer the loader."""
    return potluck.Offer("messages (.eml, .msg)", EmailConfig, EmailLoader, requires=("lxml", "oxmsg"), extra="email")
