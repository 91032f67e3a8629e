"""What is measured: false alarms in single looks and over whole projects, what is found, how large it is told to be."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from drifting.planted import Kind, Language, draw
from drifting.rivals import RIVALS, p_value
from lamm_core.model.drift import Drift, compare, found_at

# A project of eight languages, each compared as a whole and by its newest texts.
_COMPARISONS = 16
_LOOKS, _NEW_TEXTS, _NEW_CHECKS = 20, 40, 8
_FIRST_TEXTS, _FIRST_CHECKS = 400, 40


@dataclass(frozen=True)
class Setting:
    """What is drawn, again and again.

    Attributes:
        kind, share: what is planted, and in which share of the texts.
        checked, texts: size of the check set and number of the others.
    """

    kind: Kind
    share: float
    checked: int
    texts: int


@dataclass(frozen=True)
class Found:
    """What came of all draws of a setting.

    Attributes:
        setting: what was drawn.
        draws: how often.
        at_5, at_1, at_01: share of draws with a p-value of up to 5 %, 1 % and 0.1 %.
        found: share of draws in which a project of eight languages would be told at its first look.
        told: mean of the share that is told.
        low: mean of its lower end; `too_high` is the share of draws in which that is over the truth.
    """

    setting: Setting
    draws: int
    at_5: float
    at_1: float
    at_01: float
    found: float
    told: float
    low: float
    too_high: float


def measure(languages: Sequence[Language], setting: Setting, draws: int) -> Found:
    """Draw so often from each language."""
    drifts = [drift for language in languages for drift in _drifts(language, setting, draws)]
    p_values = np.array([each.p_value for each in drifts])
    # As if the others showed nothing: Holm then asks the same of it as Bonferroni.
    told = [found_at(1, [each, *[1.0] * (_COMPARISONS - 1)])[0] for each in p_values.tolist()]
    return Found(
        setting=setting,
        draws=len(drifts),
        at_5=float((p_values <= 0.05).mean()),
        at_1=float((p_values <= 0.01).mean()),
        at_01=float((p_values <= 0.001).mean()),
        found=float(np.mean(told)),
        told=float(np.mean([each.share for each in drifts])),
        low=float(np.mean([each.low for each in drifts])),
        too_high=float(np.mean([each.low > setting.share for each in drifts])),
    )


def _drifts(language: Language, setting: Setting, draws: int) -> Iterator[Drift]:
    for number in range(draws):
        rng = np.random.default_rng([number, setting.checked])
        check, texts = draw(language, setting.kind, setting.share, setting.checked, setting.texts, rng)
        drift = compare(language.vectors[check], language.vectors[texts])
        if drift is not None:
            yield drift


def false_notices(languages: Sequence[Language], projects: int) -> tuple[int, int]:
    """Projects without drift that were told of drift at any of 20 looks, and how many would be at 5 % a comparison.

    Before each look 40 texts came and 8 check labels were given, in every language.
    """
    told = naive = 0
    for number in range(projects):
        rng = np.random.default_rng([number, 1])
        orders = [rng.permutation(len(each.classes)) for each in languages]
        is_told = is_naive = False
        for look in range(1, _LOOKS + 1):
            checked = _FIRST_CHECKS + _NEW_CHECKS * look
            most = _FIRST_CHECKS + _NEW_CHECKS * _LOOKS
            texts = _FIRST_TEXTS + _NEW_TEXTS * look
            p_values = []
            for language, order in zip(languages, orders, strict=True):
                drift = compare(language.vectors[order[:checked]], language.vectors[order[most : most + texts]])
                p_values.append(1.0 if drift is None else drift.p_value)
            is_told |= any(found_at(look, p_values))
            is_naive |= min(p_values) <= 0.05
        told, naive = told + is_told, naive + is_naive
    return told, naive


def rivals(languages: Sequence[Language], share: float, checked: int, texts: int, draws: int) -> dict[str, list[float]]:
    """Test to the share of draws with a p-value of up to 5 %, for each kind of drift in the order of `Kind`."""
    found: dict[str, list[float]] = {"LAMM": [], **{name: [] for name in RIVALS}}
    for kind in Kind:
        hits: dict[str, list[bool]] = {name: [] for name in found}
        for language, number in product(languages, range(draws)):
            rng = np.random.default_rng([number, 2])
            rows = draw(language, kind, share, checked, texts, rng)
            check, others = (language.vectors[each].astype(np.float64) for each in rows)
            drift = compare(*(language.vectors[each] for each in rows))
            hits["LAMM"].append(drift is not None and drift.p_value <= 0.05)
            for name, statistic in RIVALS.items():
                hits[name].append(p_value(statistic, check, others, rng) <= 0.05)
        for name, each in hits.items():
            found[name].append(float(np.mean(each)))
    return found


def seconds_of_a_round(language: Language, checked: int, texts: int) -> float:
    """Processor seconds of all comparisons of a project of eight languages."""
    rows = np.random.default_rng(0).choice(len(language.classes), checked + texts, replace=False)
    check, others = language.vectors[rows[:checked]], language.vectors[rows[checked:]]
    compare(check, others)  # loads what is loaded once
    started = time.process_time()
    for _ in range(_COMPARISONS):
        compare(check, others)
    return time.process_time() - started
