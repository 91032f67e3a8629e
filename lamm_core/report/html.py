"""The report as one web page that needs nothing but itself."""

import base64
import hashlib
from collections.abc import Sequence

from plotly.offline import get_plotlyjs

from lamm_core.errors import InvalidInput
from lamm_core.records import Project
from lamm_core.report.figures import SCRIPT
from lamm_core.report.language import language_section
from lamm_core.report.markup import safe
from lamm_core.report.overview import overview
from lamm_core.report.style import STYLE
from lamm_core.words import language
from lamm_core.words import translate as _
from lamm_core.workflow.details import language_details
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.workspace import Workspace, utc_now


def report_html(workspace: Workspace, project: Project, languages: Sequence[str] | None = None) -> str:
    """The whole page: where the project stands, then each language in detail.

    Args:
        workspace: where the project is.
        project: the project.
        languages: those that get a section of their own, in this order; None for all, the one most in need first. The
            overview always tells of all.

    Returns:
        HTML that loads nothing from anywhere: its policy forbids it, and lets no script run but its own two.

    Raises:
        InvalidInput: the project lacks one of the languages.
    """
    check_languages(project, languages or ())
    status = project_status(workspace, project)
    by_code = {each.language: each for each in status.languages}
    sections = tuple(by_code if languages is None else dict.fromkeys(languages))
    rounds = {each.round.id: each.round.number for each in round_history(workspace, project)}
    serving = rounds.get(status.model.round_id) if status.model else None
    body = "\n".join(
        [
            overview(status, serving, utc_now(), sections),
            *(language_section(language_details(workspace, project, code), by_code[code], status) for code in sections),
        ]
    )
    plotly = get_plotlyjs()
    title = _("{project}: report", project=project.name)
    without_script = _("The charts need JavaScript; the tables do not.")
    return f"""<!doctype html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(plotly, SCRIPT)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{safe(title)}</title>
<style>{STYLE}</style>
<script>{plotly}</script>
</head>
<body>
{body}
<noscript><p class="faint">{safe(without_script)}</p></noscript>
<script>{SCRIPT}</script>
</body>
</html>
"""


def check_languages(project: Project, languages: Sequence[str]) -> None:
    """Raise InvalidInput unless the project has all of these languages."""
    unknown = [each for each in languages if each not in project.languages]
    if unknown:
        there = ", ".join(sorted(project.languages))
        raise InvalidInput(
            _(
                "The project {name!r} has no language {language!r}; it has: {known}.",
                name=project.name,
                language=unknown[0],
                known=there,
            )
        )


def _policy(*scripts: str) -> str:
    """Nothing is fetched, and no script runs but these, whatever a text of the project says."""
    digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    allowed = " ".join(f"'sha256-{each}'" for each in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
