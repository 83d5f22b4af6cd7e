"""The vocabulary of news pages: what class names, headings and notes mean, in many languages.

Pure. Only words that many publishers and systems share stand here; no name of one site does.
"""

from __future__ import annotations

import re
from functools import lru_cache


class Sign:
    """What the class, id, role and itemprop of an element say about it: bits of an int.

    Plain numbers, because an `IntFlag` takes half the time of a whole reading.
    """

    JUNK = 1  #: never the article: related stories, comments, share bars, advertisements
    SOFT = 1 << 1  #: rarely the article: sidebars, boxes, widgets
    BODY = 1 << 2  #: the article's text
    CAPTION = 1 << 3
    CREDIT = 1 << 4  #: who made a picture
    BYLINE = 1 << 5
    TIME = 1 << 6
    STANDFIRST = 1 << 7
    KICKER = 1 << 8
    HEADLINE = 1 << 9
    PAYWALL = 1 << 10
    CORRECTION = 1 << 11
    BIO = 1 << 12  #: who the author is, at the foot
    PORTRAIT = 1 << 13  #: avatars, logos, icons: no pictures of the article
    UNSEEN = 1 << 14  #: for screen readers, or hidden
    EMBED = 1 << 15  #: another site's post or player


def _vocabulary(**words: str) -> dict[str, int]:
    """Return the sign of each word; a word that stands under several signs has them all."""
    found: dict[str, int] = {}
    for name, listed in words.items():
        for word in listed.split():
            found[word] = found.get(word, 0) | getattr(Sign, name)
    return found


