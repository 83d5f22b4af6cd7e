"""The reader's doors: every route under every role, logging in, forms from elsewhere, names of other hosts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest

from onrecord.config import ServeConfig
from onrecord.doors import Role, Scope
from rounds import PARAGRAPHS, Paper, item, page, url_of
from served import PASSWORD, Answer, Served, serving

ADA, ED = "ada", "ed"


@dataclass(frozen=True)
class Row:
    """A route: an address of it, what it takes, and what it answers whoever may."""

    path: str
    takes: str  #: "nothing", or a scope
    status: int = 200
    form: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    for_programs: bool = False  #: it says so with a status, not with a page to log in
    brings_key: bool = False  #: what is posted holds a key, so it may come from anywhere


#: Every route of the reader. A new one without a row fails below.
ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row("/", "read"),
    ("GET", "/sources"): Row("/sources", "read"),
    ("GET", "/source/{source}"): Row("/source/paper.example", "read"),
    ("GET", "/day/{day}"): Row("/day/2026-05-17", "read"),
    ("GET", "/month/{month}"): Row("/month/2026-05", "read"),
    ("GET", "/author/{author}"): Row("/author/Ada%20Marsh", "read"),
    ("GET", "/changes"): Row("/changes", "read"),
    ("GET", "/search"): Row("/search?q=bridge", "read"),
    ("GET", "/article/{id}"): Row("/article/ID", "read"),
    ("GET", "/article/{id}/changes"): Row("/article/ID/changes", "read"),
    ("GET", "/pictures/{path}"): Row("/pictures/aa/bb/" + "a" * 64 + ".jpg", "read", 404),
    ("GET", "/unread"): Row("/unread", "mark"),
    ("GET", "/starred"): Row("/starred", "mark"),
    ("POST", "/marks"): Row("/marks", "mark", 303, {"read": "yes"}),
    ("POST", "/article/{id}/mark"): Row("/article/ID/mark", "mark", 303, {"read": "yes"}),
    ("POST", "/article/{id}/note"): Row("/article/ID/note", "mark", 303, {"note": "Ask."}),
    ("POST", "/article/{id}/place"): Row(
        "/article/ID/place", "mark", 204, {"paragraph": "2", "paragraphs": "3"}
    ),
    ("POST", "/look"): Row("/look", "nothing", 303, {"theme": "dark"}),
    ("GET", "/enclosures/{path}"): Row("/enclosures/aa/bb/" + "a" * 64 + ".mp3", "read", 404),
    ("GET", "/article/{id}/captures"): Row("/article/ID/captures", "read"),
    ("GET", "/article/{id}/captures/{record}"): Row("/article/ID/captures/nothing", "read", 404),
    ("GET", "/article/{id}/beside/{other}"): Row("/article/ID/beside/nothing", "read", 404),
    ("GET", "/feeds/all.{form}"): Row("/feeds/all.atom", "read", for_programs=True),
    ("GET", "/feeds/source/{name}.{form}"): Row("/feeds/source/paper.example.rss", "read", for_programs=True),
    ("GET", "/feeds/author/{name}.{form}"): Row("/feeds/author/Ada%20Marsh.json", "read", for_programs=True),
    ("GET", "/feeds/topic/{name}.{form}"): Row("/feeds/topic/Harbour.atom", "read", for_programs=True),
    ("GET", "/feeds/search.{form}"): Row("/feeds/search.atom?q=bridge", "read", for_programs=True),
    ("GET", "/feeds/changes.{form}"): Row("/feeds/changes.atom", "read", for_programs=True),
    ("GET", "/subscriptions.opml"): Row("/subscriptions.opml", "read", for_programs=True),
    ("GET", "/api/v1/openapi.json"): Row("/api/v1/openapi.json", "read", for_programs=True),
    ("GET", "/api/v1/me"): Row("/api/v1/me", "read", for_programs=True),
    ("GET", "/api/v1/sources"): Row("/api/v1/sources", "read", for_programs=True),
    ("GET", "/api/v1/articles"): Row("/api/v1/articles", "read", for_programs=True),
    ("GET", "/api/v1/articles/{id}"): Row("/api/v1/articles/ID", "read", for_programs=True),
    ("GET", "/api/v1/articles/{id}/revisions/{number}"): Row(
        "/api/v1/articles/ID/revisions/1", "read", for_programs=True
    ),
    ("GET", "/api/v1/articles/{id}/comparison"): Row(
        "/api/v1/articles/ID/comparison", "read", for_programs=True
    ),
    ("GET", "/api/v1/search"): Row("/api/v1/search?q=bridge", "read", for_programs=True),
    ("GET", "/api/v1/changes"): Row("/api/v1/changes", "read", for_programs=True),
    ("GET", "/api/v1/marks"): Row("/api/v1/marks", "mark", for_programs=True),
    ("PUT", "/api/v1/articles/{id}/marks"): Row(
        "/api/v1/articles/ID/marks", "mark", body=b'{"read": true}', for_programs=True
    ),
    ("GET", "/opds"): Row("/opds", "read", for_programs=True),
    ("GET", "/opds/new"): Row("/opds/new", "read", for_programs=True),
    ("GET", "/opds/starred"): Row("/opds/starred", "mark", for_programs=True),
    ("GET", "/opds/source/{name}"): Row("/opds/source/paper.example", "read", for_programs=True),
    ("GET", "/opds/search"): Row("/opds/search?q=bridge", "read", for_programs=True),
    ("GET", "/opds/search.xml"): Row("/opds/search.xml", "read", for_programs=True),
    ("GET", "/opds/article/{id}.html"): Row("/opds/article/ID.html", "read", for_programs=True),
    ("GET", "/memento/timegate/{url}"): Row("/memento/timegate/URL", "read", 302),
    ("GET", "/memento/timemap/{url}"): Row("/memento/timemap/URL", "read"),
    ("GET", "/memento/{time}{raw}/{url}"): Row("/memento/20260517000000/URL", "read", 302),
    ("GET", "/reader.js"): Row("/reader.js", "nothing"),
    ("GET", "/reader.css"): Row("/reader.css", "nothing"),
    ("GET", "/favicon.ico"): Row("/favicon.ico", "nothing", 204),
    ("GET", "/login"): Row("/login", "nothing"),
    ("POST", "/login"): Row("/login", "nothing", 303, {"name": ADA, "password": PASSWORD}),
    ("POST", "/logout"): Row("/logout", "mark", 303),
    ("GET", "/account"): Row("/account", "mark"),
    ("POST", "/account/tokens"): Row("/account/tokens", "mark", 400, {"app": "x"}),
    ("POST", "/account/tokens/remove"): Row("/account/tokens/remove", "mark", 400, {"app": "x"}),
    ("POST", "/account/sessions/end"): Row("/account/sessions/end", "mark", 303),
}
ALL = sorted(ROUTES)
POSTS = [route for route in ALL if route[0] != "GET"]
SCOPES = {
    "nobody": {"nothing"},
    "public": {"nothing", "read"},
    ADA: {"nothing", "read", "mark"},
    ED: {"nothing", "read", "mark", "edit"},
}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give a paper with an edited article, and one that its publisher reserves."""
    made = Paper(tmp_path_factory.mktemp("doors") / "news")
    made.lists(item(), item("vault"))
    kept = "<meta name=robots content=noarchive>"
    made.says(
        bridge=page(),
        vault=page(
            "The Vault Is Opened", (*PARAGRAPHS, "The whole vault was empty but for a bell."), head=kept
        ),
    )
    made.round()
    made.says(bridge=page("Bridge Shut for Good"))
    made.round(recheck=True)
    return made


