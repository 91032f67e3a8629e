"""Where the time goes: LAMM's calls under cProfile. Products are not calls to it, and stand with what makes them."""

import cProfile
import io
import pstats
from collections.abc import Callable
from pathlib import Path

from lamm_core.model.classifier import Classifier
from lamm_core.model.threads import one_thread
from scaling.contenders import BUDGET
from scaling.fresh import in_fresh_process
from scaling.labelled_sets import LabelledSet
from scaling.lamm_choice import ready_to_choose
from scaling.made import MadePool
from scaling.page_cache import read_through
from scaling.reading import single_precision

_LINES = 15


def profiles(pool: MadePool, disk_pool: MadePool, labelled: Path) -> str:
    """Profiles of a choice from memory, of one from a warm file, and of a fit, one after the other."""
    found = {
        f"select 100 of {pool.rows:,} in memory": in_fresh_process(profile_select, pool),
        f"select 100 of {disk_pool.rows:,} on disk, warm": in_fresh_process(profile_disk, disk_pool),
        f"fit {labelled.stem}": in_fresh_process(profile_fit, labelled),
    }
    return "\n".join(f"== {name}\n{text}" for name, text in found.items())


def profile_select(pool: MadePool) -> str:
    """A choice from memory, in this process."""
    choose = ready_to_choose(pool.model(), pool.vectors(), pool.languages(), "entropy")
    return _profile(lambda: choose(BUDGET))


def profile_disk(pool: MadePool) -> str:
    """A choice from a file that the system holds in memory, in this process."""
    choose = ready_to_choose(pool.model(), single_precision(pool), pool.languages(), "entropy")
    read_through(pool.path)
    return _profile(lambda: choose(BUDGET))


def profile_fit(labelled: Path) -> str:
    """A fit, in this process."""
    data = LabelledSet.load(labelled)
    classes = data.classes.tolist()
    return _profile(lambda: Classifier.fit(data.vectors, classes))


def _profile(call: Callable[[], object]) -> str:
    profile, text = cProfile.Profile(), io.StringIO()
    with one_thread():
        profile.runcall(call)
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(_LINES)
    return text.getvalue()
