"""What the app says, in the language of whoever reads it.

English sentences stand in the code and are their own keys; a translator edits `lamm_core/locale/<language>/lamm.po`.
"""

from lamm_core.words.dates import month_name as month_name
from lamm_core.words.messages import capital as capital
from lamm_core.words.messages import in_context as in_context
from lamm_core.words.messages import marked as marked
from lamm_core.words.messages import plural as plural
from lamm_core.words.messages import translate as translate
from lamm_core.words.numbers import number as number
from lamm_core.words.numbers import separators as separators
from lamm_core.words.spoken import ENGLISH as ENGLISH
from lamm_core.words.spoken import LANGUAGES as LANGUAGES
from lamm_core.words.spoken import closest as closest
from lamm_core.words.spoken import language as language
from lamm_core.words.spoken import resolve_by as resolve_by
from lamm_core.words.spoken import speaking as speaking
from lamm_core.words.stored import retold as retold
