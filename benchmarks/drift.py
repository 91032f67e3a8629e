"""Can a notice of drift be trusted, and what does it miss: false alarms, power, the told share, other tests."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from drifting.planted import Kind, read_language
from drifting.runs import Setting, false_notices, measure, rivals, seconds_of_a_round
from lamm_core.errors import LammError
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.threads import with_one_thread
from lamm_core.settings import load_settings

_ENCODER = "builtin:use-multilingual"
_CHECKED = (50, 100, 200, 400)
_SHARES = (0.1, 0.2, 0.4)
_TEXTS = 600


@with_one_thread
def main() -> int:
    """Measure, tell each figure as it comes, and write all of them into a file."""
    options = _options()
    store = EmbeddingStore(load_settings(options.home).embeddings, _ENCODER)
    file = options.data / "software_catalogue.parquet"
    languages = [read_language(file, name, options.rows, store) for name in options.languages.split(",")]
    found: dict[str, object] = {"languages": {each.name: len(each.classes) for each in languages}}

    def tell(name: str, value: object) -> None:
        found[name] = value
        print(f"{name}: {json.dumps(value)}", flush=True)

    null = [Setting(Kind.NONE, 0.0, checked, _TEXTS) for checked in (30, *_CHECKED)]
    planted = [
        Setting(kind, share, checked, _TEXTS)
        for kind in Kind
        if kind is not Kind.NONE
        for share in _SHARES
        for checked in _CHECKED
    ]
    tell("seconds of a round", seconds_of_a_round(languages[0], 300, 2_000))
    tell("no drift", [asdict(measure(languages, each, options.null_draws)) for each in null])
    tell("planted", [asdict(measure(languages, each, options.draws)) for each in planted])
    told, naive = false_notices(languages, options.projects)
    tell("projects", {"without drift": options.projects, "told of drift": told, "told at 5 % a comparison": naive})
    tell("rivals", {"kinds": list(Kind), **rivals(languages, 0.2, 100, _TEXTS, options.rival_draws)})
    if options.json:
        options.json.write_text(json.dumps(found, indent=2), encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of software_catalogue.parquet")
    parser.add_argument("--home", type=Path, help="data folder that keeps the embeddings")
    parser.add_argument("--languages", default="fr,da,ja", help="codes, separated by commas")
    parser.add_argument("--rows", type=int, default=4_000, help="texts of each language, at most")
    parser.add_argument("--null-draws", type=int, default=400, help="draws without drift, a setting and language")
    parser.add_argument("--draws", type=int, default=40, help="draws with drift, a setting and language")
    parser.add_argument("--projects", type=int, default=60, help="projects that are looked at 20 times")
    parser.add_argument("--rival-draws", type=int, default=20, help="draws for the other tests, a kind and language")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LammError as error:
        sys.exit(f"{error}")
