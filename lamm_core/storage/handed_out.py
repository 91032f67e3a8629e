"""Which texts an annotator was asked about, or may have been."""

from sqlalchemy import BigInteger, Connection, bindparam, exists, or_, select

from lamm_core.storage.tables import annotator_language, batch_item, label

_ITEM, _ANNOTATOR = bindparam("item", type_=BigInteger), bindparam("annotator", type_=BigInteger)

_ACTED = exists(select(label.c.id).where(label.c.item_id == _ITEM, label.c.annotator_id == _ANNOTATOR))
_THEIRS = exists(
    select(batch_item.c.id).where(
        batch_item.c.item_id == _ITEM,
        or_(
            batch_item.c.annotator_id == _ANNOTATOR,
            batch_item.c.closed_by == _ANNOTATOR,
            batch_item.c.asked_annotator_id == _ANNOTATOR,
        ),
    )
)
_KNOWN = select(annotator_language.c.language).where(annotator_language.c.annotator_id == _ANNOTATOR)
# Who held it once leaves no trace when the lease goes to somebody else, and an answer may come later still.
_IN_A_BATCH = exists(
    select(batch_item.c.id).where(
        batch_item.c.item_id == _ITEM,
        batch_item.c.asked_annotator_id.is_(None),
        or_(~exists(_KNOWN), batch_item.c.language.in_(_KNOWN)),
    )
)
_MAY_HAVE_BEEN = select(or_(_ACTED, _THEIRS, _IN_A_BATCH))


def may_have_been(connection: Connection, item_id: int, annotator_id: int) -> bool:
    """Whether an annotator answered an item before, holds it, or some batch has it in a language that they know."""
    return bool(connection.execute(_MAY_HAVE_BEEN, {"item": item_id, "annotator": annotator_id}).scalar_one())
