//! Walls: pages that stand where others were asked for, known by what they say: a login, an error, a consent wall, a bot
//! check.

mod checks;
mod consent;

use crate::model::{PageKind, is_han, is_wide, text_weight};
pub(in crate::read) use checks::{is_challenge, may_check};

use checks::is_bot_check;
use consent::is_consent;

/// Below this weight of visible text a page says next to nothing.
pub(in crate::read) const NEXT_TO_NOTHING: usize = 250;
/// Below this weight a page can still be a notice: an error, a check.
pub(super) const NOTICE: usize = 3000;

/// What tells a wall: a page that stands where another was asked for.
#[derive(Debug)]
pub(in crate::read) struct Notice<'a> {
    pub(in crate::read) status: u16,
    /// The page's title.
    pub(in crate::read) title: &'a str,
    /// How its visible text begins.
    pub(in crate::read) start: &'a str,
    /// What of that it says for itself, and not in a box that is laid over something else.
    pub(in crate::read) own: &'a str,
    /// How much it shows.
    pub(in crate::read) weight: usize,
    /// Whether a script of it is a known check against robots.
    pub(in crate::read) challenged: bool,
    /// Whether it shows next to nothing, and has what checks against robots have, and forms too.
    pub(in crate::read) checking: bool,
    /// Whether it asks for a password.
    pub(in crate::read) password: bool,
}

impl Notice<'_> {
    /// The kind of wall, if it is one, where so many teasers were found and that is or is not sure to be a list.
    pub(in crate::read) fn wall(&self, teasers: usize, sure: bool) -> Option<PageKind> {
        if self.weight >= NOTICE {
            return None;
        }
        let title = self.title.to_lowercase();
        let beginning = |text: &str| text.get(..text.floor_char_boundary(4000)).unwrap_or_default().to_lowercase();
        let (start, own) = (beginning(self.start), beginning(self.own));
        // Of a list, the title may be that of a paper which writes about such things.
        let checking = self.checking && !self.password;
        if self.challenged || !sure && (checking || is_bot_check(&title, &start)) {
            return Some(PageKind::BotCheck);
        }
        if is_error(&title, &start, &own, self, sure) {
            return Some(PageKind::Error);
        }
        if is_consent(&title, &own) && teasers < 5 && !sure {
            return Some(PageKind::Consent);
        }
        (!sure && self.password).then_some(PageKind::Login)
    }
}

/// What errors are called where they are called by a title, or a part of one, and nothing else: a paper may have any of
/// these words in its name.
const NAMES: [&str; 7] = [
    "not found",
    "forbidden",
    "service unavailable",
    "bad gateway",
    "gateway timeout",
    "internal server error",
    "access denied",
];

/// Those of them that tell an error in a short text, too.
const NOTICED: [&str; 2] = ["not found", "forbidden"];

/// What a site says that shows nothing for now, or nothing to us.
const CLOSED: [&str; 19] = [
    "under maintenance",
    "scheduled maintenance",
    "down for maintenance",
    "be back soon",
    "be right back",
    "wartungsarbeiten",
    "wartungsmodus",
    "maintenance en cours",
    "site en maintenance",
    "en mantenimiento",
    "em manutenção",
    "in manutenzione",
    "технические работы",
    "przerwa techniczna",
    "メンテナンス中",
    "系统维护",
    "available in your country",
    "available in your region",
    "available in your location",
];

/// What they are called beside their number.
const NUMBERED: [&str; 8] = ["error", "fehler", "erreur", "errore", "fel", "ошибка", "http", "http error"];

