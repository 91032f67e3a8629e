"""What is known of a model: where it comes from, what it was fitted on, how good it was measured to be."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from lamm_core.records import LanguageState, Metric


@dataclass(frozen=True)
class LanguageFacts:
    """One language of the project that a model comes from.

    Attributes:
        language: BCP 47 tag.
        target: what the figure had to reach, 0 to 1.
        labels: labelled texts of the language that the model was fitted on.
        checked: check labels that it was measured with; never trained on.
        figure: what the target speaks of, as the round measured it, 0 to 1; None without a measurement.
        low, high: its 95 % interval; None without a measurement.
        status: how the figure stands to the target, by the bounds that hold over all rounds.
    """

    language: str
    target: float
    labels: int
    checked: int
    figure: float | None
    low: float | None
    high: float | None
    status: LanguageState

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """The language that a record describes.

        Raises:
            ValueError, KeyError, TypeError: it describes none.
        """
        return cls(
            language=_text(record["language"]),
            target=_share(record["target"]),
            labels=_count(record["labels"]),
            checked=_count(record["checked"]),
            figure=_share_or_none(record["figure"]),
            low=_share_or_none(record["low"]),
            high=_share_or_none(record["high"]),
            status=LanguageState(record["status"]),
        )


@dataclass(frozen=True)
class ModelFacts:
    """One version of a project's model.

    Attributes:
        project: name of the project.
        version: number of the model version, from 1 within the project.
        labels: labels that it was fitted on.
        fitted_at: when, ISO 8601 in UTC.
        seed: makes the fit repeatable.
        encoder: name of the encoder whose embeddings it takes.
        dimension: numbers that the encoder gives a text.
        classes: k names, in the order of the columns of probabilities.
        metric: what figures and targets speak of.
        languages: those of the project, in its order.
        settings: of preparation and classifier, by name.
        unknown_classes: classes of the project that the model never answers, since none of its labels had them.
    """

    project: str
    version: int
    labels: int
    fitted_at: str
    seed: int
    encoder: str
    dimension: int
    classes: tuple[str, ...]
    metric: Metric
    languages: tuple[LanguageFacts, ...]
    settings: Mapping[str, Any]
    unknown_classes: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """All of it as JSON has it; `from_record` reads it again."""
        return asdict(self) | {"settings": dict(self.settings)}

    @classmethod
    def from_record(cls, record: Any) -> Self:
        """The model that a record describes; what else the record holds is left aside.

        Raises:
            ValueError, KeyError, TypeError: it describes none.
        """
        return cls(
            project=_text(record["project"]),
            version=_count(record["version"]),
            labels=_count(record["labels"]),
            fitted_at=_text(record["fitted_at"]),
            seed=_count(record["seed"]),
            encoder=_text(record["encoder"]),
            dimension=_count(record["dimension"]),
            classes=tuple(map(_text, _list(record["classes"]))),
            metric=Metric(record["metric"]),
            languages=tuple(map(LanguageFacts.from_record, _list(record["languages"]))),
            settings=dict(record["settings"]),
            # Earlier versions of the program did not write them.
            unknown_classes=tuple(map(_text, _list(record.get("unknown_classes", [])))),
        )


def one_line(text: str) -> str:
    """The text with control characters as escapes: it stays in its line, and says nothing to a terminal."""
    return "".join(repr(each)[1:-1] if unicodedata.category(each) == "Cc" else each for each in text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is no share")
    return float(value)


def _share_or_none(value: Any) -> float | None:
    return None if value is None else _share(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} is no list")
    return value
