"""What Label Studio's own package makes of an export: it checks every annotation, and converts all of them.

Each annotation is held against a labelling configuration; the converter writes JSON-MIN and CSV. Runs where
`pip install label-studio-sdk` was done, which LAMM cannot share: it holds numpy below 2.3.

    python benchmarks/tool_imports/label_studio.py labels.json CONFIG.xml OUT
"""

import json
import sys
from pathlib import Path

from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface


def main(exported: Path, config: str, out: Path) -> None:
    """Validate the file, convert it, and say what was found.

    Args:
        exported: from `lamm export … --format label-studio`.
        config: labelling configuration, as docs/formats.md has it.
        out: folder that gets `min.json` and `labels.csv`.
    """
    interface = LabelInterface(config)
    interface.validate()
    tasks = json.loads(exported.read_text("utf-8"))
    annotations = [each for task in tasks for each in task["annotations"]]
    refused = [each for each in annotations if not interface.validate_annotation(each)]
    bare = [task for task in tasks if not interface.validate_task({"data": task["data"]})]
    print(f"{len(tasks)} tasks ({len(bare)} refused), {len(annotations)} annotations ({len(refused)} refused)")
    # As the server would have stored them.
    for number, task in enumerate(tasks, 1):
        task["id"] = number
        for place, annotation in enumerate(task["annotations"]):
            annotation |= {"id": 10 * number + place, "completed_by": {"email": f"{place}@example.org"}}
            annotation.setdefault("updated_at", annotation["created_at"])
    out.mkdir(parents=True, exist_ok=True)
    stored = out / "stored.json"
    stored.write_text(json.dumps(tasks), "utf-8")
    converter = Converter(config, str(out), download_resources=False)
    converter.convert_to_json_min(str(stored), str(out / "min"), is_dir=False)
    converter.convert_to_csv(str(stored), str(out / "labels.csv"), is_dir=False, sep=",")
    (out / "min" / "result.json").replace(out / "min.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8"), Path(sys.argv[3]))