def people(served: Served) -> None:
    """Make a reader and an editor."""
    served.user(ADA, Role.READER)
    served.user(ED, Role.EDITOR)


@pytest.fixture(scope="module")
def served(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the reader with two users."""
    with serving(paper.root, tmp_path_factory.mktemp("users") / "doors.sqlite") as one:
        people(one)
        yield one


@pytest.fixture(scope="module")
def public(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the reader with two users, and open to the public."""
    place = tmp_path_factory.mktemp("users") / "doors.sqlite"
    with serving(paper.root, place, settings=ServeConfig(public=True)) as one:
        people(one)
        yield one


def ask(served: Served, paper: Paper, route: tuple[str, str], headers: dict[str, str]) -> Answer:
    """Ask for a route as its row says."""
    row = ROUTES[route]
    path = row.path.replace("ID", next(held.id for held in paper.held() if "Bridge" in held.headline))
    path = path.replace("URL", f"http://{url_of()}")
    if row.body is not None:
        return served.ask(route[0], path, headers=headers, body=row.body)
    return served.ask(route[0], path, headers=headers, form=row.form if route[0] != "GET" else None)


def expected(route: tuple[str, str], who: str) -> int:
    """Return the status that a row promises to somebody."""
    row = ROUTES[route]
    if row.takes in SCOPES[who]:
        return row.status
    if who in {ADA, ED}:
        return 403
    if row.for_programs:
        return 401
    return 303 if route[0] == "GET" else 403


def login_form(served: Served) -> tuple[dict[str, str], dict[str, str]]:
    """Return (headers, fields) with which the login form is sent from its page."""
    shown = served.get("/login")
    seal = re.search(r'name="csrf" value="([0-9a-f]+)"', shown.text)
    assert seal, shown.text
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in shown.cookies.items())
    return {"Cookie": cookie, "Origin": served.address}, {"csrf": seal[1]}


