"""Names of months."""

from datetime import datetime

from lamm_core.words.spoken import ENGLISH, language


def month_name(moment: datetime) -> str:
    """The month of a moment, in the language that is spoken."""
    spoken = language()
    if spoken == ENGLISH:
        return f"{moment:%B}"
    from babel.dates import get_month_names

    return str(get_month_names("wide", locale=spoken)[moment.month])
