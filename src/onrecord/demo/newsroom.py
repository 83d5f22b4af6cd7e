"""The demo newsroom: what is answered to one request, as a value. No clock, network or log.

Like a forward proxy it answers for the publications' own addresses, all of them http://. Nothing else exists.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

from onrecord.demo import lists, pages, pictures
from onrecord.demo.stories import Drawn, Publication, Story, load, load_pictures

RETRY_AFTER = 1  #: seconds; on the first answer of the day at the addresses that are flawed
_NOON = datetime(2025, 5, 15, 12, tzinfo=UTC)  #: of the first day: every Date header is a noon
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. *cut_at* is where the connection breaks, in bytes of the body; None: it does not."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0  #: seconds before it
    cut_at: int | None = None

    def header(self, name: str) -> str | None:
        """Return the first header called *name*, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class DemoNewsroom:
    """Everything that the demo's hosts answer."""

    def __init__(self) -> None:
        self.publications = load()
        self._by_host = {
            host: publication for publication in self.publications for host in publication.robots
        }
        self._stories = {
            story.url: (publication, story)
            for publication in self.publications
            for story in publication.stories
        }
        self._moved = {story.old_url: story.url for _, story in self._stories.values() if story.old_url}
        self._pictures = {picture.url: picture for picture in load_pictures().values()}
        self._picture_hosts = {urlsplit(url).hostname for url in self._pictures} - set(self._by_host)

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], day: int, *, asked: int = 1
    ) -> Answer:
        """Return the answer to one request.

        Args:
            method: "GET", "HEAD"; "CONNECT" is refused: the demo has no certificates.
            url: Absolute.
            headers: With lower-case names.
            day: From 1; after the last day nothing happens but noise.
            asked: Which request for this address it is on this day, from 1: some first answers are flawed.
        """
        date = ("Date", _stamp(day))
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:  # "http://["
            return _text(400, "no address", date)
        if method == "CONNECT":
            return _text(502, "the demo speaks http alone", date)
        if method not in {"GET", "HEAD"}:
            return _text(405, "GET or HEAD", date)
        if parts.scheme != "http" or not self._knows(host):
            return _text(502, f"no such host here: {host}", date)
        answer = self._answer(url.split("#", maxsplit=1)[0], host, day, asked)
        if answer.status == 200:
            answer = _conditional(answer, headers, is_old=host == "www.songling.example")
        return replace(answer, headers=(date, *answer.headers), delay=self._delay(host))

    def _knows(self, host: str) -> bool:
        known = host in self._by_host or host in self._picture_hosts or host == pages.PROXY_HOST
        return known or f"www.{host}" in self._by_host

    def _delay(self, host: str) -> float:
        publication = self._by_host.get(host)
        return publication.delays.get(host, 0.0) if publication else 0.0

    def _answer(self, url: str, host: str, day: int, asked: int) -> Answer:
        path = urlsplit(url).path or "/"
        if host == pages.PROXY_HOST:
            return _text(403, "blocked by the origin")
        if path != "/robots.txt" and (picture := self._pictures.get(url) or self._small(url)):
            return _picture(picture, url)
        if host in self._picture_hosts:
            return _gone(404)
        publication = self._by_host.get(host)
        if publication is None:
            return Answer(301, (("Location", url.replace("://", "://www.", 1)),))
        if path == "/robots.txt":
            robots = publication.robots[host]
            return (
                _gone(404)
                if robots is None
                else Answer(200, _type("text/plain; charset=utf-8"), robots.encode())
            )
        bare = f"http://{host}{path}"
        if bare in self._moved:
            return Answer(301, (("Location", self._moved[bare]),))
        if bare in self._stories:
            return _story_page(*self._stories[bare], day, asked)
        return _list(publication, bare, day)

    def _small(self, url: str) -> Drawn | None:
        """Return the picture that *url* is the small rendition of."""
        whole, _, query = url.partition("?")
        return self._pictures.get(whole) if query == f"w={pictures.SMALL_WIDTH}" else None


