"""What must hold: the logs of the annotators against each other and against the export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from piloting.logs import Acknowledged, AnnotatorLog


@dataclass(frozen=True)
class Faults:
    """What went wrong; one sentence each, none in a good run.

    Attributes:
        handed_twice: items that two annotators got, or one annotator again after labelling them.
        lost: labels that were acknowledged and are not in the export as they were given.
        unasked: labels in the export that no annotator was told of.
    """

    handed_twice: tuple[str, ...]
    lost: tuple[str, ...]
    unasked: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every fault."""
        return self.handed_twice + self.lost + self.unasked


# (id of the item, annotator) to the class, and whether it decides.
_Stored = Mapping[tuple[str, str], tuple[str, bool]]


def find_faults(logs: Sequence[AnnotatorLog], exported: pd.DataFrame, truth: Mapping[str, str]) -> Faults:
    """Hold the annotators' logs against each other and against the export.

    Args:
        logs: one log an annotator.
        exported: columns id, class, annotator, source and deciding, as text.
        truth: id of an item to the class that its label must have.
    """
    human = exported[exported["source"] == "human"]
    stored = {
        (row["id"], row["annotator"]): (row["class"], row["deciding"] == "True") for row in human.to_dict("records")
    }
    return Faults(tuple(_handed_twice(logs)), tuple(_lost(logs, stored, truth)), tuple(_unasked(logs, stored)))


def _handed_twice(logs: Sequence[AnnotatorLog]) -> list[str]:
    """Items with two annotators, and items that came back to one after the label; what one holds may come again."""
    faults = []
    holders: dict[int, str] = {}
    for log in logs:
        done: set[int] = set()
        for event in log.events:
            if isinstance(event, Acknowledged):
                done.add(event.item_id)
                continue
            for item_id in event.item_ids:
                first = holders.setdefault(item_id, log.name)
                if first != log.name:
                    faults.append(f"Item {item_id} was handed to {first!r} and to {log.name!r}.")
                elif item_id in done:
                    faults.append(f"Item {item_id} was handed to {log.name!r} again after it was labelled.")
    return list(dict.fromkeys(faults))


def _lost(logs: Sequence[AnnotatorLog], stored: _Stored, truth: Mapping[str, str]) -> list[str]:
    faults = []
    for log in logs:
        for label in log.labels:
            what = f"The label {label.class_name!r} of {log.name!r} on {label.external_id!r}"
            class_name, decides = stored.get((label.external_id, log.name), (None, False))
            if class_name is None:
                faults.append(f"{what} is not in the export.")
            elif not class_name == label.class_name == truth[label.external_id]:
                faults.append(f"{what} is {class_name!r} in the export and was {truth[label.external_id]!r}.")
            elif not decides:
                faults.append(f"{what} does not decide the item's class.")
    return faults


def _unasked(logs: Sequence[AnnotatorLog], stored: _Stored) -> list[str]:
    given = {(label.external_id, log.name) for log in logs for label in log.labels}
    return [
        f"The export has a label of {annotator!r} on {item!r} that was never acknowledged."
        for item, annotator in stored
        if (item, annotator) not in given
    ]
