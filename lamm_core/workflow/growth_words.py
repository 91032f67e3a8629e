"""What is said where a project has grown beyond its model, or beyond its older labels."""

from collections.abc import Collection, Iterator

from lamm_core.language_names import language_name
from lamm_core.words import number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.growth import Growth

_SHOWN = 5  # classes or languages that a sentence counts one by one


def beyond_model(growth: Growth) -> list[str]:
    """Sentences on classes and languages that the newest model does not know; none where it knows all."""
    return [*_unknown_classes(growth), *_unlabelled(growth), *_unknown_languages(growth)]


def labelled_before(growth: Growth) -> list[str]:
    """Sentences on labels from before the newest classes came; none where there are none."""
    if not growth.is_labelled_before:
        return []
    return [*_pool(growth), *_check(growth)]


def where_to_look() -> str:
    """Where texts that were labelled before a class came can be looked at."""
    return _(
        "The page Review lists these texts: the likeliest errors first, once a model knows the class, then those of "
        "the check set."
    )


def unknown_to(growth: Growth) -> str:
    """The one sentence that whoever uses the model has to know; empty where it knows all classes."""
    return next(_unknown_classes(growth), "")


def _unknown_classes(growth: Growth) -> Iterator[str]:
    if growth.unknown and growth.version is not None:
        yield _(
            "Version {version} of the model knows {known} of {all} classes: it never answers {names}.",
            version=growth.version,
            known=growth.classes - len(growth.unknown),
            all=growth.classes,
            names=_quoted(growth.unknown),
        )


def _unlabelled(growth: Growth) -> Iterator[str]:
    if growth.unlabelled:
        yield _(
            "No labelled text has {names} yet, and no strategy can look for a class that the model has never seen: "
            "bring in some texts of it with their class, or let annotators choose it where they meet it.",
            names=_quoted(growth.unlabelled),
        )


def _unknown_languages(growth: Growth) -> Iterator[str]:
    if growth.languages and growth.version is not None:
        yield _(
            "Version {version} of the model was fitted before {languages} came: it takes these texts as of no language "
            "that it knows, and their accuracy counts as 0 until check texts say more, so that the next batch has many "
            "of them.",
            version=growth.version,
            languages=_(", ").join(map(language_name, growth.languages)),
        )


def _pool(growth: Growth) -> Iterator[str]:
    if growth.labelled_before:
        yield _(
            "Labels given before {names} was there may be wrong now: {counts}.",
            names=_quoted(growth.newest),
            counts=_counted([_texts_of(name, count) for name, count in growth.labelled_before.items()]),
        )


def _texts_of(class_name: str, count: int) -> str:
    return plural("{count:,} text of {class_name!r}", "{count:,} texts of {class_name!r}", count, class_name=class_name)


def _check(growth: Growth) -> Iterator[str]:
    counts = [f"{language_name(code)} {number(count, ',')}" for code, count in growth.checked_before.items()]
    if counts:
        yield _(
            "The check set was labelled without it: {counts}. Figures are too high or too low until these texts are "
            "looked at again.",
            counts=_counted(counts),
        )


def _counted(parts: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(parts) - _SHOWN
    if more > 0:
        parts = [*parts[:_SHOWN], _("{count:,} more", count=more)]
    return _(", ").join(parts)


def _quoted(names: Collection[str]) -> str:
    return _counted([repr(each) for each in names])