def log_in(served: Served, name: str = ADA, password: str = PASSWORD, **headers: str) -> Answer:
    """Log in as a browser does."""
    sent, form = login_form(served)
    given = {name_.replace("_", "-"): value for name_, value in headers.items()}
    return served.ask(
        "POST", "/login", headers={**sent, **given}, form={**form, "name": name, "password": password}
    )


# ---------------------------------------------------------------- every route, every role


def test_each_route_has_its_row(served: Served) -> None:
    """Whoever adds a route says who may use it."""
    found = {
        (route.method, route.resource.canonical)
        for route in served.app.router.routes()
        if route.resource and route.method != "HEAD"
    }
    assert found == set(ROUTES)


@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_a_route_without_a_token(served: Served, paper: Paper, route: tuple[str, str]) -> None:
    """Who is not known reads nothing."""
    assert ask(served, paper, route, visiting(served)).status == expected(route, "nobody")


def visiting(served: Served) -> dict[str, str]:
    """Return the headers of a browser in which nobody is logged in, on the page that asks for a password."""
    headers, form = login_form(served)
    return {**headers, "X-CSRF-Token": form["csrf"]}


@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_a_route_with_a_wrong_token(served: Served, paper: Paper, route: tuple[str, str]) -> None:
    """A token that was taken back opens nothing, and says so."""
    is_open = ROUTES[route].takes == "nothing"
    allowed = {ROUTES[route].status, 403} if is_open else {401}
    assert ask(served, paper, route, {"Authorization": "Bearer " + "a" * 32}).status in allowed


@pytest.mark.parametrize("who", [ADA, ED])
@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_a_route_with_a_session(served: Served, paper: Paper, route: tuple[str, str], who: str) -> None:
    """A reader reads and marks; an editor may do all."""
    assert ask(served, paper, route, served.session(who)).status == expected(route, who)


@pytest.mark.parametrize("route", ALL, ids=" ".join)
def test_a_route_for_the_public(public: Served, paper: Paper, route: tuple[str, str]) -> None:
    """Where everybody may read, nobody may do more."""
    assert ask(public, paper, route, visiting(public)).status == expected(route, "public")


