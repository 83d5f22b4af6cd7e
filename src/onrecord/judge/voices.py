"""How walls, errors and closed doors speak to whoever meets them, by kind and language. Data, and no code.

A voice is a line that addresses the reader of this page, at this moment: "verify that you are human". One such
line is a hint; `weighing` sums hints up against what speaks for an article. Each pattern is looked for in one
line in lower case, with folded space and straight apostrophes.
"""

from __future__ import annotations

import re

from onrecord.model import VerdictKind

BLOCK = {
    "en": (
        (
            r"(?:verify|confirm|prove|make sure|check)\w*[^.]{0,30}you(?:'re| are)[^.]{0,12}(?:human"
            r"|not a (?:ro)?bot)"
        ),
        r"(?:enable|turn on|activate|allow|requires?|needs?)[^.]{0,20}(?:javascript|js|cookies)\b",
        r"(?:disable|turn off)[^.]{0,30}(?:ad|content)[ -]?block",
        (
            r"(?:your|this) (?:access|request|connection|ip(?: address)?|network|session|activity"
            r"|browser)\b[^.]{0,60}(?:denied|block|suspend|suspicious|flagged|limited|restricted|automated"
            r"|unusual)"
        ),
        (
            r"(?:unusual|suspicious|automated|abnormal)\b[^.]{0,24}(?:traffic|activity|requests|behaviou?r"
            r"|access)"
        ),
        r"don't have permission to (?:access|view)",
        r"access (?:to this (?:page|site|content) )?(?:is|has been|was) (?:denied|restricted|blocked)",
        r"security (?:check|service|verification|of your connection)",
        (
            r"(?:type|enter|select|click)[^.]{0,40}(?:characters|letters|code|images?|squares|box"
            r"|puzzle)[^.]{0,40}(?:see|below|shown|picture|contain|above|continue|match)"
        ),
        r"(?:incident|reference|ray|request|support) ?(?:id|number|#)\b",
        r"complete the (?:captcha|puzzle|challenge)",
        r"too many requests",
        r"(?:press|tap) (?:and|&) hold",
        r"slide (?:to|the)\b",
        r"i'm not a robot",
        r"checking your browser",
        r"(?:not|isn't) available (?:in|from) your (?:country|region|location)",
        r"stand by",
        r"one moment while",
        r"your browser will (?:be )?redirect",
        r"this process is automatic",
        r"currently offline|always online",
        r"(?:against|from) (?:automated|bots|attacks|spam)\b",
        r"from (?:a|the) (?:country|region)[^.]{0,160}(?:cannot|can't|not) be (?:granted|shown|served)",
    ),
    "de": (
        r"(?:kein|ein) (?:ro)?bot(?:er)? (?:sind|bist)",
        r"(?:mensch|roboter) sind",
        r"sind sie ein (?:mensch|roboter)",
        r"(?:javascript|cookies)[^.]{0,30}(?:aktivier|einschalt|zulass|erlaub)",
        r"(?:aktivier|erlaub)\w*[^.]{0,30}javascript",
        (
            r"(?:ungewöhnlich|verdächtig|automatisiert|auffällig)\w*[^.]{0,40}(?:anfrage|zugriff|aktivität"
            r"|datenverkehr|verkehr)"
        ),
        (
            r"(?:ihr(?:e|en)?|dieser|der) (?:zugriff|zugang|anfrage|ip(?:-adresse)?|verbindung"
            r"|netzwerk)[^.]{0,60}(?:gesperrt|blockiert|verweigert|eingeschränkt|abgelehnt|überprüf|geprüft)"
        ),
        r"(?:zeichen|buchstaben|code|bilder)[^.]{0,40}(?:eingeben|ein\b|auswählen|abtippen)",
        r"sicherheits(?:über)?prüfung",
        r"sicherheitsabfrage",
        r"zu viele anfragen",
        r"werbeblocker[^.]{0,30}(?:deaktiv|ausschalt)",
        r"ihr(?:en)? browser (?:wird|zu) (?:ge)?prüf",
        r"automatisierte\w* (?:angriff|zugriff|abruf)",
        r"(?:in ihrem land|ihrer region) nicht (?:verfügbar|abrufbar)",
        r"einen moment,? bitte",
    ),
    "fr": (
        r"(?:n'êtes|n'es|êtes|es) (?:pas |bien )?un (?:robot|humain|être humain)",
        r"vérifi\w+[^.]{0,40}(?:humain|robot)",
        r"(?:activ|autoris)\w+[^.]{0,30}(?:javascript|cookies)",
        r"désactiv\w+[^.]{0,30}bloqueur",
        r"(?:activité|trafic|requêtes?|comportement|accès)[^.]{0,30}(?:inhabituel|suspect|anorma|automati)",
        (
            r"(?:votre|l') ?(?:accès|requête|adresse ip|connexion|demande)[^.]{0,60}(?:bloqu|refus|suspend"
            r"|restrein|limit)"
        ),
        r"(?:saisi|recopi|sélectionn|cliqu)\w*[^.]{0,40}(?:caractères|lettres|images)",
        r"trop de requêtes",
        r"vérification de sécurité",
        r"contrôle de sécurité",
        r"glissez",
        r"(?:dans|depuis) votre (?:pays|région)",
        r"votre navigateur (?:va|sera|est) (?:redirig|vérif|en cours)",
        r"un instant\W*\Z",
    ),
    "es": (
        r"(?:no (?:eres|es) un|eres (?:un )?|es (?:usted )?un) (?:robot|humano|ser humano)",
        r"(?:verific|confirm|demuestr)\w*[^.]{0,40}(?:humano|robot)",
        r"(?:activ|habilit|permit)\w*[^.]{0,30}(?:javascript|cookies para)",
        r"desactiv\w*[^.]{0,30}bloqueador",
        (
            r"(?:actividad|tráfico|solicitudes|peticiones|comportamiento)[^.]{0,20}(?:inusual|sospechos|anóm"
            r"|automat|anormal)"
        ),
        (
            r"(?:su|tu|el) (?:acceso|solicitud|dirección ip|ip|conexión|petición)[^.]{0,60}(?:bloque|deneg"
            r"|suspend|restring|limit)"
        ),
        r"hemos (?:bloqueado|restringido|limitado)[^.]{0,30}(?:acceso|ip|conexión)",
        r"demasiadas (?:solicitudes|peticiones)",
        r"(?:escrib|introduc|selecc)\w*[^.]{0,30}(?:caracteres|letras|imágenes)",
        r"(?:comprobación|verificación) de seguridad",
        r"(?:en|desde) (?:tu|su) (?:país|región)",
        r"un momento\W*\Z",
        r"(?:tu|su) navegador (?:será|va a)",
    ),
    "pt": (
        r"(?:não é|você é) um (?:robô|humano)",
        r"(?:habilit|ativ)\w*[^.]{0,30}javascript",
        r"seu (?:acesso|ip)[^.]{0,40}bloque",
        r"(?:atividade|tráfego) (?:incomum|suspeit)",
        r"verificação de segurança",
    ),
    "it": (
        r"(?:non sei|sei) un (?:robot|umano|essere umano)",
        r"(?:abilit|attiv)\w*[^.]{0,30}javascript",
        r"il tuo (?:accesso|ip)[^.]{0,40}blocca",
        r"(?:attività|traffico) (?:insolit|sospett)",
        r"(?:verifica|controllo) di sicurezza",
    ),
    "nl": (
        r"(?:geen|een) (?:robot|mens) bent",
        r"(?:schakel|zet)[^.]{0,30}javascript",
        r"ongewo\w+ (?:activiteit|verkeer)",
        r"(?:uw|je) (?:toegang|ip-adres)[^.]{0,40}(?:geblokk|geweiger)",
        r"beveiligingscontrole",
    ),
    "ru": (
        r"(?:вы|ты) не робот",
        r"я не робот",
        r"а не робот",
        r"что вы (?:человек|не бот)",
        r"(?:запрос|действи)\w*[^.]{0,40}(?:похож|автоматическ|подозрительн)",
        r"(?:подозрительн|необычн|аномальн)\w+ (?:активност|трафик|запрос)",
        r"(?:включите|разрешите)[^.]{0,30}(?:javascript|cookie)",
        r"(?:ваш[а-я]*|этот) (?:доступ|запрос|ip|адрес)[^.]{0,60}(?:заблокир|ограничен|отклон|запрещ)",
        r"доступ[^.]{0,40}(?:с вашего|из вашей)",
        r"проверк\w+ (?:безопасности|браузера)",
        r"(?:введите|выберите)[^.]{0,40}(?:символы|картинк|изображени|буквы)",
        r"слишком много запросов",
        r"отключите[^.]{0,20}блокировщик",
        r"недоступ\w+ (?:в|из|для) ваш",
        r"из вашего? (?:региона|страны)",
        r"(?:используете|отключите)[^.]{0,10}vpn",
        r"подождите[^.]{0,30}(?:проверя|секунд)",
    ),
    "zh": (
        r"(?:完成|进行|進行|通过|通過|需要).{0,10}(?:验证|驗證|安全检测|安全檢測|人机|人機)",
        r"(?:拖动|拖動|按住|滑动|滑動).{0,10}(?:滑块|滑塊|拼图|拼圖)",
        r"不是(?:机器人|機器人)",
        r"(?:您|你)是(?:真人|人类|人類)",
        (
            r"(?:访问|訪問|存取|操作|请求|請求|連線|连接|網路|网络).{0,12}(?:过于频繁|過於頻繁|异常|異常"
            r"|被拒绝|被拒絕|受限|被限制|被封锁|被封鎖|被阻止|可疑|是否安全)"
        ),
        r"(?:检测|檢測|偵測|侦测|发现|發現)到?.{0,14}(?:异常|異常|可疑|自动|自動|机器|機器|爬虫|爬蟲)",
        r"(?:启用|啟用|开启|開啟|打开|允许|允許).{0,8}(?:javascript|cookie)",
        r"关闭.{0,6}广告(?:拦截|屏蔽)",
        r"(?:输入|輸入|点击|點擊|選取|选择|点选|點選).{0,12}(?:图中|圖中|下方|上图|字符|字元|圖片中|图片中)",
        r"(?:安全|身份)(?:检查|檢查|验证|驗證)",
        r"(?:ip|地区|地區|国家|國家).{0,10}(?:无法访问|無法訪問|不提供|無法存取)",
        r"(?:访问|訪問|操作|请求|請求).{0,4}(?:太|过于|過於)(?:频繁|頻繁|快)",
        r"(?:大量|過多|过多)(?:的)?(?:请求|請求|訪問|访问)",
        r"(?:您|你)所在的?(?:国家|國家|地区|地區).{0,10}(?:不|无法|無法)",
    ),
    "ja": (
        (
            r"(?:ロボット|ボット|人間|自動)(?:で(?:は|ない)|プログラム|である|による|的な).{0,30}(?:確認"
            r"|アクセス|検出|証明)"
        ),
        r"私はロボットではありません",
        r"(?:javascript|クッキー|cookie).{0,12}(?:有効|オンに)",
        r"アクセス.{0,16}(?:制限|拒否|遮断|ブロック|集中して|検知|検出)",
        r"(?:不審|不正|異常|通常と異なる|多数の|大量の).{0,10}(?:アクセス|リクエスト|トラフィック|通信)",
        r"(?:画像|表示).{0,16}文字.{0,8}入力",
        r"セキュリティ(?:チェック|確認|検証)",
        r"お住まいの(?:国|地域)では",
    ),
    "ko": (
        r"로봇이 아닙니",
        r"사람(?:인지|임을)",
        r"(?:비정상|의심|자동화|과도한?|이상)[가-힣]*.{0,16}(?:접근|접속|요청|트래픽|프로그램|활동)",
        r"자동 ?(?:입력|등록) ?방지",
        r"(?:접근|접속|이용|요청).{0,14}(?:제한|차단|거부)(?:되|하)",
        r"보안 ?(?:확인|검사|문자)",
        r"(?:자바스크립트|javascript|쿠키).{0,12}(?:활성|허용|켜)",
        r"(?:국가|지역)에서는? .{0,12}(?:이용|제공|볼) ?(?:하실 )?수? ?없",
    ),
}