# Two or three words that stand together are written as one: "read-more", "read_more" and "readMore" are "readmore".
_WORDS = _vocabulary(
    JUNK="""
    related relatedarticles relatedcontent relatedlinks relatedstories relacionadas relacionados relacionado
    recommended recommendation
    recommendations recommend recommends newsletter newsletters social socials sharing share shares sharebar
    sharer sharebox shareblock
    sharedaddy sharethis addthis addtoany outbrain taboola mostread mostviewed mostpopular trending
    popularposts populararticles popularnews
    popularstories morestories morenews morefrom moreon morearticles moreposts moreabout morelinks readmore
    readnext readalso alsoread
    alsolike seealso upnext nextarticle nextstory nextpost nextup postnav postnavigation comment comments
    commentlist commenting disqus
    discussion respond breadcrumb breadcrumbs cookie cookies consent gdpr advert adverts advertisement
    advertisements advertising
    advertorial sponsor sponsored sponsors promo promos promobox promotion outstream dfp googlead adsense
    adslot adunit adbox adwrap
    adwrapper adcontainer adbanner adblock adplace adlabel adbreak adarea adspace adzone commercialunit
    subscribe subscription signup
    loginbox loginform loginwall registerbox registerwall siteheader sitefooter sitenav globalheader
    globalfooter globalnav pagefooter navbar
    mainnav subnav topnav taglist tagcloud taglinks tagslist tagslinks tagswrap tagscontainer articletags
    posttags entrytags
    pagination pager feedback skiplink skipto toolbar toolbars actionbar printbutton audioplayer listento
    texttospeech tts authorfollow followus
    followbutton followauthor followtopic donate donation donations supportus teaserlist teasergrid
    teaserbox articlelist articleteaser
    bodyaside river legalnotice ratingbox ratingstars poll quiz survey popup modal overlay lightbox toast notification
    tooltip carousel latestnews latestposts latestarticles lateststories topstories breakingnews ticker
    weather horoscope stockticker
    hubspot mailchimp onetrust didomi errormessage infinitescroll contextuallinks voting reactions
    emojireact ad ads adv advt nav menu menus tags tag
    banner teaser teasers publicidade publicidad werbung anzeige reklama footer masthead sitemap toc
    bookmark bookmarks widgetarea
    navigation dropdown crosslink crosslinks linkbox rubrik jobs shopping deals barrage
    """,
    SOFT="""
    sidebar aside widget widgets infobox factbox box rail complementary secondary meta metadata callout cta
    notebox toplist ranking
    links linklist keypoints highlights sidebox
    """,
    BODY="""
    articlebody articletext articlecontent articlemaincontent articlecopy storybody storytext storycontent
    storycopy entrybody
    entrycontent postbody posttext postcontent newsbody newstext newscontent bodytext bodycopy bodycontent
    contentbody maintext
    richtext articleparagraph articleparagraphs paragraph paragraphs wysiwyg maincontent textcontent articlesection
    """,
    CAPTION="""
    caption captions figcaption captiontext legend legende cutline bildunterschrift imgdesc imagedesc imagecaption
    photocaption
    """,
    CREDIT="""
    credit credits photocredit imagecredit picturecredit mediacredit photographer figurecredit captionsource
    captionauthor
    imagesource imagecopyright photosource
    """,
    BYLINE="""
    byline bylines author authors authorname authorlist authorinfo authorlink writer writers reporter autor
    auteur autores redaktor
    contributor contributors vcard articleauthor postauthor creator autorin autoren
    """,
    TIME="""
    date dates time datetime published pubdate postedon timestamp dateline datum fecha updated publishdate
    publisheddate publishtime
    articledate postdate entrydate storydate datepublished datemodified publicationdate
    """,
    STANDFIRST="""
    standfirst subtitle subhead subheadline subheading deck dek sapo perex chapo vorspann intro lead lede
    leadtext ingress excerpt summary
    bajada entradilla subtitulo resume preamble strapline description articleintro articlelead
    articlesummary articledeck leadparagraph
    anreisser introduction synopsis
    """,
    KICKER="kicker overline eyebrow dachzeile spitzmarke roofline pretitle antetitulo supratitle topline",
    HEADLINE="headline articletitle posttitle entrytitle storytitle pagetitle newstitle contenttitle title",
    PAYWALL="""
    paywall payw premiumwall premiumbox premiumoffer regwall subscriptionwall subscriptionoffer
    subscriptionrequired pianooffer
    meteredgate lockedcontent contentgate offerwall premiumbarrier
    """,
    CORRECTION="correction corrections corrigendum clarification editornote editorsnote erratum berichtigung",
    BIO="""
    authorbio authorbox authorcard authordesc authorabout authordetail authorprofile authorblock aboutauthor
    abouttheauthor bio bios
    articlecredits contributorbio shirttail authorinfo
    """,
    PORTRAIT="""
    avatar avatars gravatar headshot authorimage authorphoto authorpicture authorimg authorthumb
    profileimage profilepic profilephoto
    logo logos icon icons emoji pixel tracking spacer smiley flag
    """,
    UNSEEN="sronly visuallyhidden screenreader screenreadertext hidden hide invisible dnone ishidden a11yhidden",
    EMBED="twittertweet instagrammedia tiktokembed twittervideo blueskyembed fbpost redditcard truthsocialembed",
)
_SUBJECTS = frozenset(("tag", "tags", "category", "weather", "shopping", "jobs", "deals", "river", "author"))
# Names of style sheets are many, the names of one site few: a round over a hundred sites meets some 30,000.
_REMEMBERED = 32_768
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")


@lru_cache(maxsize=_REMEMBERED)
def _signs_of_name(name: str) -> int:
    if name.isalpha() and name.islower():
        return _WORDS.get(name, 0)
    parts = name[:120] if name.islower() else _CAMEL.sub("-", name[:120]).lower()
    words = [word for word in _SEPARATOR.split(parts) if word]
    found = 0
    for at, word in enumerate(words):
        joined = word
        # "tag-elections" and "share-of-voice" name a subject; "article-tags" and "tags" a box of tags.
        if at == len(words) - 1 or word not in _SUBJECTS:
            found |= _WORDS.get(joined, 0)
        for following in words[at + 1 : at + 3]:
            joined += following
            found |= _WORDS.get(joined, 0)
    # "hidden" inside a longer name ("xs-hidden", "hidden-print") depends on the width of the screen.
    if found & Sign.UNSEEN and len(words) > 1 and "".join(words) not in _WORDS:
        found &= ~Sign.UNSEEN
    return found


