"""The part of a language's section that says how far its annotators agree."""

from lamm_core.report.markup import Column, heading, safe, table
from lamm_core.words import in_context, number
from lamm_core.words import translate as _
from lamm_core.workflow.agreement import Agreement
from lamm_core.workflow.agreement_words import (
    ANNOTATORS_SAY,
    CLASSES_SAY,
    PAIRS_SAY,
    agreement_sentences,
    short_figure,
    short_share,
)


def agreement_part(found: Agreement) -> str:
    """What the figures say; where they are low, the classes and pairs that disagree most; then each annotator."""
    parts = [heading(_("Agreement")), f"<p>{safe(' '.join(agreement_sentences(found)))}</p>"]
    if found.is_low:
        parts += [_classes(found), _pairs(found)]
    if found.items:
        parts.append(_annotators(found))
    return "\n".join(filter(None, parts))


def _classes(found: Agreement) -> str:
    if not found.weak_classes:
        return ""
    columns = (Column(in_context("column", "class")), Column(in_context("column", "alpha"), "number"))
    rows = [(safe(each.class_name), safe(short_figure(each.alpha))) for each in found.weak_classes]
    caption = _(CLASSES_SAY)
    return table(columns, rows, caption)


def _pairs(found: Agreement) -> str:
    # With two annotators, the pair says what the whole says.
    if not found.weak_pairs or len(found.pairs) == 1:
        return ""
    columns = (
        Column(in_context("column", "annotators")),
        Column(in_context("column", "shared texts"), "number"),
        Column(in_context("column", "kappa"), "number"),
    )
    rows = [
        (safe(f"{each.first}, {each.second}"), number(each.kappa.units, ","), safe(short_figure(each.kappa)))
        for each in found.weak_pairs
    ]
    return table(columns, rows, _(PAIRS_SAY))


def _annotators(found: Agreement) -> str:
    columns = (
        Column(in_context("column", "annotator")),
        Column(in_context("column", "texts"), "number"),
        Column(in_context("column", "as the others"), "number"),
        Column(in_context("column", "gold right"), "number"),
    )
    rows = [
        (
            safe(each.name),
            number(each.items, ","),
            safe(short_share(each.with_others)),
            safe(short_share(each.gold)),
        )
        for each in found.annotators
    ]
    caption = _(ANNOTATORS_SAY)
    return table(columns, rows, caption)
