"""One annotator at the card: what was pressed, and what is stored of it."""

from typing import Any

from screen import READING_MS, Screen
from sqlalchemy import select
from support import world

from lamm_core.storage import labels
from lamm_core.storage.tables import label, project_class


class Hand(Screen):
    """The screen of an annotator of their own, who has done nothing before."""

    @property
    def done(self) -> list[tuple[str, str | None]]:
        """What is stored of this annotator: (action, class), oldest first."""
        return [(action, class_name) for *_, action, class_name in self.acts(self.annotator)]

    @property
    def remarks(self) -> list[tuple[str, str | None, bool, str | None]]:
        """As `done`, with flag and comment."""
        annotator = world.ensure_annotator(self.server.workspace, str(self.annotator))
        items = dict.fromkeys(item for item, *_ in self.acts(self.annotator))
        with self.server.workspace.database.read() as connection:
            events = [each for item in items for each in labels.history(connection, item, annotator)]
        return [
            (each.action.value, each.class_name, each.flagged, each.comment)
            for each in sorted(events, key=lambda each: each.id)
        ]

    @property
    def suggested(self) -> list[str | None]:
        """The class that the model had suggested for each act of this annotator, oldest first."""
        annotator = world.ensure_annotator(self.server.workspace, str(self.annotator))
        query = (
            select(project_class.c.name)
            .select_from(label)
            .outerjoin(project_class, project_class.c.id == label.c.suggested_class_id)
            .where(label.c.annotator_id == annotator)
            .order_by(label.c.id)
        )
        with self.server.workspace.database.read() as connection:
            return list(connection.execute(query).scalars())

    def class_of(self, key: int) -> str:
        """The class that a digit gives."""
        return self.project.settings.classes[key - 1]

    def read(self) -> None:
        """As long as the card refuses keys after something new is on it."""
        self.page.wait_for_timeout(READING_MS)

    def tap(self, *keys: str) -> None:
        """Press keys one after the other, at the pace of a person."""
        for key in keys:
            self.read()
            self.page.keyboard.press(key)

    def hold(self, key: str, seconds: float = 1.0) -> None:
        """Hold a key; all but the first of its events are repeats."""
        for _ in range(round(30 * seconds)):
            self.page.keyboard.down(key)
            self.page.wait_for_timeout(33)
        self.page.keyboard.up(key)

    def dispatch(self, **event: Any) -> None:
        """A key as a keyboard of another layout, or an input method, sends it."""
        self.read()
        self.page.evaluate(
            "(event) => document.body.dispatchEvent(new KeyboardEvent('keydown', event))", event | {"bubbles": True}
        )

    def labels_once_more(self) -> list[tuple[str, str | None]]:
        """Give one more label, wait until all is saved, and return everything stored.

        Acts are stored in the order in which they were made, so nothing can still be on its way afterwards.
        """
        self.read()
        self.press("8")
        self.wait_until_saved()
        return self.done
