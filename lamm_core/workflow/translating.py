"""Translate labelled texts into the other languages of their project, for training."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from lamm_core.actors import Role
from lamm_core.errors import LammError, TranslationStopped, TranslatorUnavailable
from lamm_core.model.embedding_store import text_key
from lamm_core.records import Project
from lamm_core.storage import items, labels, translations
from lamm_core.storage.translations import NewTranslation
from lamm_core.trail import AuditAction
from lamm_core.translation.batching import Patience, translate_in_batches
from lamm_core.translation.translators import Translator, load_translator
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs
from lamm_core.workflow.translation_runs import only_translator
from lamm_core.workflow.workspace import Workspace, utc_now

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LanguageEstimate:
    """What is to be translated into one language."""

    language: str
    texts: int
    characters: int


@dataclass(frozen=True)
class TranslationEstimate:
    """What translating would do now; what is translated already is not in it.

    Attributes:
        translator: name of the translator.
        items: labelled items of the pool that lack a translation.
        languages: the languages that texts are to be translated to, in the order of the project.
        reused: translations that cost nothing, since the translator gave them for the same text already.
        unsupported: pairs of languages (from, to) that the translator does not know.
        price_per_million_characters: in US dollars.
    """

    translator: str
    items: int
    languages: tuple[LanguageEstimate, ...]
    reused: int
    unsupported: tuple[tuple[str, str], ...]
    price_per_million_characters: float

    @property
    def texts(self) -> int:
        """Translations to make; a text that several items have counts once for each language."""
        return sum(each.texts for each in self.languages)

    @property
    def characters(self) -> int:
        """Characters that go to the translator."""
        return sum(each.characters for each in self.languages)

    @property
    def cost(self) -> float:
        """US dollars."""
        return self.characters * self.price_per_million_characters / 1_000_000

    @property
    def summary(self) -> str:
        """Texts, characters and cost in one clause, for the command line."""
        price = f"about ${self.cost:,.2f}" if self.cost else "at no cost"
        return f"{self.texts:,} texts, {self.characters:,} characters, {price}"


@dataclass(frozen=True)
class TranslationResult:
    """What translating did.

    Attributes:
        translated: texts that the translator was asked for.
        without: those of them that it had no translation for.
        reused: translations taken over from the same text of another item.
        left: texts that were not come to, because it was cancelled.
    """

    translated: int
    without: int
    reused: int
    left: int

    @property
    def summary(self) -> str:
        """What was done, in one sentence, for the command line."""
        parts = [f"{self.translated - self.without:,} texts translated"]
        if self.reused:
            parts.append(f"{self.reused:,} taken over from equal texts")
        if self.without:
            parts.append(f"{self.without:,} without a translation")
        if self.left:
            parts.append(f"{self.left:,} left for the next time")
        return ", ".join(parts) + "."


@dataclass(frozen=True)
class TranslationCounts:
    """How many translations a project has.

    Attributes:
        stored: translations that are kept.
        without: texts that a translator was asked for and had none.
        wanted: labelled items of the pool, once for each other language.
        newest_label_id: grows with every change of a label.
    """

    stored: int
    without: int
    wanted: int
    newest_label_id: int | None


@needs(Role.MANAGER)
def translation_estimate(workspace: Workspace, project: Project) -> TranslationEstimate:
    """What translating would do now, and what it would cost. Nothing is sent to a translator.

    Raises:
        TranslatorUnavailable: the project has no translator, or it cannot be loaded.
        TranslatorBusy: the translator does not answer when it is asked for its languages.
    """
    translator = _translator_of(project)
    plan = _plan(workspace, project, translator)
    texts: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for each in plan.texts:
        texts[each.target] += 1
        characters[each.target] += each.characters
    return TranslationEstimate(
        translator=translator.name,
        items=len({item_id for each in plan.texts for item_id in each.item_ids} | {pair[0] for pair in plan.reused}),
        languages=tuple(
            LanguageEstimate(language, texts[language], characters[language])
            for language in project.languages
            if texts[language]
        ),
        reused=len(plan.reused),
        unsupported=plan.unsupported,
        price_per_million_characters=translator.price_per_million_characters,
    )


@needs(Role.MANAGER)
def translation_counts(workspace: Workspace, project: Project) -> TranslationCounts:
    """How many translations there are, and how many there would be if all were made."""
    with workspace.database.read() as connection:
        stored = translations.count(connection, project.id)
        labelled = translations.count_labelled(connection, project.id)
        newest = labels.newest_label_id(connection, project.id)
    return TranslationCounts(stored[True], stored[False], labelled * (len(project.languages) - 1), newest)


@needs(Role.MANAGER)
def translate_labels(
    workspace: Workspace,
    project: Project,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    patience: Patience | None = None,
) -> TranslationResult:
    """Translate every labelled item of the pool into every other language, as far as that is not done yet.

    Each request is saved before the next is made, so that what was paid for is kept whatever happens; running it again
    goes on from there.

    Args:
        progress: called with (texts done, texts to do) at the start and after each request.
        cancelled: asked before each request; True ends it.
        patience: how often and how long a translator that is busy is waited for.

    Raises:
        TranslatorUnavailable: the project has no translator, or it cannot be loaded.
        TranslationRunning: another process translates for this project.
        TranslationStopped: the translator failed; the message says how many texts are done.
    """
    translator = _translator_of(project)
    with only_translator(workspace, project):
        plan = _plan(workspace, project, translator)
        _reuse(workspace, project, translator, plan)
        run = _Run(workspace, project, translator, len(plan.texts), progress)
        try:
            for pair, group in plan.by_pair().items():
                if not run.translate(pair, group, cancelled, patience):
                    break
        except LammError as error:
            raise TranslationStopped(
                _(
                    "{reason}; {done:,} of {all:,} texts are translated and kept, and running it again goes on from "
                    "there.",
                    reason=str(error).rstrip("."),
                    done=run.done,
                    all=len(plan.texts),
                )
            ) from error
    return TranslationResult(run.done, run.without, len(plan.reused), len(plan.texts) - run.done)


@needs(Role.MANAGER)
def remove_translations(workspace: Workspace, project: Project) -> int:
    """Remove all translations of a project, so that the next round is trained without; returns how many there were.

    Raises:
        TranslationRunning: translations are being made at this moment.
    """
    with only_translator(workspace, project), workspace.database.write() as connection:
        removed = translations.remove_all(connection, project.id)
        note(connection, workspace, AuditAction.TRANSLATION, project.id, change="removed", texts=removed)
        return removed


@dataclass(frozen=True)
class _Text:
    """One text to translate, and the items that have it."""

    source: str
    target: str
    characters: int
    item_ids: list[int]


@dataclass(frozen=True)
class _Plan:
    """What is to be done: texts to translate, and (item id, language, id of a translation) to take over."""

    texts: tuple[_Text, ...]
    reused: tuple[tuple[int, str, int], ...]
    unsupported: tuple[tuple[str, str], ...]

    def by_pair(self) -> dict[tuple[str, str], list[_Text]]:
        """The texts by the languages they are translated from and to."""
        groups: dict[tuple[str, str], list[_Text]] = {}
        for each in self.texts:
            groups.setdefault((each.source, each.target), []).append(each)
        return groups


def _translator_of(project: Project) -> Translator:
    if not project.settings.translator:
        raise TranslatorUnavailable(_("No translator is set for {name!r}; set one in its settings.", name=project.name))
    return load_translator(project.settings.translator)


def _plan(workspace: Workspace, project: Project, translator: Translator) -> _Plan:
    with workspace.database.read() as connection:
        labelled = translations.labelled_texts(connection, project.id)
        answered = translations.answered(connection, project.id, translator.name)
        known = translations.answers_by_text(connection, project.id, translator.name)
    pairs = {(source, target) for source in {each.language for each in labelled} for target in project.languages}
    able = {pair: translator.supports(*pair) for pair in sorted(pairs) if pair[0] != pair[1]}
    texts: dict[translations.TextToTranslate, _Text] = {}
    reused: list[tuple[int, str, int]] = []
    for each in labelled:
        for target in project.languages:
            wanted = (each.language, each.text_key, target)
            if (each.item_id, target) in answered or not able.get((each.language, target), False):
                continue
            if wanted in known:
                reused.append((each.item_id, target, known[wanted]))
            else:
                new = _Text(each.language, target, each.characters, [])
                texts.setdefault(wanted, new).item_ids.append(each.item_id)
    unsupported = tuple(pair for pair, can in able.items() if not can)
    return _Plan(tuple(texts.values()), tuple(reused), unsupported)


def _reuse(workspace: Workspace, project: Project, translator: Translator, plan: _Plan) -> None:
    """Give items what the translator gave for the same text of another item."""
    if not plan.reused:
        return
    with workspace.database.write() as connection:
        answers = translations.read_answers(connection, sorted({answer for _, _, answer in plan.reused}))
        copies = [
            NewTranslation(item_id, target, answers[answer].text, answers[answer].text_key)
            for item_id, target, answer in plan.reused
        ]
        translations.save(connection, project.id, copies, translator.name, utc_now())


@dataclass
class _Run:
    """Translating as it goes on: what is asked, what is saved, and how far it is."""

    workspace: Workspace
    project: Project
    translator: Translator
    total: int
    progress: Progress | None
    done: int = field(default=0)
    without: int = field(default=0)

    def __post_init__(self) -> None:
        self._report()

    def translate(
        self,
        pair: tuple[str, str],
        group: list[_Text],
        cancelled: Callable[[], bool],
        patience: Patience | None,
    ) -> bool:
        """Translate texts of one pair of languages; False when it was cancelled."""
        texts = self._read(group)
        requests = translate_in_batches(self.translator, texts, *pair, patience=patience)
        waiting = iter(group)
        while not cancelled():
            made = next(requests, None)
            if made is None:
                return True
            self._save([(next(waiting), text) for text in made])
        return False

    def _read(self, group: list[_Text]) -> list[str]:
        first = [each.item_ids[0] for each in group]
        with self.workspace.database.read() as connection:
            texts = dict(items.read_texts(connection, first))
        return [texts[item_id] for item_id in first]

    def _save(self, made: list[tuple[_Text, str | None]]) -> None:
        new = [
            NewTranslation(item_id, each.target, text, None if text is None else text_key(text))
            for each, text in made
            for item_id in each.item_ids
        ]
        with self.workspace.database.write() as connection:
            translations.save(connection, self.project.id, new, self.translator.name, utc_now())
        self.done += len(made)
        self.without += sum(text is None for _, text in made)
        self._report()

    def _report(self) -> None:
        if self.progress:
            self.progress(self.done, self.total)