@pytest.mark.parametrize("route", POSTS, ids=" ".join)
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"X-CSRF-Token": "0" * 64},
    ],
    ids=str,
)
def test_a_form_from_elsewhere(
    served: Served, paper: Paper, route: tuple[str, str], elsewhere: dict[str, str]
) -> None:
    """A page that a reader has open in another tab can't act in their name."""
    if ROUTES[route].brings_key:
        pytest.skip("what it posts holds a key that no page elsewhere knows")
    assert ask(served, paper, route, {**served.session(ED), **elsewhere}).status == 403


@pytest.mark.parametrize("route", ALL, ids=" ".join)
@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "8.8.8.8"])
def test_a_route_by_another_name(served: Served, paper: Paper, route: tuple[str, str], name: str) -> None:
    """A page elsewhere that points its name at this machine reads nothing (DNS rebinding)."""
    assert ask(served, paper, route, {**served.session(ED), "Host": name}).status == 421


# ---------------------------------------------------------------- what is not passed on


def reserved(paper: Paper) -> str:
    """Return the id of the article whose publisher asks that copies are not passed on."""
    return next(held.id for held in paper.held() if "Vault" in held.headline)


@pytest.mark.parametrize("path", ["/article/ID", "/article/ID/changes?from=1&to=1", "/article/ID/captures"])
def test_what_is_reserved_is_not_passed_on(public: Served, paper: Paper, path: str) -> None:
    """The public gets what an export would hold, and no more."""
    assert public.get(path.replace("ID", reserved(paper))).status == 403


def test_a_search_shows_the_public_no_reserved_text(public: Served) -> None:
    """A snippet is a piece of the text."""
    assert "whole <mark>vault</mark>" not in public.get("/search?q=vault").text


def test_users_read_what_is_reserved(served: Served, paper: Paper) -> None:
    """It was kept for them."""
    assert served.ask("GET", f"/article/{reserved(paper)}", headers=served.session(ADA)).status == 200


def test_the_public_reads_what_is_reserved_where_the_owner_says_so(paper: Paper, tmp_path: Path) -> None:
    """A library may have the right to show it."""
    settings = ServeConfig(public=True, reserved=True)
    with serving(paper.root, tmp_path / "doors.sqlite", settings=settings) as one:
        people(one)
        assert one.get(f"/article/{reserved(paper)}").status == 200


# ---------------------------------------------------------------- nobody has been made a user


