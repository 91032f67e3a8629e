"""The few pages that nobody needs an account for: signing in, setting a password, signing out.

They are plain html without a script, so that nothing else is loaded for who is not signed in.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from starlette.responses import HTMLResponse

from lamm_core.credentials import LEAST_CHARACTERS, MOST_CHARACTERS
from lamm_core.words import language
from lamm_core.words import translate as _

_STYLE = files("lamm_core.web").joinpath("door.css").read_text("utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not less: a browser that keeps the referrer to itself sends forms without saying from where.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def sign_in_page(
    address: str, next_address: str, providers: Mapping[str, str], email: str = "", problem: str = "", status: int = 200
) -> HTMLResponse:
    """Ask for e-mail address and password, or offer the providers.

    Args:
        address: where the form is sent.
        next_address: where to go once signed in.
        providers: name of a provider to the address that leads there.
    """
    buttons = "".join(_way(_("Sign in by {provider}", provider=name), to) for name, to in providers.items())
    email_field = _field("email", _("E-mail address"), "email", "username", value=email, focus=not email)
    password_field = _field("password", _("Password"), "password", "current-password", focus=bool(email))
    fields = f"{_hidden('next', next_address)}{email_field}{password_field}"
    form = _form(address, fields, _("Sign in"))
    hint = _("No account yet, or the password forgotten? An admin gives you a link.")
    body = f"{_told(problem)}{form}{buttons}<p>{escape(hint)}</p>"
    return _page(_("Sign in"), body, status)


def password_page(address: str, token: str, name: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """Let the owner of a one-time link choose a password."""
    hint = _("At least {least} characters. A few words in a row are easy to keep in mind.", least=LEAST_CHARACTERS)
    limits = f'minlength="{LEAST_CHARACTERS}" maxlength="{MOST_CHARACTERS}"'
    field = _field("password", _("New password"), "password", "new-password", more=limits, focus=True)
    form = _form(address, f"{_hidden('token', token)}<p>{escape(hint)}</p>{field}", _("Set the password and sign in"))
    return _page(_("Welcome, {name}", name=name), _told(problem) + form, status)


def sign_out_page(address: str, back: str) -> HTMLResponse:
    """Ask whether to sign out; a mere visit does nothing, so that no link of a stranger does it."""
    hint = _("Labels that are still on their way in this browser are sent when you sign in again.")
    ways = _form(address, "", _("Sign out")) + _way(_("Stay"), back)
    return _page(_("Sign out of LAMM?"), f"<p>{escape(hint)}</p>{ways}")


def problem_page(problem: str, links: Sequence[tuple[str, str]], status: int) -> HTMLResponse:
    """One sentence about what went wrong, and where to go from here (words, address)."""
    onwards = "".join(_way(words, to) for words, to in links)
    return _page("LAMM", f"{_told(problem)}{onwards}", status)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    content = (
        f'<!doctype html><html lang="{escape(language())}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} · LAMM</title><style>{_STYLE}</style></head>"
        f'<body><main><p class="brand">LAMM</p><h1>{escape(title)}</h1>{body}</main></body></html>'
    )
    return HTMLResponse(content, status, headers=_HEADERS)


def _form(address: str, fields: str, button: str) -> str:
    return f'<form method="post" action="{escape(address)}">{fields}<button>{escape(button)}</button></form>'


def _field(
    name: str, words: str, kind: str, complete: str, *, value: str = "", more: str = "", focus: bool = False
) -> str:
    return (
        f'<label>{escape(words)}<input name="{name}" type="{kind}" autocomplete="{complete}" value="{escape(value)}" '
        f"required {more}{' autofocus' if focus else ''}></label>"
    )


def _way(words: str, to: str) -> str:
    return f'<a class="other" href="{escape(to)}">{escape(words)}</a>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _told(problem: str) -> str:
    return f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
