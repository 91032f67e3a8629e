"""A walk through a JSON text that holds one value at a time: all objects of a large file take gigabytes."""

import json
import re
from collections.abc import Iterator

from lamm_core.bounded import MAX_LINE
from lamm_core.exchange.encoding import TextFile
from lamm_core.words import translate as _

_BLOCK = 2**18
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class JsonCursor:
    """A place in a JSON text, of which no more than a value is ever held.

    Every method raises ValueError where the text is not JSON there, and where a value has more than `MAX_LINE`
    characters.
    """

    def __init__(self, text: TextFile) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            self._place = self._after_space(self._place)
            if self._place < len(self._buffer) or not self._more():
                return self._buffer[self._place : self._place + 1]

    def peek_inside(self) -> str:
        """The character that `peek` would find behind the next one."""
        while True:
            place = self._after_space(self._after_space(self._place) + 1)
            if place < len(self._buffer) or not self._more():
                return self._buffer[place : place + 1]

    def take(self, sign: str) -> None:
        """Pass over a sign such as "["."""
        if self.peek() != sign:
            raise self._wrong()
        self._place += 1

    def value(self) -> object:
        """The value that begins here."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except RecursionError:
                raise ValueError(_("it is nested too deep")) from None
            except ValueError:
                if not self._more():
                    raise self._wrong() from None
            else:
                if self._ends(end) or not self._more():
                    self._place = end
                    return value

    def elements(self) -> Iterator[object]:
        """The values of the list that begins here."""
        for _each in self._parts("[", "]"):
            yield self.value()

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; whoever asks for them takes the value behind each."""
        for _each in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._wrong()
            self.take(":")
            yield key

    def _parts(self, begin: str, end: str) -> Iterator[None]:
        self.take(begin)
        if self.peek() != end:
            yield
            while self.peek() == ",":
                self.take(",")
                yield
        self.take(end)

    def _ends(self, place: int) -> bool:
        """Whether a value surely ends there: a number may go on behind what was read so far."""
        return self._after_space(place) < len(self._buffer) and self._buffer[place] not in ".eE"

    def _after_space(self, place: int) -> int:
        found = _SPACE.match(self._buffer, place)
        return place if found is None else found.end()

    def _more(self) -> bool:
        left = self._buffer[self._place :]
        if len(left) > MAX_LINE:
            raise ValueError(_("one of its values has more than {most:,} characters", most=MAX_LINE))
        # Much more each time, so that a long value, which is then tried again from its beginning, is not tried often.
        block = self._text.read(min(max(_BLOCK, 3 * len(left)), MAX_LINE + 1 - len(left)))
        self._buffer, self._place = left + block, 0
        return bool(block)

    def _wrong(self) -> ValueError:
        left = len(self._buffer) - self._place
        return ValueError(_("it is not JSON from character {place:,}", place=self._text.characters - left + 1))
