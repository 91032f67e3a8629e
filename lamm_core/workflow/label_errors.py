"""Labels of a project that the newest round holds for errors, for reviewers to look at."""

import numpy as np

from lamm_core.errors import EstimatorUnusable, NotEnoughLabels
from lamm_core.model.classifier import Classifier
from lamm_core.model.label_errors import MIN_LABELS, find_label_errors, in_columns, judge_out_of_sample
from lamm_core.model.threads import with_one_thread
from lamm_core.records import Project
from lamm_core.storage.suspects import Suspect
from lamm_core.workflow.preparing import PreparedVectors
from lamm_core.workflow.round_data import RoundData


@with_one_thread
def suspected_labels(
    project: Project, data: RoundData, vectors: PreparedVectors, classifier: Classifier | None
) -> list[Suspect]:
    """The labels that are likely errors, the likeliest first; none while there are too few to tell.

    Pool items are judged by models that were fitted without them. Check items are judged by the round's own model,
    which never learns from any of them.
    """
    pool = np.flatnonzero(data.labelled)
    if classifier is None or len(pool) < MIN_LABELS:
        return []
    known = classifier.classes
    check = np.flatnonzero(np.isin(data.check.classes, known))
    classes = [*data.pool.classes[pool].tolist(), *data.check.classes[check].tolist()]
    keys = [data.pool.keys[row] for row in pool]
    try:
        of_pool = judge_out_of_sample(
            vectors.pool[pool],
            classes[: len(pool)],
            keys,
            known,
            project.settings.seed,
            estimator=classifier.own_estimator,
        )
    except (NotEnoughLabels, EstimatorUnusable):
        return []
    chances = np.concatenate([of_pool, in_columns(classifier, vectors.check[check], known)])
    item_ids = np.concatenate([data.pool.ids[pool], data.check.ids[check]])
    label_ids = np.concatenate([data.pool.label_ids[pool], data.check.label_ids[check]])
    return [
        Suspect(int(item_ids[each.row]), int(label_ids[each.row]), classes[each.row], each.likelier, each.score)
        for each in find_label_errors(classes, chances, known)
    ]
