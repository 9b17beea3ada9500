"""A recipe's chat model as LangChain has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field, InstanceOf

from potluck.answering.asking import ask_model, clean_answer
from potluck.api import Recipe
from potluck.contracts import ChatOptions
from potluck.documents import Answer, Message, Role
from potluck.langchain._shared import exclusive_use, stream_from_thread
from potluck.language import whole_characters

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


class PotluckChatModel(BaseChatModel):
    """Answers messages with the recipe's chat model, tuned if the recipe says so; documents have no part in it.

    The options are the recipe's; ``temperature``, ``max_tokens`` and the others can also be given to a call.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    recipe: InstanceOf[Recipe] = Field(exclude=True, repr=False)
    """The recipe."""

    @property
    def model_name(self) -> str:
        """The model that the recipe names, or the plugin if it needs none."""
        chat = self.recipe.model.chat
        return str(getattr(chat.config, "model", None) or chat.name)

    @property
    def _llm_type(self) -> str:
        return "potluck"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"recipe": self.recipe.model.name, "chat": self.recipe.model.chat.name}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return {**super()._get_ls_params(stop, **kwargs), "ls_provider": "potluck"}

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a prompt with this text, as the model counts them."""
        return self._count([Message("user", text)])

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None) -> int:
        """Tokens of the prompt that these messages become."""
        return self._count(_turns(messages))

    def _count(self, messages: Sequence[Message]) -> int:
        with exclusive_use(self.recipe):
            return self.recipe.chat_model().count_tokens(messages)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        options = self._options(stop, kwargs)
        with exclusive_use(self.recipe):
            answer = ask_model(self.recipe.chat_model(), _turns(messages), options)
        message = AIMessage(
            content=answer.text,
            additional_kwargs=_thoughts(answer),
            usage_metadata=_usage(answer),
            response_metadata=self._response_metadata(answer),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        options, turns = self._options(stop, kwargs), _turns(messages)

        def answer(hand_over: Callable[[str | Answer], None]) -> None:
            for piece in self.recipe.chat_model().stream(turns, options):
                hand_over(clean_answer(piece) if isinstance(piece, Answer) else whole_characters(piece))

        for piece in stream_from_thread(self.recipe, answer):
            chunk = ChatGenerationChunk(message=self._piece(piece))
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _piece(self, piece: str | Answer) -> AIMessageChunk:
        if isinstance(piece, str):
            return AIMessageChunk(content=piece)
        return AIMessageChunk(
            content="",
            additional_kwargs=_thoughts(piece),
            usage_metadata=_usage(piece),
            response_metadata=self._response_metadata(piece),
        )

    def _options(self, stop: list[str] | None, given: dict[str, Any]) -> ChatOptions:
        """The recipe's options, and those of the call. Raises ``ValueError`` for others."""
        own = self.recipe.model.chat.config
        fields = ChatOptions.model_fields
        set_there = fields.keys() & own.model_fields_set if isinstance(own, ChatOptions) else ()
        written = {name: getattr(own, name) for name in set_there}
        stops = {"stop": tuple(stop)} if stop else {}
        return ChatOptions(**written | given | stops)

    def _response_metadata(self, answer: Answer) -> dict[str, Any]:
        return {"finish_reason": answer.finish, "model_name": self.model_name, "model_provider": "potluck"}


def _turns(messages: Sequence[BaseMessage]) -> list[Message]:
    """Messages as the contract has them. Raises ``ValueError`` for those of tools, and for what is not text."""
    for message in messages:
        if message.type not in _ROLES:
            raise ValueError(f"a recipe's chat model takes no message of the kind {message.type!r}")
        if isinstance(message.content, list) and any(_kind(block) != "text" for block in message.content):
            raise ValueError("a recipe's chat model reads text only")
    return [Message(_ROLES[message.type], str(message.text)) for message in messages]


def _kind(block: str | dict[Any, Any]) -> str:
    return "text" if isinstance(block, str) else str(block.get("type"))


def _thoughts(answer: Answer) -> dict[str, Any]:
    """Thoughts where LangChain's integrations put them."""
    return {"reasoning_content": answer.thoughts} if answer.thoughts else {}


def _usage(answer: Answer) -> UsageMetadata | None:
    """The tokens that the answer took; None if unknown."""
    usage = answer.usage
    if not usage.prompt and not usage.completion:
        return None
    return UsageMetadata(
        input_tokens=usage.prompt,
        output_tokens=usage.completion,
        total_tokens=usage.prompt + usage.completion,
        input_token_details=InputTokenDetails(cache_read=usage.cached),
        output_token_details=OutputTokenDetails(reasoning=usage.reasoning),
    )
