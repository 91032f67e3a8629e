"""The class that counts for each text with labels of several annotators: what rounds learn from and measure with.

A reviewer's decision goes before the consensus, and a class that came with an import is not put to the vote. Gold items
have no part in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection

from lamm_core.model.consensus import dawid_skene, majority
from lamm_core.records import Consensus, ItemState, Project
from lamm_core.storage import agreement, projects, reviews
from lamm_core.storage.items import ItemTable
from lamm_core.workflow.opinions import sorted_names, tabulate

_RULES = {Consensus.MAJORITY: majority, Consensus.DAWID_SKENE: dawid_skene}


@dataclass(frozen=True)
class Settled:
    """What several people together say of items.

    Attributes:
        rule: how classes follow from labels; a majority too where the project's rule has too few labels.
        agreed: item id to the class that annotators agree on, for items with labels of several.
        confidence: item id to how sure that is, 0 to 1; see `model.consensus.Agreed`.
        decided: item id to the class that a reviewer decided on.
    """

    rule: Consensus = Consensus.MAJORITY
    agreed: Mapping[int, str] = field(default_factory=dict)
    confidence: Mapping[int, float] = field(default_factory=dict)
    decided: Mapping[int, str] = field(default_factory=dict)

    @property
    def classes(self) -> dict[int, str]:
        """Item id to the class that counts."""
        return {**self.agreed, **self.decided}


def settle(connection: Connection, project: Project, *tables: ItemTable) -> Settled:
    """What several people together say of the labelled ones of these items.

    Args:
        tables: items of the project with the classes that they bear now.
    """
    return settle_labelled(
        connection,
        project,
        {
            item_id: (label_id, class_name)
            for table in tables
            for item_id, label_id, class_name, state in zip(
                table.ids.tolist(), table.label_ids.tolist(), table.classes.tolist(), table.states.tolist(), strict=True
            )
            if state == ItemState.LABELLED
        },
    )


def settle_labelled(connection: Connection, project: Project, bears: Mapping[int, tuple[int, str]]) -> Settled:
    """What several people together say of these items.

    Args:
        bears: id of each labelled item to the label that decides its class, and that class.
    """
    names = {class_id: name for name, class_id in projects.class_ids(connection, project.id).items()}
    decisions = reviews.standing_decisions(connection, project.id)
    decided = {item_id: names[class_id] for item_id, class_id in decisions.items() if item_id in bears}
    opinions = agreement.read_opinions(connection, project.id)
    people = {each.label_id for each in opinions}
    # An item that no person's label decides has its class from an import.
    opinions = [each for each in opinions if each.item_id in bears and bears[each.item_id][0] in people]
    if not opinions:
        return Settled(decided=decided)

    classes = project.settings.classes
    table = tabulate(tuple(opinions), sorted_names({each.annotator for each in opinions}), classes)
    deciding = np.array([classes.index(bears[item_id][1]) for item_id in table.item_ids])
    found = _RULES[Consensus(project.settings.consensus)](table.labels, deciding)
    return Settled(
        rule=found.rule,
        agreed={item_id: classes[code] for item_id, code in zip(table.item_ids, found.classes.tolist(), strict=True)},
        confidence=dict(zip(table.item_ids, found.confidence.tolist(), strict=True)),
        decided=decided,
    )
