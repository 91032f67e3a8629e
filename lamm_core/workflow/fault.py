"""What a person reads about work that ended by a fault of the program."""

from lamm_core.words import marked

# Stored by the process that ended, in English, and told in the reader's language.
FAULT = marked("It stopped by a fault of the program ({kind}: {reason}).")