CONSENT = {
    "en": (
        (
            r"\b(?:we|us|our|third[- ]part(?:y|ies))\b[^.]{0,120}(?:use|store|set|place|access"
            r"|process)[^.]{0,80}(?:cookies|information on (?:a|your) device|personal data|tracking|trackers)"
        ),
        (
            r"(?:accept|allow|agree|reject|decline|refuse)\w*(?: to)?(?: and)? (?:all|cookies|continue|close"
            r"|necessary)"
        ),
        r"(?:your|value|respect|about your) privacy\b",
        r"(?:your|withdraw|give|without|ask for) consent",
        r"legitimate interest",
        r"(?:manage|privacy|cookie) (?:settings|preferences|options|choices|policy)",
        r"continue without",
        r"personali[sz]ed ads",
    ),
    "de": (
        (
            r"(?:wir|uns|unsere)\b[^.]{0,100}(?:cookies|daten auf ihrem gerät|personenbezogen|tracking"
            r"|einwilligung|zustimmung)"
        ),
        (
            r"(?:alle[ns]? |cookies |und |mit werbung )?(?:akzeptieren|zustimmen|ablehnen"
            r"|einverstanden)(?: und|\W*\Z)"
        ),
        r"(?:mit werbung|ohne werbung|werbefrei|pur[- ]abo|werbetracking|tracking)",
        r"(?:ihre )?privatsphäre",
        r"einwilligung",
        r"ihre(?:r)? (?:zustimmung|daten)",
        r"datenschutz-?(?:einstellungen|erklärung)",
        r"cookie-einstellungen",
    ),
    "fr": (
        (
            r"(?:nous|nos partenaires|avec votre accord)\b[^.]{0,120}(?:cookies|traceurs|données personnelles"
            r"|technologies similaires)"
        ),
        r"(?:tout )?(?:accepter|refuser)(?: et|\W*\Z|les| tout)",
        r"continuer sans accepter",
        r"votre (?:vie privée|consentement|choix)",
        r"intérêt légitime",
        r"paramétrer",
        r"gérer (?:mes|les|vos) (?:cookies|choix|préférences)",
        r"données suivantes",
        r"(?:accept|refus)\w+ les (?:traceurs|cookies)",
    ),
    "es": (
        (
            r"(?:nosotros|nuestros socios|usamos|utilizamos|empleamos|las empleamos)\b[^.]{0,100}(?:cookies"
            r"|datos personales|publicidad personalizada|dispositivo)"
        ),
        r"acepta\w* (?:las |todas |y |nuestras )?(?:cookies|continuar)?",
        r"(?:rechazar|configurar)(?: todo| cookies|\W*\Z)",
        r"tu privacidad",
        r"su privacidad",
        r"consentimiento",
        r"interés legítimo",
        r"(?:sin|con) publicidad personalizada",
        r"(?:acept|rechaz)\w+ tod[oa]s?\W*\Z",
    ),
    "pt": (
        r"(?:nós|utilizamos|usamos)[^.]{0,80}cookies",
        r"aceitar (?:todos|e continuar)",
        r"sua privacidade",
        r"consentimento",
    ),
    "it": (
        r"(?:noi|utilizziamo|usiamo)[^.]{0,80}cookie",
        r"accetta(?:re)? (?:tutti|e continua)",
        r"tua privacy",
        r"consenso",
    ),
    "nl": (
        r"(?:wij|we|onze partners)[^.]{0,80}cookies",
        r"(?:alles )?accepteren",
        r"akkoord(?: en|\W*\Z)",
        r"uw privacy",
        r"toestemming",
    ),
    "ru": (
        r"(?:мы|наш\w* партн[её]р\w*|сайт)\b[^.]{0,80}(?:cookie|куки|персональн\w+ данн)",
        r"(?:принять|отклонить)(?: вс[её]|\W*\Z)",
        r"соглас(?:ие|ен|иться|ны)[^.]{0,30}(?:обработк|cookie|продолж)",
        r"(?:дайте|ваш\w*|отозвать) согласи",
        r"конфиденциальност",
    ),
    "zh": (
        (
            r"(?:我们|我們|本网站|本網站|本站|网站|網站).{0,12}(?:使用|会使用|會使用).{0,12}(?:cookie|缓存"
            r"|追蹤|追踪)"
        ),
        r"(?:个人信息|個人資料|隐私|隱私).{0,8}(?:保护|保護|政策|条款|條款|协议|權|权)",
        r"(?:同意|接受|拒绝|拒絕)(?:并|並|全部|所有|我们|我們|使用|cookie|\W*\Z)",
        r"(?:如|请先|請先)(?:您|你)?同意",
        r"(?:重视|重視|尊重).{0,6}(?:隐私|隱私)",
        r"全部(?:接受|同意|拒绝|拒絕)",
        r"管理(?:偏好|cookie)",
        r"不同意",
    ),
    "ja": (
        r"(?:cookie|クッキー).{0,20}(?:使用|利用|同意)",
        r"(?:同意|許可|拒否)(?:する|して|します)",
        r"設定を管理",
        r"プライバシー(?:設定|を)",
        r"(?:個人情報|データ).{0,16}(?:取扱い|取り扱い|利用).{0,10}同意",
    ),
    "ko": (
        r"쿠키.{0,20}(?:사용|수집|동의|허용)",
        r"(?:모두|전체) ?(?:동의|허용|수락|거부)",
        r"개인정보.{0,16}(?:수집|이용|처리).{0,12}동의",
        r"동의(?:하고|합니다|를 받|해 주)",
        r"맞춤형 광고",
    ),
}

