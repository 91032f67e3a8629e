"""Accounts: who is let in, how a session ends, and what nobody can learn or take."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from support import world
from support.site import PASSWORD, new_user

from lamm_core.accounts import Identity
from lamm_core.actors import Role
from lamm_core.credentials import token_hash
from lamm_core.errors import InvalidInput, InvalidUser, SignInFailed, StorageUnavailable, TooManySignIns, UnknownUser
from lamm_core.storage.team_tables import one_time_token, user_account, user_session
from lamm_core.trail import AuditAction, TrailFilter
from lamm_core.workflow import signing_in, users
from lamm_core.workflow.audit import whole_trail
from lamm_core.workflow.signing_in import IDLE, SESSION, actor_of, sign_in, sign_in_by_link, sign_in_by_provider
from lamm_core.workflow.workspace import Workspace, utc_now

HERE = "192.0.2.1"


@pytest.fixture
def ada(workspace: Workspace) -> signing_in.SignedIn:
    """The first admin, signed in."""
    return new_user(workspace, "ada", is_admin=True)


def test_the_first_account_is_an_admins(workspace: Workspace) -> None:
    assert not users.has_accounts(workspace)
    with pytest.raises(InvalidUser, match="first account"):
        users.add_user(workspace, "Ben", "ben@example.org")
    users.add_user(workspace, "Ada", "ada@example.org", is_admin=True)
    assert users.has_accounts(workspace)
    assert users.add_user(workspace, "Ben", " BEN@Example.org ").email == "ben@example.org"


@pytest.mark.parametrize(
    ("name", "email", "told"),
    [
        ("ada", "other@example.org", "for the name 'ada'"),
        ("other", "ADA@example.org", "for 'ada@example.org'"),
        ("other", "nothing", "no e-mail address"),
        ("other", "a b@example.org", "no e-mail address"),
        ("other", "<b>@example.org", "no e-mail address"),
    ],
)
def test_an_account_that_cannot_be_is_refused(
    workspace: Workspace, ada: signing_in.SignedIn, name: str, email: str, told: str
) -> None:
    with pytest.raises(InvalidUser, match=told):
        users.add_user(workspace, name, email)
    assert len(users.list_users(workspace)) == 1


def test_an_account_takes_over_the_labels_of_its_name(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    before = world.ensure_annotator(workspace, "Ben")
    assert users.add_user(workspace, "Ben", "ben@example.org").annotator_id == before


def test_a_link_works_once_and_no_longer_than_it_should(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    users.add_user(workspace, "Ben", "ben@example.org")
    first, second = (users.new_link(workspace, "ben@example.org") for _ in range(2))
    with pytest.raises(SignInFailed):  # the later one has ended it
        sign_in_by_link(workspace, first, PASSWORD)
    with pytest.raises(InvalidInput, match="10 to 200"):  # and this uses nothing up
        sign_in_by_link(workspace, second, "short")
    assert actor_of(workspace, sign_in_by_link(workspace, second, PASSWORD).token).name == "Ben"
    with pytest.raises(SignInFailed):
        sign_in_by_link(workspace, second, PASSWORD)
    late = users.new_link(workspace, "ben@example.org")
    with workspace.database.write() as connection:
        connection.execute(update(one_time_token).values(expires_at=utc_now()))
    with pytest.raises(SignInFailed):
        signing_in.name_of_link(workspace, late)


def test_a_reset_ends_password_sessions_and_links(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    ben = new_user(workspace, "ben")
    users.new_link(workspace, "ben@example.org")
    assert actor_of(workspace, ben.token).is_nobody
    with pytest.raises(SignInFailed):
        sign_in(workspace, "ben@example.org", PASSWORD, HERE)


def test_signing_in_gives_a_session_that_was_never_seen_before(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    tokens = {ada.token, *(sign_in(workspace, " Ada@example.org", PASSWORD, HERE).token for _ in range(2))}
    assert len(tokens) == 3
    assert all(actor_of(workspace, each).is_admin for each in tokens)
    assert actor_of(workspace, "made up").is_nobody


def test_nothing_that_is_stored_lets_anybody_in(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    users.add_user(workspace, "Ben", "ben@example.org")
    link = users.new_link(workspace, "ben@example.org")
    with workspace.database.read() as connection:
        stored = [
            row for table in (user_account, user_session, one_time_token) for row in connection.execute(select(table))
        ]
    assert token_hash(ada.token) in [bytes(each) for row in stored for each in row if isinstance(each, bytes)]
    told = repr(stored)
    assert "$argon2id$" in told
    assert not any(secret in told for secret in (ada.token, link, PASSWORD))
    assert ada.token not in repr(ada)


@pytest.mark.parametrize("column", ["expires_at", "seen_at"])
def test_a_session_ends_by_itself(workspace: Workspace, ada: signing_in.SignedIn, column: str) -> None:
    back = {"expires_at": SESSION, "seen_at": IDLE}[column] + timedelta(seconds=1)
    with workspace.database.write() as connection:
        connection.execute(update(user_session).values({column: user_session.c[column]} | {column: utc_now() - back}))
    assert actor_of(workspace, ada.token).is_nobody


def test_a_session_in_use_stays(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    earlier = utc_now() - timedelta(days=2)
    with workspace.database.write() as connection:
        connection.execute(update(user_session).values(seen_at=earlier))
    assert actor_of(workspace, ada.token).name == "ada"
    assert users.find_user(workspace, "ada@example.org").seen_at > earlier + timedelta(days=1)  # type: ignore[operator]


def test_signing_out_and_being_disabled_end_a_session_at_once(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    ben, again = new_user(workspace, "ben"), sign_in
    second = again(workspace, "ben@example.org", PASSWORD, HERE)
    signing_in.sign_out(workspace, ben.token)
    assert actor_of(workspace, ben.token).is_nobody
    assert not actor_of(workspace, second.token).is_nobody
    users.set_disabled(workspace, "ben@example.org", is_disabled=True)
    assert actor_of(workspace, second.token).is_nobody
    with pytest.raises(SignInFailed):
        sign_in(workspace, "ben@example.org", PASSWORD, HERE)
    with pytest.raises(InvalidUser, match="disabled"):
        users.new_link(workspace, "ben@example.org")
    users.set_disabled(workspace, "ben@example.org", is_disabled=False)
    assert actor_of(workspace, second.token).is_nobody
    assert sign_in(workspace, "ben@example.org", PASSWORD, HERE).user.name == "ben"


def test_one_admin_always_stays(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    for attempt in (
        lambda: users.set_disabled(workspace, "ada@example.org", is_disabled=True),
        lambda: users.set_admin(workspace, "ada@example.org", is_admin=False),
    ):
        with pytest.raises(InvalidUser, match="only admin"):
            attempt()
    new_user(workspace, "eva", is_admin=True)
    assert not users.set_admin(workspace, "ada@example.org", is_admin=False).is_admin


def test_a_change_of_role_counts_from_the_next_call_on(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    project = world.make_project(workspace)
    ben = new_user(workspace, "ben")
    assert not actor_of(workspace, ben.token).sees(project.id)
    for role in Role:
        users.set_role(workspace, project, "ben@example.org", role)
        assert actor_of(workspace, ben.token).roles == {project.id: role}
    assert [each.name for each in users.members(workspace, project)] == ["ben"]
    users.set_role(workspace, project, "ben@example.org", None)
    assert users.members(workspace, project) == []
    with pytest.raises(UnknownUser):
        users.set_role(workspace, project, "nobody@example.org", Role.ADMIN)


def test_wrong_sign_ins_are_counted_for_accounts_that_exist_and_for_others(
    workspace: Workspace, ada: signing_in.SignedIn
) -> None:
    said = set()
    for email in ("ada@example.org", "nobody@example.org"):
        for _ in range(5):
            with pytest.raises(SignInFailed) as told:
                sign_in(workspace, email, "another password", HERE)
            said.add(str(told.value))
        with pytest.raises(TooManySignIns, match="15 minutes"):
            sign_in(workspace, email, PASSWORD, HERE)
    assert said == {"This e-mail address and this password do not go together."}
    # Who knows the password is not locked out by somebody elsewhere.
    assert sign_in(workspace, "ada@example.org", PASSWORD, "198.51.100.7").user.name == "ada"


def test_a_wrong_address_costs_as_much_as_a_wrong_password(
    workspace: Workspace, ada: signing_in.SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = []

    def verify(password: str, kept: str) -> bool:
        hashes.append(kept)
        return False

    monkeypatch.setattr("lamm_core.credentials._hasher", lambda: type("H", (), {"verify": staticmethod(verify)})())
    monkeypatch.setattr("lamm_core.credentials._hash_of_nobody", lambda: "a hash like all others")
    for email in ("ada@example.org", "nobody@example.org"):
        with pytest.raises(SignInFailed):
            sign_in(workspace, email, "another password", HERE)
    assert len(hashes) == 2
    assert "a hash like all others" in hashes


def _identity(subject: str = "s1", email: str = "ben@example.org", *, verified: bool = True) -> Identity:
    return Identity("https://id.example", subject, email, is_verified=verified)


def test_a_provider_signs_in_only_whom_an_admin_has_added(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    for identity in (_identity(), _identity("", ""), _identity(email="")):
        with pytest.raises(SignInFailed, match="ask an admin"):
            sign_in_by_provider(workspace, identity)
    users.add_user(workspace, "Ben", "ben@example.org")
    with pytest.raises(SignInFailed):
        sign_in_by_provider(workspace, _identity(verified=False))
    assert sign_in_by_provider(workspace, _identity()).user.name == "Ben"
    # From now on the provider's name for them counts, and no other one with the same address.
    assert sign_in_by_provider(workspace, _identity(email="ben@married.example")).user.name == "Ben"
    with pytest.raises(SignInFailed):
        sign_in_by_provider(workspace, _identity("s2"))
    users.set_disabled(workspace, "ben@example.org", is_disabled=True)
    with pytest.raises(SignInFailed):
        sign_in_by_provider(workspace, _identity())


def test_a_new_password_needs_the_old_one(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    mine = workspace.acting_as(actor_of(workspace, ada.token))
    with pytest.raises(SignInFailed):
        signing_in.change_password(mine, "not this one", "another long password")
    signing_in.change_password(mine, PASSWORD, "another long password")
    assert actor_of(workspace, ada.token).is_nobody
    again = sign_in(workspace, "ada@example.org", "another long password", HERE)
    assert again.user.name == "ada"
    mine = workspace.acting_as(actor_of(workspace, again.token))
    for _ in range(5):
        with pytest.raises(SignInFailed):
            signing_in.change_password(mine, "a guess", "another long password")
    with pytest.raises(TooManySignIns):
        signing_in.change_password(mine, "another long password", "another long password")
    signing_in.sign_out_everywhere(mine)
    assert actor_of(workspace, again.token).is_nobody


def test_many_guesses_at_once_count_each(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    def guess(_: int) -> str:
        try:
            sign_in(workspace, "ada@example.org", "a guess", HERE)
        except (SignInFailed, TooManySignIns) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(guess, range(16))) == {"SignInFailed": 5, "TooManySignIns": 11}


def test_all_addresses_of_one_owner_are_one_place(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    for number in range(5):
        with pytest.raises(SignInFailed):
            sign_in(workspace, "ada@example.org", "a guess", f"2001:db8::{number}")
    with pytest.raises(TooManySignIns):
        sign_in(workspace, "ada@example.org", PASSWORD, "2001:db8::77")
    assert sign_in(workspace, "ada@example.org", PASSWORD, "2001:db8:0:1::77").user.name == "ada"


def test_an_admin_who_never_came_is_not_the_last_one(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    users.add_user(workspace, "Ina", "ina@example.org", is_admin=True)
    with pytest.raises(InvalidUser, match="only admin"):
        users.set_disabled(workspace, "ada@example.org", is_disabled=True)


def test_what_happens_to_accounts_stands_in_the_trail(workspace: Workspace, ada: signing_in.SignedIn) -> None:
    with pytest.raises(SignInFailed):
        sign_in(workspace, "ada@example.org", "another password", HERE)
    signing_in.sign_out(workspace, ada.token)
    told = [(each.actor, each.action) for each in reversed(whole_trail(workspace, TrailFilter()))]
    assert told == [
        ("operator", AuditAction.USER_ADDED),
        ("operator", AuditAction.USER_CHANGED),
        ("ada", AuditAction.SIGN_IN),
        ("ada", AuditAction.SIGN_IN_FAILED),
        ("ada", AuditAction.SIGN_OUT),
    ]


@pytest.mark.parametrize("change", ["UPDATE audit_event SET actor = 'Eve'", "DELETE FROM audit_event"])
def test_the_database_keeps_every_line_of_the_trail(
    workspace: Workspace, ada: signing_in.SignedIn, change: str
) -> None:
    before = whole_trail(workspace, TrailFilter())
    with pytest.raises((DatabaseError, StorageUnavailable)), workspace.database.write() as connection:
        connection.execute(text(change))
    assert whole_trail(workspace, TrailFilter()) == before
