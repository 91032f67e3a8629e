"""Amazon Translate, by boto3 (the extra `aws`)."""

import functools
from collections.abc import Sequence
from typing import Any

from lamm_core.errors import TranslatorBusy, TranslatorUnavailable
from lamm_core.translation.languages import closest_code
from lamm_core.translation.reasons import reason_of
from lamm_core.words import translate as _

# https://docs.aws.amazon.com/translate/latest/dg/what-is-languages.html
_CODES = (
    "af am ar az bg bn bs ca cs cy da de el en es es-MX et fa fa-AF fi fr fr-CA ga gu ha he hi hr ht hu hy id is it ja "
    "ka kk kn ko lt lv mk ml mn mr ms mt nl no pa pl ps pt pt-PT ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz "
    "vi zh zh-TW"
)
_LANGUAGES = frozenset(_CODES.split())
_MOST_BYTES = 10_000
_TIMEOUT_S = 30
_TEMPORARY = frozenset(
    [
        "InternalServerException",
        "LimitExceededException",
        "RequestTimeout",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    ]
)


class AmazonTranslator:
    """Asks Amazon Translate for one text at a time, which is how it is paid for and how it is saved."""

    name = "amazon"
    price_per_million_characters = 15.0
    texts_per_request = 1
    characters_per_request = _MOST_BYTES

    def __init__(self, _argument: str = "") -> None:
        pass

    def supports(self, source: str, target: str) -> bool:
        """Whether Amazon has a code for both languages."""
        codes = closest_code(source, _LANGUAGES), closest_code(target, _LANGUAGES)
        return None not in codes and codes[0] != codes[1]

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """One translation for each text; None for a text of more than 10,000 bytes."""
        codes = closest_code(source, _LANGUAGES), closest_code(target, _LANGUAGES)
        if None in codes:
            raise TranslatorUnavailable(
                _("Amazon Translate does not translate from {source!r} to {target!r}.", source=source, target=target)
            )
        return [self._translate(text, *codes) for text in texts]

    def _translate(self, text: str, source: str | None, target: str | None) -> str | None:
        if len(text.encode("utf-8", "replace")) > _MOST_BYTES:
            return None
        client = self._client
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NoConnectionError

        try:
            answer = client.translate_text(Text=text, SourceLanguageCode=source, TargetLanguageCode=target)
            return str(answer["TranslatedText"])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "TextSizeLimitExceededException":
                return None
            kind = TranslatorBusy if code in _TEMPORARY else TranslatorUnavailable
            raise kind(_("Amazon Translate refused the request ({reason}).", reason=reason_of(error))) from error
        except (NoConnectionError, HTTPClientError) as error:  # no connection, or no answer in time
            raise TranslatorBusy(_("Amazon Translate did not answer ({reason}).", reason=reason_of(error))) from error
        except BotoCoreError as error:  # no credentials, no region
            raise TranslatorUnavailable(
                _("Amazon Translate cannot be used ({reason}).", reason=reason_of(error))
            ) from error

    @functools.cached_property
    def _client(self) -> Any:
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError
        except ImportError as error:
            raise TranslatorUnavailable(
                _("Amazon Translate needs the package boto3; install it with: pip install 'lamm[aws]'.")
            ) from error
        # Requests are tried again by whoever asks, so that every wait is counted once.
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=_TIMEOUT_S, read_timeout=_TIMEOUT_S)
        try:
            return boto3.client("translate", config=config)
        except BotoCoreError as error:
            raise TranslatorUnavailable(
                _("Amazon Translate cannot be used ({reason}).", reason=reason_of(error))
            ) from error
