"""What an error of somebody else's program says, as a part of one of our sentences."""

_MOST = 200


def reason_of(error: BaseException) -> str:
    """The first line of the error's message, cut to a bearable length."""
    lines = str(error).strip().splitlines()
    text = lines[0].strip().rstrip(".:") if lines else type(error).__name__
    return text if len(text) <= _MOST else text[: _MOST - 3] + "..."
