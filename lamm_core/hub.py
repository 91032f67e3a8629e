"""Whether a hub of models can be reached."""

import logging

_LOG = logging.getLogger(__name__)
_TIMEOUT_S = 5.0


def hub_answers(name: str) -> bool:
    """Whether the hub can be reached; one quick question, since without a network a real load retries for a minute.

    Args:
        name: id of a model.

    Raises:
        HFValidationError: the name cannot be an id on a hub.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        HfApi().model_info(name, timeout=_TIMEOUT_S)
    except HFValidationError:
        raise
    except HfHubHTTPError:
        # An answer all the same: what it means for this model is for the real load to say.
        return True
    except Exception:  # noqa: BLE001 - the hub client passes on the errors of whatever HTTP library it uses
        _LOG.info("the hub does not answer; only models kept on this machine can be loaded", exc_info=True)
        return False
    return True