@lru_cache(maxsize=_REMEMBERED)
def signs(names: str) -> int:
    """Return what the words of a class and id, as one string, say. "relatedLinks" reads as "related links"."""
    found = 0
    for name in names.split()[:30]:
        found |= _signs_of_name(name)
    return found


#: A short line that opens what is not the article: related stories, comments, newsletters.
END_HEADINGS = re.compile(
    r"^\W*(?:related\b|you (?:may|might) (?:also|like)|more (?:from|on|stories|news|coverage|about|in)\b|"
    r"read (?:more|next|also)\b|see also\b|"
    r"(?:want|like) (?:more|this|what you)\b|keep reading|editor['’]?s['’]? picks?|what['’]s (?:hot|next|new)\b|"
    r"recommended\b|most (?:read|popular|viewed|shared)|trending|latest (?:news|stories|from|posts)|top stories|"
    r"up next|what to read next|"
    r"popular (?:on|in|posts|stories)|comments?$|\d+ comments?\b|leave a (?:comment|reply)|"
    r"join the (?:conversation|discussion)|share this|share$|"
    r"follow (?:us|me)|sign up|subscribe|newsletter|tags?:?$|topics?:?$|filed under|sponsored|editors?['’] picks?|"
    r"about the author|recent posts|other (?:stories|news)|don['’]t miss|"
    r"mehr (?:zum thema|zu|von|aus|artikel|lesen|news|aktuelle)|lesen sie auch|lesen sie (?:hier|mehr)|"
    r"weitere (?:artikel|themen|nachrichten|news|meldungen)|das könnte sie|"
    r"auch interessant|meistgelesen|kommentare?$|zur startseite|themen:?$|schlagw|verwandte|empfehl|passend zum|"
    r"(?:à )?lire aussi|voir aussi|sur le même (?:sujet|thème)|les plus lus|commentaires?$|à lire|"
    r"pour aller plus loin|plus d['’]infos|"
    r"(?:te|le) (?:puede|podría) interesar|más (?:noticias|información|sobre|leíd)|relacionad|"
    r"noticias relacionadas|lea también|"
    r"lee también|temas:?$|"
    r"você (?:pode|também)|comentarios?$|etiquetas|leia (?:mais|também)|veja também|mais lidas|saiba mais|"
    r"notícias relacionadas|"
    r"leggi anche|articoli correlati|potrebbe interessarti|lees ook|lees meer|meer over|les også|les mer|mer om|"
    r"läs (?:också|mer)|lue myös|"
    r"læs også|czytaj (?:też|także|również)|zobacz (?:też|także|również)|polecane|powiązane|čtěte (?:také|dále)|"
    r"související|mohlo by vás|nejčtenější|"
    r"susiję|taip pat skaitykite|skaityk|bağlantılı|ilgili|benzer haberler|читайте также|по теме|похожие|"
    r"другие новости|ещё по теме|смотрите также|"
    r"комментари[ий]|рекомендуем|tin liên quan|xem thêm|đọc thêm|bình luận|"
    r"関連(?:記事|ニュース|リンク|キーワード|情報)|あわせて読みたい|おすすめ|アクセスランキング|ランキング|"
    r"最新記事|この記事を|관련\s?(?:기사|뉴스)|많이 본|댓글|추천|"
    r"相关(?:报道|新闻|文章|阅读|链接|推荐)|相關(?:報導|新聞|文章|閱讀)|延伸阅读|延伸閱讀|推荐阅读|热门|更多|"
    r"评论$|评论区|猜你喜欢|您可能|עוד ב|כתבות נוספות)",
    re.IGNORECASE,
)
#: A line inside the text that is no part of it: pointers to other stories, calls to subscribe, notes of the page.
PROMPTS = re.compile(
    r"^\W*(?:(?:read|see|watch|listen|click|tap|download|sign up|subscribe|follow us|get (?:the|our|more)|"
    r"stay (?:up|in)|join (?:us|our|the)|join \d|"
    r"never miss|don['’]t miss|support (?:us|our)|like us|like what you|related|more|also read|recommended|"
    r"advertisement|scroll (?:down|to)|story continues|"
    r"article continues|continue reading|this article (?:was originally|originally)|want more|share this)\b.{0,160}$|"
    r"(?:lesen sie (?:auch|hier|mehr|dazu)|lies auch|mehr (?:zum thema|dazu|lesen)|lesetipp|auch interessant|"
    r"anzeige$|werbung$|zum thema|hier (?:geht|lesen|finden)|"
    r"à lire aussi|lire aussi|voir aussi|lire (?:plus|la suite)|publicité$|>>|lea también|lee también|"
    r"te puede interesar|publicidad$|"
    r"leia (?:mais|também)|veja também|continua (?:após|depois)|leggi anche|lees ook|les også|les mer|"
    r"läs (?:också|mer|även)|annonse$|annons$|lue myös|læs også|"
    r"czytaj (?:też|także|również|więcej)|zobacz (?:też|także)|reklama$|čtěte (?:také|dále)|читайте (?:также|еще)|"
    r"смотрите также|реклама$|"
    r"xem thêm|あわせて読みたい|関連記事|【関連|続きを読む|相关阅读|延伸阅读|广告$|廣告$|관련\s?기사).{0,160}$)",
    re.IGNORECASE,
)
#: A line that names another story after a colon, linked or not.
POINTER = re.compile(
    r"^\W*(?:(?:read|see) (?:more|also|next)|also read|related|required reading|don['’]t miss|"
    r"lesen sie (?:auch|hier|mehr)|lies auch|mehr zum thema|"
    r"à lire aussi|lire aussi|voir aussi|lea también|lee también|leia (?:mais|também)|veja também|leggi anche|"
    r"lees ook|les (?:også|mer)|læs (?:også|mere)|läs (?:också|mer|även)|lue myös|czytaj (?:też|także|również)|"
    r"zobacz (?:też|także)|čtěte (?:také|dále)|читайте также|关联阅读|相关阅读|延伸阅读|延伸閱讀|"
    r"あわせて読みたい|関連記事)\s*[:：]",
    re.IGNORECASE,
)
#: What a house says of itself and its writers below a text, and of its links: whom to write to, who pays.
NOTICE = re.compile(
    r"\b(?:(?:may|can) be reached (?:at|by|via)\b|(?:have|got) a (?:news |story )?tip\?|"
    r"(?:may|might|will) (?:earn|receive|get) (?:a |an |some )?(?:small |affiliate )?(?:commission|compensation)|"
    r"affiliate[- ](?:links?|partner|commission|revenue)|"
    r"follow (?:him|her|them|me|us|\w+(?: \w+)?) on "
    r"(?:x\b|twitter|facebook|instagram|threads|bluesky|linkedin)|"
    r"provision (?:vom|von|für)|erhalten wir (?:eine )?(?:kleine )?provision)",
    re.IGNORECASE,
)
#: Each form of `NOTICE` holds one of these: looking for them first takes a tenth of the time.
_NOTICE_STEMS = ("reached ", "tip?", "commission", "compensation", "affiliate", "follow ", "provision")