LOGIN = {
    "en": (
        r"(?:sign|log)(?:ing)? ?in (?:to|with|or|using)\b",
        r"(?:please|must|need to) (?:sign|log) ?in",
        r"(?:sign|log) ?in\W*\Z",
        r"(?:create|have|need)[^.]{0,12}(?:an )?account",
        r"forg[oe]t(?:ten)? your password",
        r"(?:for|to) registered (?:readers|users)",
        r"register (?:for free|now|to)",
        r"registration is",
        r"welcome back",
        r"(?:enter|your) (?:e-?mail|password)",
        r"new here",
        r"(?:enter|with) your e-?mail (?:address )?to (?:keep|continue|read)",
        r"already have an account",
    ),
    "de": (
        r"(?:bitte )?(?:melden|loggen) sie sich",
        r"(?:anmelden|einloggen)(?: oder|\W*\Z)",
        r"noch kein konto",
        r"passwort vergessen",
        r"(?:kostenlos|jetzt) registrieren",
        r"registrierte\w* (?:nutzer|leser)",
        r"bereits registriert",
        r"e-mail-?(?:adresse)?\W*passwort",
    ),
    "fr": (
        r"(?:connectez|identifiez|inscrivez)-vous",
        r"se connecter\W*\Z",
        r"d[ée]jà (?:inscrit|abonné|un compte)",
        r"mot de passe",
        r"cré(?:er|ez) (?:un|votre|mon) compte",
        r"mon espace\W*\Z",
    ),
    "es": (
        r"inicia(?:r)? (?:tu )?sesión",
        r"(?:accede|identifícate|regístrate)\b",
        r"¿no tienes cuenta",
        r"contraseña",
        r"crea(?:r)? (?:una|tu) cuenta",
        r"usuarios registrados",
        r"entrar\W*\Z",
        r"continuar con\b",
    ),
    "pt": (
        r"(?:faça|fazer) login",
        r"senha",
        r"crie (?:sua|uma) conta",
        r"já (?:é|sou) (?:cadastrado|assinante)",
    ),
    "it": (
        r"accedi\b",
        r"password dimenticata",
        r"registrati",
        r"crea un account",
        r"non hai un account",
    ),
    "nl": (
        r"(?:log|meld) (?:je|u)? ?(?:in|aan)\b",
        r"inloggen\W*\Z",
        r"wachtwoord",
        r"maak een account",
        r"nog geen account",
    ),
    "ru": (
        r"(?:войдите|авторизуйтесь|зарегистрируйтесь)",
        r"вход (?:для|на|в)\b",
        r"забыли пароль",
        r"зарегистрированн\w+ (?:пользовател|читател)",
        r"(?:нет|создать) (?:аккаунт|уч[её]тн)",
        r"пароль\W*\Z",
        r"регистрация\W*\Z",
        r"войти\W*\Z",
    ),
    "zh": (
        r"(?:登录|登入)(?:后|後|即可|以|您|会员|會員|帐号|帳號|账号|\W*\Z)",
        r"(?:请|請|需)(?:您|先|要)?.{0,4}(?:登录|登入)",
        r"(?:输入|輸入).{0,6}(?:手机号|手機|密码|密碼|账号|帳號)",
        r"(?:忘记|忘記)密(?:码|碼)",
        r"注册(?:账号|会员|新用户)",
        r"加入會員",
        r"註冊",
        r"(?:会员|會員)(?:专属|專屬)",
        r"获取验证码",
        r"扫码登录",
    ),
    "ja": (
        r"ログイン(?:して|する|が必要|\W*\Z)",
        r"会員(?:id|登録|の方|専用)",
        r"パスワード(?:を|\W*\Z|をお忘れ)",
        r"新規登録",
        r"アカウントを?作成",
    ),
    "ko": (
        r"로그인(?:이 필요|하|해|후| 후|\W*\Z)",
        r"회원 ?(?:가입|전용|로그인)",
        r"(?:아이디|비밀번호)(?: ?찾기|를|\W*\Z)",
        r"계정(?:이 없|을 만)",
    ),
}