/// What errors say.
const ERRORS: &[&str] = &[
    "page not found",
    "page could not be found",
    "find the page",
    "page does not exist",
    "page doesn't exist",
    "service unavailable",
    "bad gateway",
    "internal server error",
    "error establishing a database connection",
    "bridge returned error",
    "account suspended",
    "account has been suspended",
    "domain is for sale",
    "domain may be for sale",
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite gibt es nicht",
    "seite existiert nicht",
    "page introuvable",
    "page non trouvée",
    "page n'existe pas",
    "página no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "sidan kunde inte hittas",
    "siden ble ikke funnet",
    "siden blev ikke fundet",
    "sivua ei löytynyt",
    "nie znaleziono strony",
    "strona nie istnieje",
    "stránka nenalezena",
    "stránka nebyla nalezena",
    "az oldal nem található",
    "sayfa bulunamadı",
    "страница не найдена",
    "сторінку не знайдено",
    "الصفحة غير موجودة",
    "页面不存在",
    "頁面不存在",
    "找不到",
    "ページが見つかりません",
    "페이지를 찾을 수 없습니다",
    "page cannot be found",
    "page can't be found",
    "page couldn't be found",
    "page no longer exists",
    "page you are looking for",
    "page you were looking for",
    "page you're looking for",
    "page you requested",
    "page you have requested",
    "seite konnte nicht gefunden",
    "gesuchte seite",
    "angeforderte seite",
    "page n'a pas été trouvée",
    "page n'a pas pu être trouvée",
    "page est introuvable",
    "page que vous cherchez",
    "page que vous recherchez",
    "page demandée",
    "página no existe",
    "página que buscas",
    "página solicitada",
    "no se encontró la página",
    "no se ha encontrado la página",
    "página não existe",
    "página não foi encontrada",
    "pagina non esiste",
    "pagina non è stata trovata",
    "pagina inesistente",
    "pagina bestaat niet",
    "pagina kon niet worden gevonden",
    "siden finnes ikke",
    "siden findes ikke",
    "sidan finns inte",
    "sivua ei löydy",
    "strony nie znaleziono",
    "strona nie została znaleziona",
    "stránka neexistuje",
    "pagina nu a fost găsită",
    "pagina nu există",
    "sayfa mevcut değil",
    "страница не существует",
    "страницы не существует",
    "такой страницы нет",
    "запрашиваемая страница",
    "запрошенная страница",
    "сторінка не знайдена",
    "η σελίδα δεν βρέθηκε",
    "لم يتم العثور على الصفحة",
    "صفحه یافت نشد",
    "הדף לא נמצא",
    "पृष्ठ नहीं मिला",
    "पेज नहीं मिला",
    "halaman tidak ditemukan",
    "không tìm thấy trang",
    "ไม่พบหน้า",
    "页面未找到",
    "页面没有找到",
    "您访问的页面",
    "頁面未找到",
    "ページは見つかりません",
    "ページが存在しません",
    "ページは存在しません",
    "お探しのページ",
    "존재하지 않는 페이지",
    "페이지가 존재하지 않습니다",
];

/// What asks for a login is called, alone or with more words behind it.
const LOGINS: &[&str] = &[
    "log in",
    "login",
    "log on",
    "logon",
    "sign in",
    "signin",
    "sign-in",
    "please log in",
    "please login",
    "please sign in",
    "you must log in",
    "you must be logged in",
    "member login",
    "user login",
    "subscriber login",
    "account login",
    "anmelden",
    "anmeldung",
    "einloggen",
    "bitte anmelden",
    "bitte melden sie sich an",
    "bitte loggen sie sich ein",
    "connexion",
    "se connecter",
    "connectez-vous",
    "identifiez-vous",
    "identification",
    "veuillez vous connecter",
    "iniciar sesión",
    "inicia sesión",
    "inicie sesión",
    "acceder",
    "identifícate",
    "entrar",
    "iniciar sessão",
    "faça login",
    "fazer login",
    "accedi",
    "accesso",
    "effettua il login",
    "inloggen",
    "aanmelden",
    "logga in",
    "inloggning",
    "logg inn",
    "innlogging",
    "log ind",
    "kirjaudu",
    "kirjaudu sisään",
    "zaloguj",
    "zaloguj się",
    "logowanie",
    "přihlášení",
    "přihlásit se",
    "prihlásenie",
    "bejelentkezés",
    "belépés",
    "autentificare",
    "conectare",
    "prijava",
    "giriş",
    "giriş yap",
    "oturum aç",
    "üye girişi",
    "вход",
    "войти",
    "войдите",
    "авторизация",
    "увійти",
    "вхід",
    "авторизація",
    "σύνδεση",
    "είσοδος",
    "تسجيل الدخول",
    "ورود به",
    "התחברות",
    "लॉग इन",
    "लॉगिन",
    "masuk",
    "đăng nhập",
    "เข้าสู่ระบบ",
    "ログイン",
    "サインイン",
    "会員ログイン",
    "로그인",
    "登录",
    "登錄",
    "登入",
    "登陆",
    "用户登录",
    "會員登入",
    "请登录",
    "請登入",
];

/// A title's part or a heading that says no more than what it calls is no longer than this.
const SHORT: usize = 80;
/// What follows upon a login's name is no longer than this.
const END: usize = 24;
/// Of a longer text an error's words say nothing.
const LITTLE: usize = 800;

