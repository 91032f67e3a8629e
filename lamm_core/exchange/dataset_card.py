"""The card of a Hugging Face dataset: what a README.md says of the files beside it, for people and for programs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lamm_core.exchange.format import About

NAME = "README.md"
_MAX_BYTES = 2**20
# What YAML does not take as it is, even in quotes.
_TO_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_COLUMNS = {
    "id": "of the text, in the systems that it came from",
    "text": "what was labelled",
    "language": "BCP 47 tag of the text's language",
    "label": "the class that the annotator chose",
    "annotator": "who chose it",
    "labelled_at": "when, in UTC",
    "seconds": "how long it took",
    "comment": "what the annotator wrote beside it",
    "round": "the round that asked for the label",
    "strategy": "how the round chose the text",
    "weight": "how far the language was from its target then",
    "uncertainty": "how unsure the model of the time was of the text",
    "model": "that model",
}


@dataclass(frozen=True)
class Card:
    """What is read from a card.

    Attributes:
        files: split to patterns of its files; empty where the card does not say.
        classes: column to the names that its numbers stand for.
    """

    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_card(folder: Path) -> Card:
    """The card of a folder; an empty one where there is none that can be read, as a dataset needs none."""
    path = folder / NAME
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return Card()
    from huggingface_hub import metadata_load  # here, since few files need it

    try:
        about = metadata_load(path)
    except Exception:  # noqa: BLE001 - errors of the YAML library, which has no class of errors in common with others
        return Card()
    known = about if isinstance(about, dict) else {}
    return Card(_files(known.get("configs")), _classes(known.get("dataset_info")))


def _dicts(value: object) -> list[dict[str, object]]:
    """The dicts in a list, or the one in the place of a list: nothing is sure of what somebody wrote."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _files(configs: object) -> dict[str, tuple[str, ...]]:
    found = _dicts(configs)
    first = next((each for each in found if each.get("config_name") == "default"), found[0] if found else {})
    value = first.get("data_files")
    if isinstance(value, str):
        return {"train": (value,)}
    return {
        str(each.get("split", "train")): tuple(paths) for each in _dicts(value) if (paths := _texts(each.get("path")))
    }


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _classes(info: object) -> dict[str, tuple[str, ...]]:
    return {
        str(feature.get("name")): names
        for each in _dicts(info)[:1]
        for feature in _dicts(each.get("features"))
        for kind in _dicts(feature.get("dtype"))
        for label in _dicts(kind.get("class_label"))
        if (names := _names(label.get("names")))
    }


def _names(value: object) -> tuple[str, ...]:
    """Names from a list, or from number to name."""
    if isinstance(value, dict):
        value = [value.get(str(place), value.get(place)) for place in range(len(value))]
    return tuple(map(str, value)) if isinstance(value, list) else ()


def card_text(about: About, features: Mapping[str, str], classes: Sequence[str], splits: Sequence[str]) -> str:
    """The content of a card.

    Args:
        features: column to type, as `datasets` calls it; "class_label" for the column of the classes.
        classes: their names, in the order of their numbers.
        splits: names of the parts, each of which has files `data/SPLIT-*`.
    """
    return "\n".join([*_head(about, features, classes, splits), *_body(about, features, splits), ""])


def _head(about: About, features: Mapping[str, str], classes: Sequence[str], splits: Sequence[str]) -> Iterator[str]:
    yield "---"
    if about.languages:
        yield "language:"
        yield from (f"- {_quoted(each)}" for each in about.languages)
    if about.project:
        yield f"pretty_name: {_quoted(about.project)}"
    yield from ("task_categories:", "- text-classification", "configs:", "- config_name: default", "  data_files:")
    for split in splits:
        yield from (f"  - split: {split}", f"    path: data/{split}-*")
    yield from ("dataset_info:", "  features:")
    for name, kind in features.items():
        yield f"  - name: {_quoted(name)}"
        if kind == "class_label":
            yield from ("    dtype:", "      class_label:", "        names:")
            yield from (f"          '{place}': {_quoted(each)}" for place, each in enumerate(classes))
        else:
            yield f"    dtype: {kind}"
    yield "---"


def _body(about: About, features: Mapping[str, str], splits: Sequence[str]) -> Iterator[str]:
    yield from (f"# {' '.join(about.project.split()) or 'Labels'}", "")
    yield "Texts and their classes, labelled with LAMM. A text that several people labelled has a row for each."
    yield from ("", "## How the texts were chosen", "")
    yield (
        "`train` is **not a random sample**. Active learning chose its texts: those of languages whose accuracy was far"
        " from its target, and those that the model of the time was unsure of. Shares of classes and languages in it"
        " say nothing about the texts that it was chosen from."
    )
    if "validation" in splits:
        yield from ("", "`validation` is the check set: drawn at random in each language, and never trained on.")
    yield from ("", "## Columns", "")
    yield from (f"- `{name}`{f': {_COLUMNS[name]}' if name in _COLUMNS else ''}" for name in features)


def _quoted(text: str) -> str:
    """A text as YAML takes it, whatever is in it: a text of JSON is one of YAML but for some characters."""
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