@pytest.fixture(scope="module")
def alone(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give the reader without users."""
    with serving(paper.root, tmp_path_factory.mktemp("users") / "doors.sqlite") as one:
        yield one


def test_without_users_this_machine_reads(alone: Served) -> None:
    """The first minute needs no password."""
    assert alone.get("/").status == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_without_users_nobody_reads_through_a_proxy(alone: Served, header: str) -> None:
    """Whoever puts a proxy before the reader and forgets the users has not opened it to everybody."""
    assert alone.ask("GET", "/", headers={header: "203.0.113.9"}).status == 303


def test_without_users_a_form_from_elsewhere_is_refused(alone: Served) -> None:
    """A page that is open in another tab can do nothing here, even while nobody has to log in."""
    sent = {"X-CSRF-Token": alone.doors.seal("form owner"), "Origin": "https://evil.example"}
    assert alone.ask("POST", "/logout", headers=sent, form={}).status == 403


def test_without_users_a_far_address_shows_nothing(paper: Paper, tmp_path: Path) -> None:
    """The last user was removed while the reader answered the network."""
    with serving(paper.root, tmp_path / "doors.sqlite", listening="0.0.0.0") as far:  # noqa: S104  it is not listened on
        assert far.get("/").status == 303


def test_a_far_address_is_called_by_number(paper: Paper, tmp_path: Path) -> None:
    """At home a machine has a number, and no name; a number can't be pointed elsewhere."""
    with serving(paper.root, tmp_path / "doors.sqlite", listening="0.0.0.0") as far:  # noqa: S104  it is not listened on
        assert far.ask("GET", "/login", headers={"Host": "192.168.1.7:8420"}).status == 200


# ---------------------------------------------------------------- logging in


def test_a_password_lets_in(served: Served) -> None:
    """And leads to where one wanted to go."""
    sent, form = login_form(served)
    form |= {"name": "Ada", "password": PASSWORD, "next": "/changes?page=2"}
    answer = served.ask("POST", "/login", headers=sent, form=form)
    assert (answer.status, answer.headers["Location"]) == (303, "/changes?page=2")


def test_a_session_reads(served: Served) -> None:
    """A browser shows what it was given."""
    cookie = log_in(served).cookies[served.cookie]
    assert served.get("/", Cookie=f"{served.cookie}={cookie.value}").status == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (ADA, "wrong wrong wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        (ADA, ""),
        (ADA, "x" * 5_000),
        ("'--", "'--"),
    ],
)
def test_what_is_no_password_lets_nobody_in(served: Served, name: str, password: str) -> None:
    """Whatever is typed, it is told calmly, and not which half was wrong."""
    served.clock.passed += 4_000
    answer = log_in(served, name, password)
    assert (answer.status, "do not fit together" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "javascript:x",
        "/a\r\nX: y",
    ],
)
def test_a_login_leads_nowhere_else(served: Served, back: str) -> None:
    """A link to our login page must not end at a page that asks for the password again."""
    served.clock.passed += 4_000
    sent, form = login_form(served)
    answer = served.ask(
        "POST", "/login", headers=sent, form={**form, "name": ADA, "password": PASSWORD, "next": back}
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/")


def test_a_mistyped_password_leads_on_all_the_same(served: Served) -> None:
    """Whoever followed a link to an article still gets there."""
    served.clock.passed += 4_000
    sent, form = login_form(served)
    wrong = {**form, "name": ADA, "password": "wrong wrong wrong", "next": "/changes"}
    assert 'name="next" value="/changes"' in served.ask("POST", "/login", headers=sent, form=wrong).text


def test_a_sessions_cookie_is_out_of_reach(served: Served) -> None:
    """No script, no other site, no other path."""
    served.clock.passed += 4_000
    cookie = log_in(served).cookies[served.cookie]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (
        True,
        "Lax",
        "/",
        "",
    )


def test_a_session_ends_when_one_logs_out(served: Served) -> None:
    """On a borrowed machine."""
    browser = served.session(ADA)
    served.ask("POST", "/logout", headers=browser, form={})
    assert served.ask("GET", "/", headers=browser).status == 303


@pytest.mark.parametrize("days", [31, 400])
def test_a_session_that_was_left_ends(served: Served, days: int) -> None:
    """A lost telephone is not logged in for ever."""
    browser = served.session(ADA)
    served.clock.passed += days * 24 * 3600
    assert served.ask("GET", "/", headers=browser).status == 303


def test_a_new_password_ends_what_was_open(paper: Paper, tmp_path: Path) -> None:
    """Whoever had the old one is out, apps too."""
    with serving(paper.root, tmp_path / "doors.sqlite") as one:
        people(one)
        browser, token = one.session(ADA), one.token(ADA)
        one.doors.set_password(ADA, PASSWORD[::-1])
        app = one.get("/", Authorization=f"Bearer {token}")
        assert (one.ask("GET", "/", headers=browser).status, app.status) == (303, 401)


# ---------------------------------------------------------------- guessing


def test_guessing_is_slowed_down(paper: Paper, tmp_path: Path) -> None:
    """Five mistakes are human; what comes then waits, however right it is."""
    with serving(paper.root, tmp_path / "doors.sqlite") as one:
        people(one)
        for _ in range(5):
            log_in(one, ADA, "wrong wrong wrong")
        answer = log_in(one)
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")


def test_who_waits_gets_in(paper: Paper, tmp_path: Path) -> None:
    """Nobody is shut out of their own archive."""
    with serving(paper.root, tmp_path / "doors.sqlite") as one:
        people(one)
        for _ in range(5):
            log_in(one, ADA, "wrong wrong wrong")
        one.clock.passed += 1
        assert log_in(one).status == 303


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        ([], "198.51.100.{}", 429),  # nobody's word counts: the peer is slowed down
        (["127.0.0.1"], "198.51.100.{}", 403),  # our proxy names six others
        (["127.0.0.1"], "198.51.100.{}, 203.0.113.5", 429),  # what they claim before that counts nothing
    ],
)
def test_an_address_is_whom_our_own_proxy_names(
    paper: Paper, tmp_path: Path, proxies: list[str], forwarded: str, status: int
) -> None:
    """A guesser can't be somebody else each time by writing a header."""
    settings = ServeConfig(proxies=tuple(map(ip_network, proxies)))
    with serving(paper.root, tmp_path / "doors.sqlite", settings=settings) as one:
        people(one)
        for at in range(6):
            answer = log_in(one, f"name{at}", "wrong wrong wrong", X_Forwarded_For=forwarded.format(at))
    assert answer.status == status


