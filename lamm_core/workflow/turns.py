"""A turn of the labelling card: store what was done and hand out what comes next, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from lamm_core.errors import LammError
from lamm_core.records import BatchProgress, Lease, OpenItems, Project
from lamm_core.storage import queue_counts
from lamm_core.workflow import automatic
from lamm_core.workflow.acts import Act, Receipt, apply_act, lock_annotator
from lamm_core.workflow.labelling import claim_within
from lamm_core.workflow.rights import needs_self
from lamm_core.workflow.workspace import Workspace, utc_now

# Texts held in the browser: the next one is on the screen at once while the answer travels behind, and labelling goes
# on where the connection is lost. Where few are left, fewer are held, so that nobody waits for a colleague's lease.
HELD, HELD_AT_THE_END = 8, 4
_FEW_LEFT = 24


@dataclass(frozen=True)
class Turn:
    """What came of a turn.

    Attributes:
        outcomes: for each act its receipt; or why it can never be stored, in which case sending it again is no use.
        leases: all that the annotator holds now; None where nothing was claimed.
        progress: how far the newest batch is.
    """

    outcomes: tuple[Receipt | LammError, ...]
    leases: tuple[Lease, ...] | None
    progress: BatchProgress


@needs_self
def take_turn(workspace: Workspace, project: Project, annotator_id: int, acts: Sequence[Act], *, claims: bool) -> Turn:
    """Store acts in their order and claim what comes next; committed, all of it, when this returns.

    An act that cannot be stored is passed over, and those after it are tried all the same. The next round is started
    if the batch is nearly done.

    Args:
        claims: whether the annotator wants further items; leases held already are made longer.

    Raises:
        UnknownAnnotator: there is no annotator of that id.
        StorageUnavailable: the database did not take it; nothing is stored, send it again.
    """
    with workspace.database.write() as connection:
        lock_annotator(connection, annotator_id)
        strict = not workspace.actor.is_operator
        outcomes = tuple(_apply(connection, project, annotator_id, act, only_handed_out=strict) for act in acts)
        leases = _claim(connection, project, annotator_id) if claims else None
        progress = queue_counts.progress(connection, project.id, utc_now())
    if any(isinstance(each, Receipt) and not (each.repeated or each.gold) for each in outcomes):
        open_items = OpenItems(progress.open, progress.open - progress.held)
        automatic.start_round_if_due(workspace, project, open_items)
    return Turn(outcomes, leases, progress)


def _apply(
    connection: Connection, project: Project, annotator_id: int, act: Act, *, only_handed_out: bool
) -> Receipt | LammError:
    try:
        return apply_act(connection, project, annotator_id, act, only_handed_out=only_handed_out)
    except LammError as error:
        return error


def _claim(connection: Connection, project: Project, annotator_id: int) -> tuple[Lease, ...]:
    is_near_the_end = queue_counts.count_open(connection, project.id, utc_now()).open < _FEW_LEFT
    return tuple(claim_within(connection, project, annotator_id, HELD_AT_THE_END if is_near_the_end else HELD))
