"""The measurements by name, each with the targets that it is held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaling.choosing import choice_costs, product_costs
from scaling.contenders import LAMM
from scaling.costs import Cost
from scaling.fitting import Fits, fits_of
from scaling.fresh import in_fresh_process
from scaling.labelled_sets import labelled_sets
from scaling.made import MadePool
from scaling.reading import agreement, disk_costs
from scaling.report import Report, Target, rows_of

PRODUCT = "the product alone"
# How many times LAMM's processor time another library is to take.
_FASTER_THAN = {"modAL": 1.5, "scikit-activeml": 5.0}
# small-text scores by entropy, and by margin, in a loop over items; its least confidence is one call of numpy.
_FASTER_THAN_BY_ENTROPY = {"small-text": 250.0}
_CHOICE_MEGABYTES = 16
_WARM, _COLD, _DISK_MEGABYTES, _SAME_ROWS, _GROWTH = 1.15, 1.3, 64, 0.999, 0.1
_FIT_SECONDS, _FIT_POINTS = 0.25, 0.1


@dataclass(frozen=True)
class Plan:
    """What is measured, and how often.

    Attributes:
        scratch: folder for pools and embeddings; what is there is used again.
        data: folder of the labelled files of the benchmark tasks; None leaves out what needs them.
        libraries: names in `CONTENDERS`.
        uncertainties: names in `UNCERTAINTIES_MEASURED`.
        rows: items of the pool in memory, and of the small one on disk.
        disk_rows: items of the pool on disk.
        repeats: how often each is done.
        seed: what made-up data comes from.
    """

    scratch: Path
    data: Path | None
    libraries: Sequence[str]
    uncertainties: Sequence[str]
    rows: int
    disk_rows: int
    repeats: int
    seed: int

    def pool(self, rows: int) -> MadePool:
        """A made-up pool of so many items."""
        return MadePool(self.scratch, rows, self.seed)


def measure_select(plan: Plan) -> Report:
    """100 items of a pool in memory, by every library."""
    pool = plan.pool(plan.rows)
    pool.write()
    report = Report()
    for uncertainty in plan.uncertainties:
        costs = choice_costs(pool, uncertainty, plan.libraries, plan.repeats)
        costs[PRODUCT] = product_costs(pool, plan.repeats)
        rows = rows_of(f"select by {uncertainty}", costs, LAMM)
        bounds = _FASTER_THAN | (_FASTER_THAN_BY_ENTROPY if uncertainty == "entropy" else {})
        faster = [
            Target.at_least(f"{row.name} / LAMM by {uncertainty}, processor time", bounds[row.name], row.ratio)
            for row in rows
            if row.name in bounds
        ]
        memory = Cost.median(costs[LAMM]).megabytes
        report += Report(
            rows, (*faster, Target.at_most(f"MB over the pool by {uncertainty}", _CHOICE_MEGABYTES, memory))
        )
    return report


def measure_disk(plan: Plan) -> Report:
    """100 items of a large pool on disk: warm, cold, and in half precision."""
    pool, small = plan.pool(plan.disk_rows), plan.pool(plan.rows)
    pool.write_half()
    small.write()
    costs = disk_costs(pool, small, plan.repeats)
    named = {
        LAMM: costs.warm,
        PRODUCT: costs.product,
        "LAMM, half precision": costs.half,
        f"LAMM, {plan.rows:,} rows": costs.small,
        "LAMM, cold": costs.cold,
        "reading the cold file": costs.read,
    }
    warm, product, small_, cold, read = map(
        Cost.median, (costs.warm, costs.product, costs.small, costs.cold, costs.read)
    )
    growth = warm.processor / small_.processor * plan.rows / plan.disk_rows
    same = in_fresh_process(agreement, pool)
    return Report(
        rows_of("select from disk", named, LAMM),
        (
            Target.at_most("warm / the product alone, processor time", _WARM, warm.processor / product.processor),
            Target.at_most("cold / reading the file, time", _COLD, cold.seconds / read.seconds),
            Target.at_most("MB over the model, warm", _DISK_MEGABYTES, warm.megabytes),
            Target.at_most("MB over the model, cold", _DISK_MEGABYTES, cold.megabytes),
            Target.at_least("same rows picked or not, half precision", _SAME_ROWS, same.rows),
            Target.at_least("same picks, half precision", _SAME_ROWS, same.picks),
            Target.at_most("growth of the time per row, off 1", _GROWTH, abs(growth - 1)),
        ),
    )


def measure_fit(plan: Plan) -> Report:
    """A new model of 5,000 labels."""
    report = Report()
    for path in labelled_sets(plan.scratch, plan.data, plan.seed):
        report += _fit_report(fits_of(path, plan.repeats))
    return report


def _fit_report(found: Fits) -> Report:
    costs = {name: [each.cost for each in fits] for name, fits in found.fits.items()}
    points = 100 * max(abs(each.accuracy - found.optimum) for each in found.fits[LAMM])
    return Report(
        rows_of(f"fit {found.name}", costs, LAMM),
        (
            Target.at_most(f"{found.name}: processor time", _FIT_SECONDS, Cost.median(costs[LAMM]).processor),
            Target.at_most(f"{found.name}: points of accuracy off the optimum", _FIT_POINTS, points),
        ),
    )


MEASUREMENTS: dict[str, Callable[[Plan], Report]] = {
    "select": measure_select,
    "disk": measure_disk,
    "fit": measure_fit,
}
