"""Models by name: what can be one, and whether the hub that has it can be reached."""

import logging

from lamm_core.words import translate as _

_LOG = logging.getLogger(__name__)
_TIMEOUT_S = 5.0


def check_model_name(name: str) -> None:
    """Raise ValueError unless a name can be that of a folder or of a model on a hub: no address is ever fetched."""
    if "://" in name:
        raise ValueError(_("it is an address; a folder or the id of a model on a hub is wanted"))


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