SOFT_404 = {
    "en": (
        (
            r"(?:can't|cannot|couldn't|could not|unable to|failed to)[^.]{0,10}(?:find"
            r"|locate)[^.]{0,30}(?:page|article|story|content|you(?:'re| are| were)? look)"
        ),
        (
            r"(?:page|article|story|content|link|url|address|item)\b[^.]{0,60}(?:not (?:be )?found|no longer"
            r"|(?:has|have|been|was|were) (?:been )?(?:moved|removed|deleted|expired|withdrawn|taken down)"
            r"|doesn't exist|does not exist|isn't (?:available|here)|may have (?:been )?(?:moved|expired))"
        ),
        r"(?:typed|entered|spelled|check)[^.]{0,30}(?:address|url|link)",
        r"(?:back|return|go) to (?:the |our )?home ?page",
        r"404\b",
        r"nothing (?:to see )?here\b",
        r"(?:story|page|article) you (?:were|are) (?:after|looking for|trying)",
    ),
    "de": (
        (
            r"(?:seite|artikel|inhalt|beitrag|link|adresse|url)\b[^.]{0,60}(?:nicht (?:gefunden|mehr|verfügbar"
            r"|existier|vorhanden)|existiert|entfernt|gelöscht|abgelaufen|verschoben|umgezogen)"
        ),
        r"(?:konnten?|können) (?:wir )?[^.]{0,40}nicht (?:finden|gefunden)",
        r"zur(?:ück zur)? startseite",
        r"(?:aufgerufen|angefordert|gesucht)\w* (?:seite|artikel|inhalt)",
        r"404\b",
    ),
    "fr": (
        (
            r"(?:page|article|contenu|adresse|lien)\b[^.]{0,60}(?:introuvable|n'existe|n'est plus|supprim"
            r"|déplac|expir|a disparu|inexistant|pas (?:été )?trouv|retir)"
        ),
        r"(?:retour(?:nez)?|revenir) à l'accueil",
        r"que vous (?:cherchez|recherchez|demandez)",
        r"404\b",
    ),
    "es": (
        (
            r"(?:página|artículo|noticia|contenido|enlace|dirección)\b[^.]{0,60}(?:no (?:existe"
            r"|se (?:ha )?(?:encuentra|encontr)|está disponible|disponible)|ya no|eliminad|movid|borrad"
            r"|retirad|caducad)"
        ),
        r"no (?:hemos podido|podemos|se ha podido) encontrar",
        r"(?:volver|ir|regresar) a (?:la )?(?:portada|inicio|página (?:principal|de inicio))",
        r"404\b",
    ),
    "pt": (
        (
            r"(?:página|conteúdo|notícia)\b[^.]{0,60}(?:não (?:existe|encontrad|foi encontrad|está disponív)"
            r"|removid)"
        ),
        r"voltar (?:à|para a) (?:página inicial|home)",
    ),
    "it": (
        (
            r"(?:pagina|articolo|contenuto)\b[^.]{0,60}(?:non (?:esiste|trovat|è (?:stat|più|disponib))|rimoss"
            r"|spostat)"
        ),
        r"torna alla home",
    ),
    "nl": (
        (
            r"(?:pagina|artikel)\b[^.]{0,60}(?:niet (?:gevonden|meer|beschikbaar)|bestaat niet|verwijderd"
            r"|verplaatst)"
        ),
        r"terug naar (?:de )?home",
    ),
    "ru": (
        (
            r"(?:страниц|материал|стать|новост|документ|публикаци)\w*[^.]{0,50}(?:не (?:найден|существует"
            r"|доступ)|удал[её]н|перемещ|недоступ|больше не)"
        ),
        r"(?:вернуться|перейти|перейдите|вернитесь)[^.]{0,10} на главную",
        r"(?:проверьте|неверный|ошибка в) адрес",
        r"404\b",
    ),
    "zh": (
        (
            r"(?:页面|頁面|网页|網頁|文章|内容|內容|新闻|新聞|链接|連結|網址|地址).{0,14}(?:不存在|未找到"
            r"|已(?:被|经|經)?(?:删除|刪除|下架|下线|移除|移动|移動|失效|过期|過期)|找不到|走丢|走失|失踪|飞走"
            r"|无法找到|無法找到|迷路)"
        ),
        r"(?:返回|回到)(?:首页|首頁)",
        r"找不到.{0,10}(?:页面|頁面|网页|網頁|文章|内容|內容)",
        r"404",
    ),
    "ja": (
        (
            r"(?:ページ|記事|url|アドレス|コンテンツ).{0,24}(?:見つかりません|存在しません|ありません|終了"
            r"|削除|移動|変更された|公開を終了|表示できません)"
        ),
        r"(?:掲載|公開)(?:期間)?(?:が|を)?(?:終了|過ぎ)",
        r"(?:お探し|ご指定|アクセスしよう|お求め).{0,10}(?:ページ|記事)",
        r"トップページ(?:へ|に|また|から)",
        r"404",
    ),
    "ko": (
        (
            r"(?:페이지|기사|주소|콘텐츠|게시물|문서).{0,24}(?:찾을 수 없|존재하지 않|삭제|이동|없습니다|잘못"
            r"|만료|변경)"
        ),
        r"(?:홈|메인)(?:으로| 화면|페이지)",
        r"404",
    ),
}

