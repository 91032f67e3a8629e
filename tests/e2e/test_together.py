"""Two people label the same batch at the same moment."""

from conftest import NewScreen
from servers import Server
from support.workers import until

_EACH = 15
# Labels by itself, faster than people do, so that the two pages really work at the same time.
_LABEL_ALONE = """() => {
    let place = 0;
    window.hand = setInterval(() => {
        place += 1;
        document.dispatchEvent(new KeyboardEvent("keydown", { code: `Digit${1 + (place % 8)}` }));
    }, 170);
}"""


def test_two_annotators_never_label_the_same_text(server: Server, new_screen: NewScreen) -> None:
    screens = {name: new_screen(server, annotator=name, owner=name) for name in ("Ana", "Ben")}
    for screen in screens.values():
        screen.wait_for_text()
        screen.page.evaluate(_LABEL_ALONE)
    for name, screen in screens.items():
        until(lambda name=name, screen=screen: len(screen.acts(name)) >= _EACH)
    for screen in screens.values():
        screen.page.evaluate("() => clearInterval(window.hand)")
    for screen in screens.values():
        screen.wait_until_saved()
    acts = screens["Ana"].acts()
    assert {name for _, name, *_ in acts} == {"Ana", "Ben"}
    assert len({item for item, *_ in acts}) == len(acts)
    for screen in screens.values():
        screen.page.reload()
        screen.wait_for_text()
        assert screen.count == f"Batch 1: {len(acts)} of 1000"
