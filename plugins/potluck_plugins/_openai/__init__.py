"""The common part of the embedder and the chat model ``openai``: settings, the connection, retries, errors, token
counts.

The official SDK (``openai``, Apache-2.0) speaks the protocol; its own retries are off, so that there is one layer of
them with one deadline.
"""

from potluck_plugins._openai.connection import body_of, join_blocks, parse_json, sendable
from potluck_plugins._openai.counting import Counter, counter
from potluck_plugins._openai.failures import Failed
from potluck_plugins._openai.service import Service
from potluck_plugins._openai.settings import ServiceConfig, sends_to

__all__ = [
    "Counter",
    "Failed",
    "Service",
    "ServiceConfig",
    "body_of",
    "counter",
    "join_blocks",
    "parse_json",
    "sendable",
    "sends_to",
]