# ---------------------------------------------------------------- tokens


def test_a_token_reads(served: Served) -> None:
    """An app needs no cookie."""
    token = served.token(ADA, app="reads")
    assert served.get("/", Authorization=f"Bearer {token}").status == 200


def test_a_token_is_a_password_too(served: Served) -> None:
    """Feed readers know names and passwords (RFC 7617)."""
    token = served.token(ADA, app="basic")
    basic = base64.b64encode(f"Ada:{token}".encode()).decode()
    assert served.get("/", Authorization=f"Basic {basic}").status == 200


@pytest.mark.parametrize(
    "given", ["Basic !!!", "Basic YWRh", "Bearer", "Digest x", "GoogleLogin auth=", "\xff"]
)
def test_an_authorization_that_makes_no_sense_is_refused(served: Served, given: str) -> None:
    """Rubbish is a wrong token."""
    assert served.get("/", Authorization=given).status == 401


def test_another_users_name_with_a_token_is_refused(served: Served) -> None:
    """A token is its user's alone."""
    token = served.token(ADA, app="other")
    basic = base64.b64encode(f"ed:{token}".encode()).decode()
    assert served.get("/", Authorization=f"Basic {basic}").status == 401


def test_the_password_itself_is_no_token(served: Served) -> None:
    """What an app is told can be taken back without changing the password."""
    basic = base64.b64encode(f"{ADA}:{PASSWORD}".encode()).decode()
    assert served.get("/", Authorization=f"Basic {basic}").status == 401


def test_a_token_may_do_less_than_its_user(served: Served) -> None:
    """A token that reads does not mark."""
    token = served.token(ED, Scope.READ, app="narrow")
    assert served.get("/account", Authorization=f"Bearer {token}").status == 403


def test_a_token_may_not_do_more_than_its_user(served: Served) -> None:
    """A reader's token that says "edit" is a reader's still."""
    token = served.token(ADA, Scope.READ, Scope.EDIT, app="wide")
    answer = served.ask("POST", "/no-such-route", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 403


def test_the_account_page_makes_a_token_that_works(served: Served) -> None:
    """Without a terminal."""
    form = [("app", "From the page"), ("scope", "read")]
    shown = served.ask("POST", "/account/tokens", headers=served.session(ADA), form=form)
    secret = re.search(r"<code>([a-z2-7]{32})</code>", shown.text)
    assert secret
    assert served.get("/", Authorization=f"Bearer {secret[1]}").status == 200


def test_the_account_page_takes_a_token_back(served: Served) -> None:
    """When the telephone is lost."""
    token = served.token(ADA, app="lost")
    served.ask("POST", "/account/tokens/remove", headers=served.session(ADA), form={"app": "lost"})
    assert served.get("/", Authorization=f"Bearer {token}").status == 401
