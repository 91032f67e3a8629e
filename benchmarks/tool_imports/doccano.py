"""What doccano makes of an export: its importer stores the file in a database, and its exporter writes it again.

Runs where `pip install doccano 'numpy<2' 'marshmallow<4' 'setuptools<80'` was done, which LAMM cannot share: doccano
holds pandas and SQLAlchemy below 2.

    DATABASE_URL=sqlite:////tmp/doccano.sqlite3 python benchmarks/tool_imports/doccano.py labels.jsonl OUT.jsonl
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command


def main(exported: Path, out: Path) -> None:
    """Import the file into a new project, export that, and say what was found.

    Args:
        exported: from `lamm export … --format doccano`.
        out: what doccano's own export is written to.
    """
    from data_export.models import ExportedExample
    from data_export.pipeline.dataset import Dataset
    from data_export.pipeline.factories import create_comment, create_formatter, create_labels, create_writer
    from data_export.pipeline.services import ExportApplicationService
    from data_import.datasets import load_dataset
    from data_import.pipeline.catalog import JSONL
    from data_import.pipeline.readers import FileName
    from django.contrib.auth import get_user_model
    from projects.models import Project, ProjectType

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("lamm")
    project = Project.objects.create(
        name="from LAMM",
        project_type=ProjectType.DOCUMENT_CLASSIFICATION,
        created_by=user,
        collaborative_annotation=True,
    )
    file = FileName(full_path=str(exported), generated_name=exported.name, upload_name=exported.name)
    dataset = load_dataset(ProjectType.DOCUMENT_CLASSIFICATION, JSONL, [file], project, encoding="utf_8")
    dataset.save(user, batch_size=100)
    examples = ExportedExample.objects.filter(project=project)
    service = ExportApplicationService(
        Dataset(examples, create_labels(project, examples), create_comment(examples)),
        create_formatter(project, JSONL.name),
        create_writer(JSONL.name),
    )
    service.export(str(out))
    print(f"{examples.count()} texts, {len(dataset.errors)} errors")


if __name__ == "__main__":
    import backend

    sys.path.insert(0, str(Path(backend.__file__).parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
