"""The formats by name. A new one is a module of this package and a line below."""

from lamm_core.exchange.format import Format
from lamm_core.exchange.formats import (
    argilla,
    doccano,
    hugging_face,
    json_document,
    json_lines,
    label_studio,
    parquet,
    prodigy,
    separated,
    workbook,
)

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        separated.CSV,
        separated.TSV,
        json_lines.JSON_LINES,
        json_document.JSON,
        parquet.PARQUET,
        workbook.WORKBOOK,
        hugging_face.HUGGING_FACE,
        label_studio.LABEL_STUDIO,
        argilla.ARGILLA,
        doccano.DOCCANO,
        prodigy.PRODIGY,
    )
}
