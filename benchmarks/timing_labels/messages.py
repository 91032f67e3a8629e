"""The messages of a page to its server and back, as the browser's part of Streamlit writes and reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Timer:
    """The server asks for a part of the page to be run again and again.

    Attributes:
        fragment: id of the part.
        seconds: time between two runs.
    """

    fragment: str
    seconds: float


@dataclass
class PageState:
    """What a page of one person knows of itself: where it is, and the fields of the sidebar.

    Attributes:
        url: of the server.
        project: name of the project, as in the address.
        annotator: name of the person, as in the address.
    """

    url: str
    project: str
    annotator: str
    _page: str = ""
    _fields: dict[str, str] = field(default_factory=dict)

    def opening(self, page: str = "", **query: str) -> bytes:
        """What a page says first.

        Args:
            page: its name in the address; empty for the one that an address without a name shows.
            query: what the address says besides.
        """
        words = urlencode({"project": self.project, "annotator": self.annotator, **query})
        return self._message(ClientState(query_string=words, page_name=page))

    def again(self, **query: str) -> bytes:
        """What the page says when it wants to be run again as a whole.

        Args:
            query: what the address says besides.
        """
        return self._message(self._state("", query))

    def notice(self, timer: Timer) -> bytes:
        """What the page says when the time has come to run a part of it again."""
        return self._message(self._state(timer.fragment, by_timer=True))

    def read(self, message: ForwardMsg) -> dict[str, Any] | None:
        """Take note of a message; gives the data of the card if it brings any."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
        if kind != "delta" or message.delta.WhichOneof("type") != "new_element":
            return None
        return self._read_element(message.delta.new_element)

    def _read_element(self, element: Element) -> dict[str, Any] | None:
        kind = element.WhichOneof("type")
        if kind == "selectbox":
            options = list(element.selectbox.options)
            chosen = self.project if self.project in options else options[element.selectbox.default]
            self._fields[element.selectbox.id] = chosen
        elif kind == "text_input":
            self._fields[element.text_input.id] = self.annotator
        elif kind == "bidi_component":
            data: dict[str, Any] = json.loads(element.bidi_component.json or "{}")
            if "session" in data:
                return data
        return None

    def _state(self, fragment: str, query: Mapping[str, str] = _NOTHING, *, by_timer: bool = False) -> ClientState:
        """All widgets are sent each time, as the browser does."""
        state = ClientState(
            query_string=urlencode({"annotator": self.annotator, **query}),
            page_script_hash=self._page,
            fragment_id=fragment,
            is_auto_rerun=by_timer,
        )
        fields = [WidgetState(id=each, string_value=value) for each, value in self._fields.items()]
        state.widget_states.widgets.extend(fields)
        return state

    def _message(self, state: ClientState) -> bytes:
        context = ContextInfo(
            timezone="UTC",
            timezone_offset=0,
            locale="en-GB",
            url=self.url,
            is_embedded=False,
            color_scheme="light",
        )
        state.context_info.CopyFrom(context)
        return bytes(BackMsg(rerun_script=state).SerializeToString())


def parse(data: bytes) -> ForwardMsg:
    """A message of the server."""
    message = ForwardMsg()
    message.ParseFromString(data)
    return message


def timer_of(message: ForwardMsg) -> Timer | None:
    """The part of the page that the message wants run again and again, if it is such a message."""
    if message.WhichOneof("type") != "auto_rerun":
        return None
    return Timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)


def is_end_of_run(message: ForwardMsg) -> bool:
    """Whether the server says that it has run the page to its end."""
    return bool(message.WhichOneof("type") == "script_finished")


def is_rerun(data: bytes) -> bool:
    """Whether what a page sent makes the server run the page, or a part of it."""
    message = BackMsg()
    message.ParseFromString(data)
    return bool(message.WhichOneof("type") == "rerun_script")