ERROR = {
    "en": (
        r"something went wrong",
        r"(?:having|experiencing)[^.]{0,20}(?:trouble|problems?|difficult|issues?)",
        r"try (?:again|refreshing|reloading)",
        r"(?:under|for|scheduled|undergoing)[^.]{0,12}maintenance",
        r"(?:internal|unexpected|server|technical|database|application) (?:error|problem|difficult)",
        r"temporarily (?:unavailable|down|offline)",
        r"we'?(?:re| are| will be|ll be) (?:back|working on)",
        r"error (?:id|code)\b",
        r"an error (?:has )?occurred",
        r"service unavailable",
        r"bad gateway",
        r"high (?:demand|traffic)",
        r"our (?:team|engineers) (?:is|are) (?:working|looking)",
        r"(?:back|restored) (?:shortly|soon)",
    ),
    "de": (
        r"(?:ein|technischer|unerwarteter|interner)\b[^.]{0,16}fehler",
        r"(?:ist )?etwas schiefgelaufen",
        r"wartungsarbeiten",
        r"gewartet",
        r"(?:versuchen|probieren) sie es[^.]{0,30}(?:erneut|später|noch)",
        r"vorübergehend nicht (?:erreichbar|verfügbar)",
        r"derzeit nicht erreichbar",
        r"technische (?:störung|probleme)",
        r"wir arbeiten (?:daran|an der)",
        r"in kürze wieder (?:da|erreichbar|verfügbar)",
    ),
    "fr": (
        r"(?:une )?erreur (?:est survenue|s'est produite|interne|technique|inattendue)",
        r"(?:veuillez )?(?:réessay|rafraîch)\w+",
        r"(?:en|cours de|opération de) maintenance",
        r"(?:momentanément|temporairement) (?:indisponible|inaccessible)",
        r"problème technique",
        r"(?:rencontr|sub|connaît)\w*[^.]{0,24}(?:difficultés|perturbations|problèmes?)",
        r"incident technique",
        r"rétabli\w* (?:le|du) service",
    ),
    "es": (
        r"(?:se ha producido|ha ocurrido|ocurrió|hubo)\b[^.]{0,10}(?:un )?(?:error|problema)",
        r"(?:algo (?:ha )?(?:salido|salió|fue) mal)",
        r"(?:en|por|tareas de|labores de) mantenimiento",
        r"(?:inténtalo|inténtelo|vuelva a intentar|vuelve a intentar)",
        r"temporalmente (?:no disponible|fuera)",
        r"problemas técnicos",
        r"error (?:interno|del servidor|inesperado)",
        r"volver(?:emos|á) (?:a estar|enseguida|pronto)",
        r"incidencia técnica",
    ),
    "pt": (
        r"(?:ocorreu|houve) um (?:erro|problema)",
        r"algo deu errado",
        r"em manutenção",
        r"tente novamente",
        r"temporariamente indispon",
    ),
    "it": (
        r"si è verificato un (?:errore|problema)",
        r"qualcosa è andato storto",
        r"in manutenzione",
        r"riprova",
        r"temporaneamente non",
    ),
    "nl": (
        r"er (?:is iets|ging iets) (?:mis|fout)",
        r"onderhoud\b",
        r"probeer het[^.]{0,20}opnieuw",
        r"tijdelijk niet",
        r"storing",
    ),
    "ru": (
        r"(?:произошла|возникла|внутренняя|техническая|непредвиденная)\b[^.]{0,16}ошибка",
        r"что-то пошло не так",
        r"техническ\w+ (?:работ|обслужив|неполад|причин)",
        r"(?:попробуйте|повторите|зайдите)[^.]{0,30}(?:позже|снова|ещ[её] раз|попытк)",
        r"временно (?:недоступ|не работает)",
        r"сервер[^.]{0,20}(?:перегружен|не отвечает)",
        r"(?:мы )?(?:уже )?работаем над",
        r"скоро (?:вс[её] )?(?:верн[её]мся|заработает|исправим)",
    ),
    "zh": (
        (
            r"(?:系统|系統|服务器?|伺服器|服務|网站|網站|程序).{0,8}(?:繁忙|忙碌|维护|維護|错误|錯誤|异常|異常"
            r"|故障|升级|升級|出错|出錯|开小差)"
        ),
        r"(?:稍后|稍後|过一会|晚點).{0,4}(?:再试|再試|重试|重試|再来|再來)",
        r"(?:出错|出錯)了",
        r"发生(?:了)?(?:错误|未知)",
        r"發生(?:了)?錯誤",
        r"連線人數過多",
        r"暂时无法",
        r"暫時無法",
        r"维护中",
        r"維護中",
        r"(?:正在|努力).{0,4}(?:抢修|搶修|修复|修復|恢复|恢復)",
    ),
    "ja": (
        r"(?:エラー|障害|不具合|問題)が(?:発生|起き)",
        r"メンテナンス(?:中|を|の|作業)",
        r"(?:しばらく|時間を).{0,12}(?:再度|もう一度|お試し|アクセス|お待ち)",
        r"(?:一時的に|現在).{0,12}(?:利用できません|ご利用いただけません|接続できません|混み合|混雑)",
        r"システムエラー",
        r"サーバー(?:エラー|が)",
        r"復旧(?:作業|まで|に)",
    ),
    "ko": (
        r"(?:서비스|시스템|서버|사이트|정기).{0,8}(?:점검|오류|장애|불안정)",
        r"(?:잠시|나중에).{0,6}(?:후|뒤)?.{0,4}다시",
        r"오류가 발생",
        r"일시적(?:인|으로).{0,16}(?:오류|이용|접속|장애)",
        r"점검 (?:일시|시간|중)",
        r"복구 ?(?:중|작업)",
    ),
}