def speaks_of_its_house(text: str) -> bool:
    """Tell whether *text* says of its house, or its writer, what such notices say."""
    low = text.lower()
    return any(stem in low for stem in _NOTICE_STEMS) and NOTICE.search(text) is not None


NEWSLETTER = re.compile(
    r"newsletter|sign up (?:for|to|here)|subscribe (?:to|now|here|today)|to our (?:channel|youtube|telegram)|"
    r"delivered (?:straight )?to your inbox|"
    r"in your inbox|download (?:our|the) app|follow us on|like us on|join our|all rights reserved|"
    r"may not be (?:published|reproduced)|©|"
    r"alle rechte vorbehalten|jetzt abonnieren|kostenlos (?:anmelden|abonnieren)|whatsapp[- ](?:kanal|channel)|"
    r"google (?:news|discover)|"
    r"droits réservés|abonnez-vous|suscríbete|síguenos|inscreva-se|siga-nos|iscriviti|подпис(?:ывайтесь|аться)|"
    r"telegram[- ]канал|"
    r"订阅|扫码|关注(?:我们|公众号)|無断転載|フォロー|구독|무단전재|재배포",
    re.IGNORECASE,
)
PAYWALL = re.compile(
    r"subscribe (?:to|now to|for) (?:read|continue|full|unlimited)|subscribers? only|for subscribers|(?:already|"
    r"are you) a (?:subscriber|member)|"
    r"to (?:continue|keep) reading|unlock (?:this|the) (?:article|story)|continue reading with|"
    r"this article is (?:for|exclusive)|premium (?:content|article)|"
    r"jetzt weiterlesen|weiterlesen mit|mit .{0,12}plus|nur für abonnenten|artikel freischalten|"
    r"sie haben bereits ein|abo(?:nnement)? abschlie|"
    r"réservé (?:à nos|aux) abonnés|pour lire la suite|il vous reste .{0,10}%|exclusivo para suscriptores|"
    r"contenido exclusivo|para seguir leyendo|"
    r"exclusivo para assinantes|有料(?:記事|会員)|会員限定|残り\s?\d+\s?文字|この記事は有料|続きを読むには|유료|"
    r"付费|订阅后|登录后阅读|訂閱|för prenumeranter|for abonnenter|"
    r"pouze pro předplatitele|dla prenumeratorów|только для подписчиков",
    re.IGNORECASE,
)
#: Each form of `PAYWALL` holds one of these: looking for them first takes a twentieth of the time.
_WALL_STEMS = (
    *("subscribe", "member", "reading", "unlock", "article is", "premium", "weiterlesen", "plus", "abonn"),
    *(
        "freischalten",
        "bereits ein",
        "réservé",
        "la suite",
        "il vous reste",
        "exclusiv",
        "leyendo",
        "有料",
        "会員",
    ),
    *(
        "残り",
        "続きを",
        "유료",
        "付费",
        "订阅",
        "登录后",
        "訂閱",
        "prenumer",
        "předpl",
        "подписчик",
        "abschlie",
    ),
)


