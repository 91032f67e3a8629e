"""Named strategies. A strategy is data: one choice in each of four dimensions.

How doubtful an item is (uncertainty), how languages count (allocation), how items are told apart (diversity), and how
the first batch is chosen while there is no model. LAMM is one point in this space.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lamm_core.errors import UnknownStrategy
from lamm_core.records import DEFAULT_STRATEGY
from lamm_core.selection.allocations import ALLOCATIONS, Allocation, Weigh, find_allocation
from lamm_core.selection.diversity import DIVERSITIES, Diversity, find_diversity
from lamm_core.selection.first_batch import FIRST_BATCHES, FirstBatch
from lamm_core.selection.uncertainty import UNCERTAINTIES, Uncertainty
from lamm_core.words import marked
from lamm_core.words import translate as _


@dataclass(frozen=True)
class Strategy:
    """One way to choose batches.

    Attributes:
        name: the name used in settings, on the command line and in results.
        summary: one sentence for a manager.
        allocation: a name in `ALLOCATIONS`, `gap^P`, an `Allocation`, or a function `Standing -> {language: weight}`
            that splits the budget.
        diversity: a name in `DIVERSITIES`, or a `Diversity`.
        uncertainty: a name in `UNCERTAINTIES`, or a function `(n, k) -> (n,)`; None leaves it to the caller.
        first_batch: a name in `FIRST_BATCHES`, or a `FirstBatch`.
        random_scores: score items by chance instead of by uncertainty.
        separate_models: one model a language instead of one for all. `select_batch` takes no notice of it.
    """

    name: str
    summary: str
    allocation: str | Allocation | Weigh = "pooled"
    diversity: str | Diversity = "top"
    uncertainty: str | Uncertainty | None = None
    first_batch: str | FirstBatch = "random"
    random_scores: bool = False
    separate_models: bool = False

    @property
    def splits_budget(self) -> bool:
        """Whether every language gets its own part of the budget before items are chosen.

        Raises:
            UnknownStrategy: the name of its allocation or diversity is not registered.
        """
        return find_allocation(self.allocation).splits_budget and not find_diversity(self.diversity).whole_batch


STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            "foresight",
            marked("The texts expected to teach most about the languages still short of their target."),
            "gain",
            "design",
            "margin",
            "medoids",
        ),
        Strategy("lamm", marked("Most labels to the languages furthest from their target, most uncertain texts first."),
                 "gap"),
        Strategy("ea", marked("The same number of labels to every language, most uncertain texts first."), "equal"),
        Strategy("lc", marked("The most uncertain texts of the whole pool, whatever their language.")),
        Strategy("random", marked("Texts by chance; the yardstick for the others."), random_scores=True),
        # Moniz et al. (2022), "On efficiently acquiring annotations for multilingual models", compare with this.
        Strategy("per-language", "One model a language, each with the same number of labels.", "equal",
                 separate_models=True),
    )
}  # fmt: skip

# In the order in which the parts of a composed name are written.
_DIMENSIONS: dict[str, Mapping[str, Any]] = {
    "uncertainty": UNCERTAINTIES,
    "allocation": ALLOCATIONS,
    "diversity": DIVERSITIES,
    "first_batch": FIRST_BATCHES,
}


def find_strategy(strategy: str | Strategy) -> Strategy:
    """The strategy of that name, or the strategy itself.

    A composed name joins parts with `+`: first, if wanted, a registered strategy, then names of uncertainties,
    allocations, diversities and first batches, at most one of each. A part takes the place of what the strategy had:
    `lamm+margin+k-means+medoids`; without a strategy in front, what is not named is `pooled`, `top`, `random`, and
    the caller's uncertainty: `margin+gap+core-set`. The name of the result has the parts in this order, without those
    that the strategy in front has anyway. `default` stands for the strategy of new projects.

    Raises:
        UnknownStrategy: a part is unknown, or two parts are of one kind.
    """
    if isinstance(strategy, Strategy):
        return strategy
    if not isinstance(strategy, str):
        raise _unknown(strategy, strategy)
    head, *rest = strategy.split("+")
    base = STRATEGIES.get(DEFAULT_STRATEGY if head == "default" else head)
    parts = _parts(strategy, rest if base else [head, *rest])
    if base is None:
        name = "+".join(parts.values())
        return Strategy(name, f"The combination of {_listed(parts.values())}.", **parts)
    new = {kind: part for kind, part in parts.items() if getattr(base, kind) != part}
    if not new:
        return base
    return replace(
        base,
        name="+".join([base.name, *new.values()]),
        summary=f"{base.summary.removesuffix('.')}; with {_listed(new.values())}.",
        # An uncertainty takes the place of chance.
        random_scores=base.random_scores and "uncertainty" not in new,
        **new,
    )


def _parts(strategy: str, names: Iterable[str]) -> dict[str, Any]:
    """Dimension to name, in the order of the dimensions."""
    found: dict[str, str] = {}
    for name in names:
        kind, canonical = _part(strategy, name)
        if kind in found:
            what = kind.replace("_", " ")
            raise UnknownStrategy(
                _(
                    "The strategy {strategy!r} names more than one {what}, {first} and {second}; choose one of: "
                    "{known}.",
                    strategy=strategy,
                    what=what,
                    first=found[kind],
                    second=canonical,
                    known=", ".join(sorted(_DIMENSIONS[kind])),
                )
            )
        found[kind] = canonical
    return {kind: found[kind] for kind in _DIMENSIONS if kind in found}


def _part(strategy: str, name: str) -> tuple[str, str]:
    """Dimension and canonical name of a part."""
    for kind, registry in _DIMENSIONS.items():
        if name in registry:
            return kind, name
    try:
        return "allocation", find_allocation(name).name
    except UnknownStrategy:
        raise _unknown(strategy, name) from None


def _unknown(strategy: object, part: object) -> UnknownStrategy:
    kinds = "; ".join(f"{kind.replace('_', ' ')} {', '.join(sorted(known))}" for kind, known in _DIMENSIONS.items())
    known = ", ".join(sorted(STRATEGIES))
    if part == strategy:
        return UnknownStrategy(
            _(
                "Unknown strategy {part!r}; choose one of: {known}; or join parts by +: {kinds}; or gap^P with a P "
                "above 0.",
                part=part,
                known=known,
                kinds=kinds,
            )
        )
    return UnknownStrategy(
        _(
            "Unknown strategy {part!r} in {whole!r}; choose one of: {known}; or join parts by +: {kinds}; or gap^P "
            "with a P above 0.",
            part=part,
            whole=strategy,
            known=known,
            kinds=kinds,
        )
    )


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