def _voice(languages: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for patterns in languages.values() for pattern in patterns))


VOICES: dict[VerdictKind, re.Pattern[str]] = {
    VerdictKind.BLOCK: _voice(BLOCK),
    VerdictKind.CONSENT: _voice(CONSENT),
    VerdictKind.LOGIN: _voice(LOGIN),
    VerdictKind.SOFT_404: _voice(SOFT_404),
    VerdictKind.ERROR: _voice(ERROR),
}


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


#: What a page that follows an event calls itself, in its headline or title.
LIVE = _any(
    r"\blive[ -]?(?:blog|updates?|coverage|ticker|text|stream|reporting|feed|page)\b",
    r"\blive\s*[:|–—]",
    r"[:|–—]\s*live\b",
    r"\b(?:storm|election|match|budget|war|strike|trial|debate|results) live\b",
    r"minute by minute",
    r"\bnewsblog\b",
    r"\bliveblog\b",
    r"\bim live-?(?:ticker|blog)\b",
    r"\ben direct(?:o)?\b",
    r"\bminuto a minuto\b",
    r"\ben vivo\b",
    r"\baggiornamenti in diretta\b",
    r"\bdiretta\b\s*[:|–—]",
    r"\bao vivo\b",
    r"онлайн[- ]?(?:трансляци|репортаж)",
    r"текстов\w+ трансляци",
    r"хроника (?:дня|событий)",
    r"(?:图文|文字|現場|现场|即時|实时)(?:直播|更新)",
    r"直播(?:中|：|:)",
    r"滚动更新",
    r"滾動更新",
    r"持續更新中",
    r"ライブ(?:ブログ|更新|中継)",
    r"速報中",
    r"タイムライン",
    r"실시간 ?(?:중계|업데이트|속보|상황)",
    r"라이브 ?블로그",
)

#: What such a page says once the event is over, and it stands.
LIVE_OVER = _any(
    r"as it happened",
    r"(?:live ?blog|live coverage|ticker|newsblog)[^.]{0,30}(?:closed|ended|over|beendet|geschlossen)",
    r"fin d[ue] direct",
    r"(?:directo|en vivo)[^.]{0,20}(?:finaliz|termin|cerrad)",
    r"трансляция завершена",
    r"(?:直播|更新)(?:已)?(?:结束|結束)",
    r"ライブ.{0,8}終了",
    r"중계.{0,6}종료",
)