def speaks_of_a_wall(text: str) -> bool:
    """Tell whether *text* holds words of a paywall."""
    low = text.lower()
    return any(stem in low for stem in _WALL_STEMS) and PAYWALL.search(text) is not None


CORRECTION = re.compile(
    r"^\W*(?:(?:correction|clarification|update|editor['’]s note|editors['’] note|corrections? (?:&|"
    r"and) clarifications?|erratum)\b\s*(?:\([^)]*\)|,[^:]{0,40})?\s*[:：—–-]|"
    r"this (?:article|story|post|piece|headline) (?:has been|was) (?:amended|updated|corrected|changed)|"
    r"an earlier version of this|a previous version of this|"
    r"(?:korrektur|berichtigung|richtigstellung|anmerkung der redaktion|anm\. d\. red)\b|"
    r"in einer früheren (?:version|fassung)|"
    r"(?:correction|rectificatif|erratum|mise à jour)\s*[:：]|fe de errat|corrección\s*:|correção\s*:|"
    r"errata\s*[:：]|rettelse|rättelse|"
    r"(?:更正|勘误|勘誤|訂正|编者注|編者按|编者按|정정)\s*[:：]|本文(?:已|早前|先前|此前)|исправлен)",
    re.IGNORECASE,
)
CREDITS = re.compile(
    r"^\W*(?:(?:翻译|翻譯|译者|編譯|编译|校对|编辑|責任編輯|责任编辑|撰文|摄影|记者|采写|审校)\s*[:：/]|"
    r".{0,40}(?:对本文有.{0,12}贡献|對本文有.{0,12}貢獻|对本文有|參與了報導)|"
    r".{0,80}contributed (?:to this|reporting|research)|(?:additional )?(?:reporting|writing|editing|research|"
    r"translation|photograph(?:y|s)|graphics?) by\b|translated (?:from|by)\b|"
    r"(?:edited|produced|written|compiled) by\b|with (?:files|reporting) from|"
    r"(?:mit material von|übersetz(?:t|ung)\b.{0,20}(?:von|aus)|redaktion\s*:|traduit (?:de|par)|"
    r"traducid[oa] (?:de|por)|traducción de|tradução de|traduzione di))",
    re.IGNORECASE,
)