/// Whether a title or a heading is the name of an error: short, and nothing else.
pub(in crate::read) fn calls_error(text: &str) -> bool {
    let text = text.to_lowercase();
    parts(&text).any(|part| part.chars().count() <= SHORT && says_error(part)) || names_error(&text)
}

/// Whether a text says little but that there is an error.
pub(super) fn tells_error(text: &str) -> bool {
    text_weight(text) < LITTLE && says_error(&text.to_lowercase())
}

/// Whether a title or a heading is what asks for a login is called.
pub(in crate::read) fn calls_login(text: &str) -> bool {
    let text = text.to_lowercase();
    let is_login = |part: &str| LOGINS.iter().any(|name| part.strip_prefix(name).is_some_and(|rest| ends(name, rest)));
    is_login(&text) || parts(&text).any(is_login)
}

/// Whether what follows upon a name is no more than its end: "to read on".
fn ends(name: &str, rest: &str) -> bool {
    // Where words are not set apart, what follows may be of the next.
    let is_apart = !rest.starts_with(char::is_alphanumeric) || name.ends_with(is_wide);
    is_apart && rest.chars().count() <= END
}

/// The parts of a title. `640,479` is one.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let parts = title.split(['-', '–', '—', '|', ':', '·', '•', '»', '!', '(', ')']).flat_map(|part| part.split(", "));
    parts.flat_map(|part| part.split(". ")).map(|part| part.trim().trim_end_matches(['.', ',']))
}

/// Whether a text has words by which a wall is known, wherever they stand.
pub(super) fn says_wall(text: &str) -> bool {
    let text = text.to_lowercase();
    is_bot_check("", &text) || says_error(&text) || NOTICED.iter().any(|name| text.contains(name))
}

fn says_error(text: &str) -> bool {
    let says = |text: &str| ERRORS.iter().any(|words| text.contains(words));
    // `error 503`; apostrophes are written in two ways.
    let numbered = |after: &str| matches!(after.as_bytes(), [b'5', b'0'..=b'9', b'0'..=b'9', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_digit));
    text.split("error ").skip(1).any(numbered) || says(text) || text.contains('’') && says(&text.replace('’', "'"))
}

/// Whether a part of a title is the name of an error: `404`, `Error 404`, `403 Forbidden`, `404错误`.
fn names_error(title: &str) -> bool {
    let status = |word: &&str| matches!(word.as_bytes(), [b'4' | b'5', b'0'..=b'9', b'0'..=b'9']);
    parts(title).any(|part| {
        let (numbers, words): (Vec<&str>, Vec<&str>) = part.split_whitespace().partition(status);
        let words = words.join(" ");
        let numbered = !numbers.is_empty() && (words.is_empty() || NUMBERED.contains(&&*words));
        numbered || NAMES.contains(&&*words) || part.strip_prefix("404").is_some_and(|rest| rest.starts_with(is_han))
    })
}

fn is_error(title: &str, start: &str, own: &str, notice: &Notice, sure: bool) -> bool {
    // A list's headlines may say anything in two words.
    let names = |text: &str| !sure && NOTICED.iter().any(|name| text.contains(name));
    let is_closed = || {
        !sure
            && notice.weight < NEXT_TO_NOTHING
            && CLOSED.iter().any(|words| title.contains(words) || own.contains(words))
    };
    notice.status >= 400
        || names_error(title)
        || says_error(title)
        || notice.weight < LITTLE && (says_error(start) || names(start))
        || is_closed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_error_is_told_from_that_of_a_paper() {
        for (title, error) in [
            ("404", true),
            ("Error 404 (Not Found)!!1", true),
            ("404 Not Found - The Paper", true),
            ("HTTP Status 404 – Not Found", true),
            ("403 Forbidden", true),
            ("The Paper | Erreur 404", true),
            ("404错误页面", true),
            ("Sayfa bulunamadı - Gazete", true),
            ("404 Media", false),
            ("Peugeot 404: fifty years", false),
            ("Forbidden Planet News", false),
            ("Lost & Not Found Magazine", false),
            ("2024", false),
            ("Trial and Error", false),
            ("Houses cost $640,479 now", false),
            ("Oops. 404.", true),
        ] {
            let title = title.to_lowercase();
            assert_eq!(names_error(&title) || says_error(&title), error, "{title}");
        }
    }
}
