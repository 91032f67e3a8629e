"""Wrong labels are found among right ones, by models that never saw them."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select
from support import world

from lamm_core.model.label_errors import MIN_LABELS, find_label_errors, judge_out_of_sample
from lamm_core.reviewing import Reason, ReviewFilter
from lamm_core.storage.team_tables import label_suspect
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.review import needing_review
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

_NAMES = tuple("abcdef")


def planted(seed: int, size: int = 600, share: float = 0.08) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Vectors, the classes they were given, and the rows that were given a wrong one."""
    rng = np.random.default_rng(seed)
    centres, truth = rng.normal(size=(len(_NAMES), 24)), rng.integers(0, len(_NAMES), size)
    vectors = centres[truth] + 1.2 * rng.normal(size=(size, 24))
    wrong = rng.permutation(size)[: round(share * size)]
    given = truth.copy()
    given[wrong] = (given[wrong] + rng.integers(1, len(_NAMES), len(wrong))) % len(_NAMES)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32), [_NAMES[each] for each in given], wrong


def keys_of(size: int) -> list[bytes]:
    return [np.random.default_rng(row).bytes(16) for row in range(size)]


@pytest.mark.parametrize("seed", range(3))
def test_planted_errors_are_found_far_better_than_by_chance(seed: int) -> None:
    vectors, classes, wrong = planted(seed)
    chances = judge_out_of_sample(vectors, classes, keys_of(len(classes)), _NAMES)
    found = find_label_errors(classes, chances, _NAMES)
    right = np.isin([each.row for each in found], wrong)
    assert right.mean() > 0.7  # by chance 0.08
    assert right.sum() > 0.5 * len(wrong)
    assert [each.score for each in found] == sorted(each.score for each in found)
    assert all(each.likelier != classes[each.row] for each in found)
    assert found == find_label_errors(
        classes, judge_out_of_sample(vectors, classes, keys_of(len(classes)), _NAMES), _NAMES
    )


def test_a_label_has_no_say_about_itself() -> None:
    vectors, classes, _ = planted(1, 120)
    keys = keys_of(len(classes))
    other = ["b" if classes[0] == "a" else "a", *classes[1:]]
    assert np.array_equal(
        judge_out_of_sample(vectors, classes, keys, _NAMES)[0], judge_out_of_sample(vectors, other, keys, _NAMES)[0]
    )


def test_few_labels_accuse_nobody() -> None:
    vectors, classes, _ = planted(2, MIN_LABELS - 1, 0.2)
    chances = judge_out_of_sample(vectors, classes, keys_of(len(classes)), _NAMES)
    assert find_label_errors(classes, chances, _NAMES) == []


def test_a_round_names_wrong_labels_of_pool_and_check_set_and_the_next_one_replaces_them(
    workspace: Workspace,
) -> None:
    rows = world.ROWS[world.ROWS["language"] == "en"].copy()
    wrong = [*rows.index[:8], *rows.index[rows["split"] == "check"][:4]]
    for row in wrong:
        place = world.CLASSES.index(rows.loc[row, "class"])
        rows.loc[row, "class"] = world.CLASSES[(place + 1) % len(world.CLASSES)]
    project = create_project(workspace, "small", replace(world.settings_of(), targets={"en": 0.9}))
    import_table(workspace, project, rows, world.MAPPING)
    world.add_embeddings(workspace, world.ROWS[world.ROWS["language"] == "en"])
    run_round(workspace, project)
    found = needing_review(workspace, project, ReviewFilter(reason=Reason.LIKELY_ERROR))
    hits = [each for each in found.entries if each.external_id in set(rows.loc[wrong, "id"])]
    assert len(hits) >= 4
    assert len(hits) > 0.6 * found.total
    assert {each.external_id.split("-")[0] for each in hits} == {"pool", "check"}
    assert [each.likelier == world.TRUTH[each.external_id] for each in hits].count(False) <= 1
    run_round(workspace, project)
    with workspace.database.read() as connection:
        assert len(connection.execute(select(label_suspect)).all()) == found.total