def _story_page(publication: Publication, story: Story, day: int, asked: int) -> Answer:
    if publication.is_feed_only or day < story.first_day:
        return _gone(404)
    if not story.stands_on(day):
        return _gone(story.gone)
    retry = ("Retry-After", str(RETRY_AFTER))
    if asked == 1 and story.flaw == "unavailable":
        return _text(503, "try again", retry)
    if asked == 1 and story.flaw == "limited":
        return _text(429, "slow down", retry)
    answer = _html(publication, pages.article_page(publication, story, day), day)
    # Half of what goes over the wire, which is known once the body is packed: `_conditional` says where.
    return replace(answer, cut_at=0) if asked == 1 and story.flaw == "cut" else answer


def _list(publication: Publication, url: str, day: int) -> Answer:
    if url == publication.home_url:
        return _html(publication, pages.front_page(publication, day), day)
    if url == publication.feed_url:
        text, media_type = lists.feed(publication, day)
        return Answer(200, (*_type(media_type), _modified(min(day, 2))), text.encode())
    if publication.sitemap and url == f"http://{publication.host}{publication.sitemap}":
        sitemap = lists.news_sitemap(publication, day).encode()
        return Answer(200, (*_type("application/xml"), _modified(min(day, 2))), sitemap)
    return _gone(404)


def _html(publication: Publication, text: str, day: int) -> Answer:
    # The old evening paper says its charset in a meta element alone.
    media_type = _HTML if publication.charset == "utf-8" else "text/html"
    return Answer(200, (*_type(media_type), _modified(day)), text.encode(publication.charset))


def _picture(picture: Drawn, url: str) -> Answer:
    if picture.answer == "missing":
        return _gone(404)
    if picture.answer == "page":
        words = "<!DOCTYPE html>\n<title>Subscribe</title>\n<p>Please subscribe to see this picture.</p>\n"
        return Answer(200, _type(_HTML), words.encode())
    if picture.answer == "script":
        return Answer(200, _type("image/svg+xml"), pictures.SCRIPTED_SVG)
    suffix = urlsplit(url).path.rpartition(".")[2]
    is_small = url != picture.url
    width = pictures.SMALL_WIDTH if is_small else pictures.WIDTH
    body = pictures.draw(picture.scene, picture.seed, suffix, width=width)
    media_type = {"jpg": "image/jpeg"}.get(suffix, f"image/{suffix}")
    return Answer(200, (*_type(media_type), _modified(1)), body)


def _conditional(answer: Answer, headers: Mapping[str, str], *, is_old: bool) -> Answer:
    """Return 304 if the asker holds these bytes; else the answer, packed if the asker can unpack it.

    The old evening paper's server knows Last-Modified alone, and no gzip.
    """
    tag = '"' + hashlib.sha256(answer.body).hexdigest()[:20] + '"'
    modified = answer.header("last-modified")
    validators = () if is_old else (("ETag", tag),)
    asked = headers.get("if-none-match")
    # RFC 9110, 13.2.2: If-Modified-Since counts only where If-None-Match is absent.
    if (asked is not None and not is_old and tag in asked) or (
        (asked is None or is_old) and modified is not None and headers.get("if-modified-since") == modified
    ):
        kept = tuple(pair for pair in answer.headers if pair[0] != "Content-Type")
        return replace(answer, status=304, headers=(*kept, *validators), body=b"", cut_at=None)
    out, body = (*answer.headers, *validators), answer.body
    is_text = not (answer.header("content-type") or "").startswith("image/")
    if is_text and not is_old and "gzip" in headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        out = (*out, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    cut_at = None if answer.cut_at is None else len(body) // 2
    return replace(answer, headers=out, body=body, cut_at=cut_at)


def _type(media_type: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", media_type),)


def _modified(day: int) -> tuple[str, str]:
    return "Last-Modified", _stamp(day, hours=-1)


def _stamp(day: int, *, hours: int = 0) -> str:
    return format_datetime(_NOON + timedelta(days=day - 1, hours=hours), usegmt=True)


def _text(status: int, words: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, (*_type("text/plain; charset=utf-8"), *headers), f"{words}\n".encode())


def _gone(status: int) -> Answer:
    return Answer(status, _type(_HTML), pages.gone_page(status).encode())
