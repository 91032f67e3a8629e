"""A project's status as plain values, for other programs. Shares and figures are fractions, 0 to 1."""

from collections.abc import Callable, Mapping

from lamm_core.language_names import language_name
from lamm_core.model.cause import Cause
from lamm_core.model.measuring import Measurement
from lamm_core.records import RoundDrift
from lamm_core.workflow.cause_words import cause_sentence
from lamm_core.workflow.causes import find_causes
from lamm_core.workflow.check_sets import CheckSetProgress
from lamm_core.workflow.growth import Growth
from lamm_core.workflow.growth_words import beyond_model, labelled_before
from lamm_core.workflow.outlook import Effort, Outlook
from lamm_core.workflow.status import ClassStatus, LanguageStatus, ProjectStatus, round_history
from lamm_core.workflow.workspace import Workspace


def whole_status_record(workspace: Workspace, status: ProjectStatus) -> dict[str, object]:
    """The object that `lamm status --json` writes, with what has to be looked up for it; see `status_record`."""
    causes = find_causes(workspace, status.project, status.languages)
    return status_record(status, serving_round(workspace, status), causes)


def serving_round(workspace: Workspace, status: ProjectStatus) -> int | None:
    """Number of the round whose model serves now; None without a model."""
    if status.model is None:
        return None
    history = round_history(workspace, status.project)
    return next((each.round.number for each in history if each.round.id == status.model.round_id), None)


def status_record(status: ProjectStatus, serving: int | None, causes: Mapping[str, Cause]) -> dict[str, object]:
    """A status as plain values. Times are in UTC; what is not known is null.

    Args:
        serving: number of the round whose model serves now; None without a model.
        causes: language to where its low accuracy comes from, for languages behind a target.

    Returns:
        project, created_at, metric, classes, budget, strategy, uncertainty, encoder, seed; targets (how many),
        targets_met, furthest (language code); pool, labels (counts); languages (list, the one most in need first, see
        below); round (newest: number, attempt, state, stage, progress, error, started_at, finished_at, strategy,
        labels); model (number, round, labels, created_at); batch (round, size, closed, open, held, held_until); growth
        (see `growth_record`).

        A language: language, name, target; state (met, missed, unproven, out of reach or not measured), settle (check
        labels that would settle an unproven one; null where none can); estimate (the figure of `metric`; accuracy is
        its older name), interval [low, high], proven [low, high] over all rounds, effective, correct, checked; gap,
        target_met; classes (list: class, target, state, settle, and a figure as above); check_set (imported, labelled,
        open, reserve, needed, width, near_duplicates); drift (list, empty until a round has looked: part, all or
        newest; since; found; share, interval [low, high] and p_value, null where too few; checked, texts, look);
        forecast (null, or labels, hours and cost, each with low, middle and high, null for never or not known;
        currency; plateau [low, high], chance, reachable); pool, pool_share, labels, label_share, labels_this_week,
        skipped; quota (of the newest batch), next_quota (of a full next one),
        usual_quota (of the last ones); cause (null unless behind a target, or origin: model, labels, guidelines or not
        told; ground, people, classes, and sentence).
    """
    settings = status.project.settings
    furthest = status.furthest
    currency = settings.currency if settings.price_per_label else None
    return {
        "project": status.project.name,
        "created_at": status.project.created_at,
        "metric": str(settings.metric),
        "classes": list(settings.classes),
        "budget": settings.budget,
        "strategy": settings.strategy,
        "uncertainty": settings.uncertainty,
        "encoder": settings.encoder,
        "seed": settings.seed,
        "targets": len(status.languages),
        "targets_met": status.targets_met,
        "furthest": furthest.language if furthest else None,
        "pool": status.pool,
        "labels": status.labels,
        "languages": [
            _language_record(each, currency) | {"cause": _cause_record(status, each.language, causes)}
            for each in status.languages
        ],
        "round": _round_record(status),
        "model": _model_record(status, serving),
        "batch": _batch_record(status),
        "growth": growth_record(status.growth),
    }


def growth_record(growth: Growth) -> dict[str, object]:
    """What came to a project after its model was fitted, or after texts were labelled; see `Growth`."""
    return {
        "version": growth.version,
        "unknown_classes": list(growth.unknown),
        "unlabelled_classes": list(growth.unlabelled),
        "unknown_languages": list(growth.languages),
        "newest_classes": list(growth.newest),
        "since": growth.since,
        "labelled_before": dict(growth.labelled_before),
        "checked_before": dict(growth.checked_before),
        "sentences": [*beyond_model(growth), *labelled_before(growth)],
    }


