"""What walls, errors and promises say of themselves, in the languages that we meet. Data, and no code.

Titles are matched whole: an article whose headline holds one of these words is still an article. Each
pattern is matched against text in lower case, with folded space.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


#: Whole titles of pages that keep programs out.
BLOCK_TITLES = _any(
    r"just a moment\W*",
    r"attention required! \| cloudflare",
    r"(?:[\w.-]+ \| )?(?:error )?10(?:05|06|09|10|12|13|15|20)\b.*",
    r"access (?:to this (?:page|site|resource|website) )?(?:has been |is |was )?(?:temporarily )?(?:denied"
    r"|blocked|restricted)",
    r"(?:you have been|your (?:access|request|ip)[\w ]* has been) blocked",
    r"(?:403|error 403|403 error|http 403)?\W*(?:forbidden|access forbidden)",
    r"request (?:rejected|blocked|denied)(?: .*)?",
    r"(?:please )?(?:complete the )?(?:security|human|robot|bot|browser) (?:check|verification|detection"
    r"|challenge)\W*",
    r"(?:please )?verify(?:ing)? (?:you(?:'re| are)|that you are) (?:a )?human\W*",
    r"are you (?:a )?(?:robot|human)\W*",
    r"(?:bot|captcha)(?: (?:verification|detected|challenge|check))?",
    r"pardon our interruption\W*",
    r"checking your browser.*",
    r"one moment,? please\W*",
    r"ddos-guard",
    r"too many requests|429 too many requests|rate limit(?:ed)?(?: exceeded)?",
    r"unavailable for legal reasons|451\b.*",
    r"(?:this (?:content|site|website|page) is )?(?:not available|unavailable) in your (?:country|region"
    r"|location).*",
    r"just a sec\W*|please wait\W*|robot or human\W*|client challenge|human verification",
    r"安全验证|百度安全验证|访问验证|访问被拒绝|滑动验证页面|请求被拒绝|人机验证",
    r"アクセスが(?:拒否|制限)されました|접근이? ?(?:차단|거부)(?:되었습니다)?",
    r"доступ (?:запрещ[её]н|ограничен|заблокирован)|zugriff verweigert|accès (?:refusé|bloqué)|acceso denegado",
    r"accesso negato|acesso negado|toegang geweigerd|erişim engellendi|dostęp zabroniony",
)

#: What such pages say, where there is hardly any other text.
BLOCK_TEXTS = _any(
    r"checking (?:if the site connection is secure|your browser before accessing)",
    r"(?:enable|turn on) javascript and cookies to continue",
    r"verify(?:ing)? (?:that )?you(?:'re| are) (?:not a robot|(?:a )?human)",
    r"needs to review the security of your connection",
    r"performance (?:&|and) security by cloudflare|cloudflare ray id|ray id: [0-9a-f]{8}",
    r"you don't have permission to access .{0,200}on this server",
    r"(?:request|access|traffic) (?:was |has been |is )?(?:blocked|denied)[^.]{0,80}(?:security|firewall"
    r"|administrator|bot)",
    r"incapsula incident id|powered and protected by\W{0,20}(?:imperva|akamai)|px-captcha|datadome",
    r"access denied .{0,60}reference #",
    r"unusual (?:traffic|activity) from your (?:computer )?(?:network|device|ip)",
    r"(?:is|site|currently) offline.{0,120}always online|always online.{0,120}(?:is|currently) offline",
    r"(?:press (?:&|and) hold|slide|drag)[^.]{0,60}(?:confirm|verify|prove)[^.]{0,40}(?:human|robot)",
    r"请完成(?:安全)?验证|拖动(?:下方)?滑块|您的访问(?:请求)?(?:过于|太)?频繁|环境异常|系统检测到您的网络",
    r"подтвердите,? что (?:запросы отправляли )?вы,? а? ?не робот",
)

#: Where a wall is spelled in the address that a redirect led to.
CONSENT_ADDRESS = re.compile(
    r"//(?:consent|guce|privacy-?mgmt|cmp|myprivacy|privacygate)[\w-]*\.|/(?:cookie-?(?:wall|consent)|consent|collectconsent|privacy-?gate)\b"
)
LOGIN_ADDRESS = re.compile(
    r"//(?:login|signin|sso|auth|accounts?|id|myaccount)\.[^/]+/|/(?:log-?in|sign-?in|signon|sso|anmelden|connexion|inloggen|konto)\b"
)

CONSENT_TITLES = _any(
    r"(?:before you continue|bevor sie fortfahren|avant de continuer|antes de continuar"
    r"|voordat je verdergaat).*",
    r"(?:cookie|privacy|datenschutz)[ -]?(?:consent|settings|einstellungen|preferences|wall|gate|policy)?\W*",
    r"(?:your|we value your|wir schätzen ihre|nous respectons votre|zustimmung|consent)(?: (?:privacy"
    r"|privatsphäre|vie privée|consent))?\W*",
    r"(?:manage|accept) (?:your )?(?:cookies?|consent|privacy)[\w ]*",
    r"(?:dpg media )?privacy ?gate",
)
LOGIN_TITLES = _any(
    r"(?:log ?in|sign ?in|login|anmelden|einloggen|connexion|se connecter|iniciar sesi[óo]n|acceder|accedi"
    r"|entrar|inloggen|logga in|logg inn|log ind|zaloguj(?: się)?|вход|войти|giriş(?: yap)?|登录|登入|ログイン"
    r"|로그인)(?: (?:to|bei|à|en|a|in|na|to continue)\b.*)?\W*",
)

#: Whole titles, or whole first headings, of pages that are not there though the server says 200.
MISSING_TITLES = _any(
    r"(?:error|fehler|erreur|http|status)?\W*(?:404|410)\b.{0,60}",
    r".{0,30}\b(?:error|fehler|erreur|http|status)\W{0,3}(?:404|410)\b.{0,30}",
    r"(?:sorry,? |oops\W+|uh[ -]oh\W+|whoops\W+|we're sorry\W+)*(?:the |this |that |your )?(?:requested "
    r"|web ?)?(?:page|article|story|document|content|url|file)(?: (?:you (?:requested|are looking for"
    r"|were looking for)))? (?:(?:was |is |has been |could |can |does |has )?(?:not |n't |no longer "
    r"|cannot ?)?(?:be )?(?:found|exists?|available|removed|deleted|moved|expired)|doesn't exist"
    r"|can't be found|not found)\W*",
    r"(?:page |article |story )?not found\W*|nothing (?:was )?found(?: here)?\W*|gone|object not found\W*",
    r"no longer available\W*|oops\W*",
    r"(?:die |diese )?(?:seite|artikel|inhalt|dokument)(?: wurde)? (?:leider )?(?:nicht (?:gefunden|verfügbar"
    r"|vorhanden)|existiert nicht(?: mehr)?)\W*",
    r"(?:la |cette )?page (?:(?:demandée )?(?:est )?(?:introuvable|inexistante)|non trouvée|n'existe (?:pas"
    r"|plus)|not found)\W*",
    r"(?:la |esta )?p[áa]gina (?:(?:que busca )?no (?:encontrada|existe|disponible|se encuentra)"
    r"|n[ãa]o (?:encontrada|existe|dispon[íi]vel))\W*",
    r"(?:la )?pagina (?:non (?:trovata|esiste|disponibile)|niet gevonden|bestaat niet(?: meer)?)\W*",
    r"страница не (?:найдена|существует)\W*|ошибка 404\W*|такой страницы (?:нет|не существует)\W*",
    r"strona nie (?:została odnaleziona|istnieje)\W*|nie znaleziono strony\W*",
    r"sidan (?:hittades inte|kunde inte hittas|finns inte)\W*",
    r"siden (?:finnes ikke|ble ikke funnet|blev ikke fundet|findes ikke)\W*|sivua ei (?:löydy|löytynyt)\W*",
    r"str[áa]nka (?:nenalezena|neexistuje|nebyla nalezena)\W*|sayfa bulunamadı\W*",
    r"(?:您(?:要)?(?:访问|查找|浏览)的|该|此|对不起,?|抱歉,?|您所请求的)?(?:页面|网页|文章|内容|頁面|網頁|新聞"
    r"|新闻)(?:不存在|未找到|已(?:被)?(?:删除|刪除|下线|移除)|找不到|无法找到)(?:了|或.{0,20})?\W*",
    r"(?:找不到|无法找到|沒有找到|未找到)(?:该|此|您.{0,8})?(?:页面|网页|頁面|網頁|文章)\W*",
    r"(?:お探しの|指定された|この)?(?:ページ|記事)(?:は|が)?(?:見つかりません(?:でした)?|存在しません"
    r"|ありません|削除されました)\W*",
    r"(?:요청하신 |해당 )?(?:페이지|기사)(?:를|가|는)? ?(?:찾을 수 없(?:습니다|음)|존재하지 않(?:습니다|음)"
    r"|삭제되었습니다|없습니다)\W*",
    r"không tìm thấy trang\W*|trang (?:không tồn tại|bạn tìm không tồn tại)\W*|halaman tidak ditemukan\W*",
    r"الصفحة غير موجودة\W*|لم يتم العثور على الصفحة\W*|הדף לא נמצא\W*",
)

ERROR_TITLES = _any(
    r"(?:error|http|status)?\W*(?:500|502|503|504|520|521|522|523|524|525|526|530)\b.{0,60}",
    r"(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
    r"|web server is down)\W*",
    r"(?:site|website|page|we(?:'re| are))[\w ]{0,20}(?:under|down for|undergoing"
    r"|in) (?:scheduled )?maintenance\W*",
    r"maintenance(?: mode)?\W*",
    r"(?:an |application |unexpected |fatal |server |database )?error(?: occurred"
    r"| establishing a database connection)?\W*",
    r"something went wrong\W*|technical (?:difficulties|error|problem)\W*|wartungsarbeiten\W*",
    r"系统(?:繁忙|维护|错误)\W*|服务器错误\W*",
)

#: A short article that says that more will come.
PROMISES = _any(
    r"(?:this|the) (?:is a )?(?:breaking|developing)(?: news)? (?:story|report)[^.]{0,60}(?:update|check back"
    r"|more|developing|follow)",
    r"this is a (?:breaking|developing) (?:news )?story",
    r"(?:story|report) is (?:breaking|developing|unfolding)",
    r"(?:story|article|page) (?:is being|will be) (?:updated|refreshed)",
    r"more (?:details |information |news )?(?:to follow|to come|follows|soon)\b",
    r"more details (?:will be|shortly)",
    r"(?:check back|please return|refresh)[^.]{0,30}(?:for )?(?:updates|more|the fullest version)",
    r"updates? to follow",
    r"weitere (?:informationen|infos|details) (?:folgen|in kürze)|mehr in kürze",
    r"(?:artikel|meldung|text|beitrag) wird (?:laufend |fortlaufend |ständig )?aktualisiert|folgt in kürze",
    r"plus d'informations? (?:à|a) (?:venir|suivre)",
    r"(?:article|actualité|développement)s? (?:en cours de|sera) (?:mise? à jour|actualis)",
    r"plus d'infos à suivre",
    r"habrá ampliación|noticia en (?:desarrollo|ampliación|elaboración)",
    r"en breve,? (?:más información|ampliaremos)|seguirá ampliación",
    r"(?:notizia|articolo|pagina) in aggiornamento|seguono aggiornamenti|\(?in aggiornamento\)?\.?\s*\Z",
    r"(?:notícia|reportagem|matéria) em atualização|mais informações em (?:breve|instantes)",
    r"em atualização\W*\Z",
    r"(?:новость|материал|текст) (?:дополняется|обновляется|будет дополнен)",
    r"подробности (?:следуют|позже|позднее)|ожидайте подробностей",
    r"稍后将有更新|稍后更新|将(?:会)?持续更新|持续更新中|详情稍后|更多(?:详情|消息|内容)(?:稍后|待续)",
    r"敬请关注后续|稍後(?:將有)?更新|將持續更新|更多詳情稍後|最新消息稍後",
    r"詳細は追って|この(?:記事|ニュース)は(?:随時)?更新|続報が入り次第",
    r"(?:기사|속보)[^.]{0,20}(?:업데이트|이어집니다)|추후 (?:보도|업데이트)",
    r"자세한 (?:소식|내용)[^.]{0,10}(?:곧|추후|잠시)",
    r"meer (?:volgt|informatie volgt|nieuws volgt)",
    r"(?:dit )?(?:artikel|bericht) wordt (?:nog )?(?:aangevuld|bijgewerkt|geüpdatet)|later meer\W*\Z",
    r"sak(?:en|a) (?:oppdateres|blir oppdatert)|(?:artikeln|texten) uppdateras",
    r"(?:artiklen|historien) (?:opdateres|bliver opdateret)|mere følger|mer(?: information)? kommer",
    r"wkrótce więcej (?:informacji|szczegółów)",
    r"(?:artykuł|tekst|materiał) (?:jest )?(?:w trakcie aktualizacji|aktualizowany)|więcej informacji wkrótce",
    r"(?:ayrıntılar|detaylar) (?:geliyor|birazdan|az sonra)|haber güncelleniyor|zprávu (?:dále )?aktualizujeme",
    r"článek (?:dále )?(?:aktualizujeme|doplňujeme)",
    r"(?:tin|bài)[^.]{0,15}(?:tiếp tục )?(?:được )?cập nhật\W*\Z|\(?tiếp tục cập nhật\)?",
)