def _language_record(each: LanguageStatus, currency: str | None) -> dict[str, object]:
    return {
        "language": each.language,
        "name": language_name(each.language),
        "target": each.target,
        "state": each.state.value,
        "settle": each.settle,
        "accuracy": each.measured.estimate,
        **_figure_record(each.measured),
        "gap": each.gap,
        "target_met": each.target_met,
        "classes": [_class_record(one) for one in each.classes],
        "check_set": _check_record(each.check),
        "drift": [_drift_record(seen) for seen in each.drift],
        "forecast": _forecast_record(each.outlook, currency),
        "pool": each.pool,
        "pool_share": each.pool_share,
        "labels": each.labels,
        "label_share": each.label_share,
        "labels_this_week": each.labels_this_week,
        "skipped": each.skipped,
        "quota": each.quota,
        "next_quota": each.next_quota,
        "usual_quota": each.usual_quota,
    }


def _cause_record(status: ProjectStatus, language: str, causes: Mapping[str, Cause]) -> dict[str, object] | None:
    cause = causes.get(language)
    if cause is None:
        return None
    names = status.project.settings.classes
    return {
        "origin": cause.origin.value,
        "ground": cause.ground.value,
        "people": list(cause.people),
        "classes": [names[code] for code in cause.classes or ()],
        "sentence": cause_sentence(status.project, language, cause),
    }


def _class_record(each: ClassStatus) -> dict[str, object]:
    return {
        "class": each.class_name,
        "target": each.target,
        "state": each.state.value,
        "settle": each.settle,
        **_figure_record(each.measured),
    }


def _figure_record(figure: Measurement) -> dict[str, object]:
    known = figure.estimate is not None
    return {
        "estimate": figure.estimate,
        "interval": list(figure.interval) if known else None,
        "proven": [figure.proven_low, figure.proven_high] if known else None,
        "effective": figure.effective if known else None,
        "correct": figure.correct,
        "checked": figure.checked,
    }


def _check_record(each: CheckSetProgress) -> dict[str, object]:
    return {
        "imported": each.imported,
        "labelled": each.labelled,
        "open": each.open,
        "reserve": each.reserve,
        "needed": each.needed,
        "width": each.width,
        "near_duplicates": each.near_duplicates,
    }


def _drift_record(seen: RoundDrift) -> dict[str, object]:
    return {
        "part": seen.part.value,
        "since": seen.since,
        "found": seen.found,
        "share": seen.share,
        "interval": None if seen.share is None else [seen.low, seen.high],
        "p_value": seen.p_value,
        "checked": seen.checked,
        "texts": seen.texts,
        "look": seen.look,
    }


def _forecast_record(outlook: Outlook | None, currency: str | None) -> dict[str, object] | None:
    if outlook is None:
        return None
    return {
        "labels": _range(outlook, lambda each: each.labels),
        "hours": _range(outlook, lambda each: each.hours),
        "cost": _range(outlook, lambda each: each.cost),
        "currency": currency,
        "plateau": list(outlook.forecast.plateau),
        "chance": outlook.forecast.chance,
        "reachable": outlook.forecast.reachable,
    }


def _range(outlook: Outlook, value: Callable[[Effort], float | None]) -> dict[str, float | None]:
    efforts = {"low": outlook.low, "middle": outlook.middle, "high": outlook.high}
    return {name: None if each is None else value(each) for name, each in efforts.items()}


def _round_record(status: ProjectStatus) -> dict[str, object] | None:
    latest = status.latest
    if latest is None:
        return None
    return {
        "number": latest.number,
        "attempt": latest.attempt,
        "state": latest.state.value,
        "stage": latest.stage,
        "progress": latest.progress,
        "error": latest.error,
        "started_at": latest.started_at,
        "finished_at": latest.finished_at,
        "strategy": latest.strategy,
        "labels": latest.labels,
    }


def _model_record(status: ProjectStatus, serving: int | None) -> dict[str, object] | None:
    model = status.model
    if model is None:
        return None
    return {"number": model.number, "round": serving, "labels": model.labels, "created_at": model.created_at}


def _batch_record(status: ProjectStatus) -> dict[str, object] | None:
    batch = status.progress
    if not batch.size:
        return None
    return {
        "round": batch.round_number,
        "size": batch.size,
        "closed": batch.closed,
        "open": batch.open,
        "held": batch.held,
        "held_until": batch.held_until,
    }
