//! What a page says apart from its list: that a wall stands there, or scripts would fill it, however long the list beside.

use std::cell::OnceCell;
use std::ops::Range;

use super::cards;
use super::hints::Hints;
use super::notice::{calls_error, calls_login, tells_error};
use super::outline::Outline;
use crate::model::{PageKind, text_weight};

/// An element that waits for scripts may say so: "Loading…".
const WAITING: usize = 60;
/// Fewer links are no list.
const FEWEST: usize = 3;
/// A longer text is no heading, and more headings and elements that wait for scripts no page has.
const LONGEST_HEADING: usize = 400;
const MOST_HEADINGS: usize = 100;
const MOST_ROOTS: usize = 8;

/// A page without its list.
pub(super) struct Apart<'o> {
    outline: &'o Outline<'o>,
    leads: &'o [usize],
    /// What the names of each element and those around it say. What holds most of the page's links may be beside its main
    /// part all the same.
    within: OnceCell<Vec<Hints>>,
    /// Its own words: no links, nothing of the list, nothing hidden or laid over it.
    pub(super) text: String,
    /// Its headings of the first and the second rank, as far as they lead nowhere.
    headings: Vec<usize>,
    /// Fields for passwords.
    passwords: Vec<usize>,
}

impl<'o> Apart<'o> {
    /// Of a page whose list is led by these links, in page order.
    pub(super) fn of(outline: &'o Outline<'o>, leads: &'o [usize]) -> Self {
        // Fewer have half of the page each for their own.
        let listed = if leads.len() < FEWEST { &[] } else { leads };
        let things: Vec<(usize, &[usize])> = listed.iter().map(|lead| (*lead, std::slice::from_ref(lead))).collect();
        let cards = cards::deal(outline, &things);
        let of_list = |row: usize| {
            let after = cards.partition_point(|card| card.rows.start <= row);
            after.checked_sub(1).and_then(|at| cards.get(at)).is_some_and(|card| card.rows.contains(&row))
        };
        let mut apart = Self {
            outline,
            leads,
            within: OnceCell::new(),
            text: String::new(),
            headings: Vec::new(),
            passwords: Vec::new(),
        };
        let beside = Hints::HIDDEN.and(Hints::OVERLAY).and(Hints::LINK);
        let mut out: Vec<Range<usize>> = cards.iter().map(|card| card.span.clone()).collect();
        for row in 0..outline.nodes.len() {
            if outline.hints(row).any(beside) {
                out.push(outline.span(row));
            }
            match outline.tag(row) {
                "input" if outline.attribute(row, "type").is_some_and(|t| t.eq_ignore_ascii_case("password")) => {
                    apart.passwords.push(row);
                }
                "h1" | "h2"
                    if apart.headings.len() < MOST_HEADINGS
                        && outline.span(row).len() <= LONGEST_HEADING
                        && outline.links_in(row) == 0
                        && !outline.region(row).any(beside)
                        && !of_list(row) =>
                {
                    apart.headings.push(row);
                }
                _ => {}
            }
        }
        out.sort_unstable_by_key(|span| span.start);
        let mut from = 0;
        for span in out.iter().chain([&(outline.text.len()..outline.text.len())]) {
            apart.text.push_str(outline.text.get(from..span.start).unwrap_or_default());
            from = from.max(span.end);
        }
        apart
    }

    /// Its first heading of the first rank.
    pub(super) fn title(&self) -> String {
        self.headings
            .iter()
            .find(|row| self.outline.tag(**row) == "h1")
            .map_or_else(String::new, |row| self.outline.line(*row))
    }

    /// Whether it asks for a password.
    pub(super) fn asks_password(&self) -> bool {
        !self.passwords.is_empty()
    }

    /// The wall that the page is by its title, a heading, or the little that it says.
    pub(super) fn wall(&self, title: &str) -> Option<PageKind> {
        let heading = |row: &usize| self.outline.line(*row);
        if calls_error(title) || self.headings.iter().any(|row| calls_error(&heading(row))) || tells_error(&self.text) {
            return Some(PageKind::Error);
        }
        let titled = calls_login(title);
        // Later headings, and those behind the list, are of boxes, which many pages hide.
        let first = self.headings.iter().find(|row| self.outline.tag(**row) == "h1").or(self.headings.first());
        let is_own =
            |row: &usize| titled || self.outline.tag(*row) == "h1" && self.leads.first().is_none_or(|lead| row < lead);
        let headed = first.is_some_and(|row| is_own(row) && calls_login(&heading(row)));
        (titled && headed || self.asks_password() && (titled || headed)).then_some(PageKind::Login)
    }

    /// Whether the page's main part asks for a password, and all of the list stands beside that.
    pub(super) fn is_beside_password(&self) -> bool {
        let beside = Hints::BESIDE.without(Hints::SHARE).and(Hints::HEADER).and(Hints::HIDDEN).and(Hints::OVERLAY);
        let in_main = |row: &usize| {
            let around = self.around(*row);
            around.any(Hints::MAIN) && !around.any(beside)
        };
        self.passwords.iter().any(in_main) && self.stands_in(Hints::ASIDE.and(Hints::RELATED).and(Hints::FOOTER))
    }

    /// Whether all of the list stands in the frame of the page: its menus, head and foot.
    pub(super) fn is_frame(&self) -> bool {
        self.stands_in(Hints::NAV.and(Hints::HEADER).and(Hints::FOOTER))
    }

    fn stands_in(&self, regions: Hints) -> bool {
        !self.leads.is_empty() && self.leads.iter().all(|lead| self.around(*lead).any(regions))
    }

    /// Whether the page has an element that a script would fill, and that holds next to nothing but links.
    pub(super) fn awaits_scripts(&self) -> bool {
        let is_empty = |row: usize| {
            let links: usize = (row..self.outline.end(row))
                .filter(|inner| self.outline.hints(*inner).any(Hints::LINK))
                .map(|link| text_weight(self.outline.text(link)))
                .sum();
            text_weight(self.outline.text(row)).saturating_sub(links) < WAITING
        };
        (0..self.outline.nodes.len()).filter(|row| is_root(self.outline, *row)).take(MOST_ROOTS).any(is_empty)
    }

    fn around(&self, row: usize) -> Hints {
        let within = self.within.get_or_init(|| {
            let mut within: Vec<Hints> = Vec::with_capacity(self.outline.nodes.len());
            for row in 0..self.outline.nodes.len() {
                let above = self.outline.parent(row).and_then(|parent| within.get(parent).copied());
                within.push(self.named(row).and(above.unwrap_or_default()));
            }
            within
        });
        self.outline.parent(row).and_then(|parent| within.get(parent).copied()).unwrap_or_default()
    }

    /// What an element's own names say.
    fn named(&self, row: usize) -> Hints {
        let Some(node) = self.outline.nodes.get(row).filter(|_| !matches!(self.outline.tag(row), "html" | "body"))
        else {
            return Hints::default();
        };
        let names = ["class", "id"].into_iter().filter_map(|name| self.outline.attribute(row, name));
        names.fold(Hints::of_tag(node.element), |hints, names| hints.and(Hints::of_names(names)))
    }
}

/// Whether scripts put a page into an element, as its names say.
fn is_root(outline: &Outline, row: usize) -> bool {
    let tag = outline.tag(row);
    let by_name = tag.contains('-') && (tag.ends_with("-root") || tag.ends_with("-app"))
        || matches!(tag, "router-outlet" | "router-view" | "ng-view" | "ui-view");
    let by_id = || {
        outline.attribute(row, "id").is_some_and(|id| {
            matches!(
                id,
                "root"
                    | "app"
                    | "application"
                    | "app-root"
                    | "react-root"
                    | "react-app"
                    | "__next"
                    | "__nuxt"
                    | "___gatsby"
            )
        })
    };
    let has =
        |name: &&str| outline.nodes.get(row).is_some_and(|node| crate::html::attribute(node.element, name).is_some());
    by_name
        || by_id()
        || ["ng-app", "data-ng-app", "ng-view", "data-ng-view", "ui-view", "data-ui-view"].iter().any(has)
}

#[cfg(test)]
mod tests {
    use crate::model::{Kind, PageKind};
    use crate::read::{CompiledRules, read_listing};

    /// Rows of true news, with the tags that they stand in.
    fn news(within: &str, rows: usize) -> String {
        let row = |n| {
            format!(
                "<li><h3><a href=/2026/11/{n}/news-of-the-harbour-{n}.html>The harbour's news of day {n}, told in full</a></h3>"
            )
        };
        let rows: String = (1..=rows).map(row).collect();
        format!("<{within}><h2>Latest news</h2><ul>{rows}</ul></{within}>")
    }

    fn check(title: &str, body: &str, expected: PageKind) {
        let html = format!("<html><head><title>{title}</title></head><body>{body}</body></html>");
        let url = "https://paper.example/".parse().unwrap();
        let page = crate::fetch::saved_page(url, Some("text/html"), html.into(), chrono::DateTime::UNIX_EPOCH);
        let read = read_listing(&page, Kind::Auto, &CompiledRules::default()).value;
        assert_eq!(
            read.page_kind,
            expected,
            "{} teasers of {:.2} on <title>{title}</title>{body}",
            read.teasers.len(),
            read.confidence
        );
    }

    const MENU: &str =
        "<header><nav><a href=/>Home</a> <a href=/town/>The town</a> <a href=/sea/>The sea</a></nav></header>";

    #[test]
    fn an_error_is_one_however_much_news_stands_beside_it() {
        let long =
            "<p>You may look for it in our archive, ask our readers' desk, or go back to where you came from.</p>"
                .repeat(12);
        for said in [
            "Page not found",
            "404",
            "Error 404",
            "Oops! That page can’t be found.",
            "Sorry, we can't find the page you're looking for",
            "Seite nicht gefunden",
            "Page introuvable",
            "Cette page n’existe pas",
            "Страница не найдена",
            "ページが見つかりません",
            "お探しのページは見つかりませんでした",
            "页面不存在",
            "Página no encontrada",
            "Error 503 Service Unavailable",
        ] {
            for rows in [10, 30] {
                for within in ["aside", "section", "div class=most-read"] {
                    let list = news(within, rows);
                    let body = format!("{MENU}<main><h1>{said}</h1><p>Nothing is here.</p></main>{list}");
                    check("The Paper", &body, PageKind::Error);
                    check("The Paper", &format!("{MENU}{list}<main><h2>{said}</h2>{long}</main>"), PageKind::Error);
                    check(&format!("{said} - The Paper"), &format!("{MENU}<main>{long}</main>{list}"), PageKind::Error);
                }
            }
        }
        let body =
            format!("{MENU}<main><p>Sorry, the page you requested does not exist.</p></main>{}", news("aside", 30));
        check("The Paper", &body, PageKind::Error);
    }

    #[test]
    fn a_login_is_one_however_much_news_stands_beside_it() {
        let form = "<form><input name=user><input type=password name=word><button>Go</button></form>";
        for said in [
            "Log in",
            "Please sign in to continue",
            "Anmelden",
            "Se connecter",
            "Вход",
            "Войти",
            "ログイン",
            "登录",
            "로그인",
        ] {
            for rows in [10, 30] {
                let list = news("aside", rows);
                check("The Paper", &format!("{MENU}<main><h1>{said}</h1>{form}</main>{list}"), PageKind::Login);
                check(&format!("{said} | The Paper"), &format!("{MENU}<main>{form}</main>{list}"), PageKind::Login);
                let first = "<form><input type=email><button>Go on</button></form>";
                check(&format!("{said} | The Paper"), &format!("{MENU}<h1>{said}</h1>{first}{list}"), PageKind::Login);
            }
        }
        check(
            "The Paper",
            &format!("{MENU}<main><h1>Mitglieder</h1>{form}</main>{}", news("aside", 30)),
            PageKind::Login,
        );
    }

    #[test]
    fn a_front_page_is_one_whatever_its_boxes_and_headlines_say() {
        let form = "<form><input name=user><input type=password name=word><button>Go</button></form>";
        let list = news("main", 12);
        for (title, body) in [
            ("The Paper", format!("<header><h3>Log in</h3>{form}</header>{list}")),
            ("The Paper", format!("<h1>The Paper</h1><aside><h2>Login</h2>{form}</aside>{list}")),
            ("The Paper", format!("<h1>The Paper</h1>{list}<dialog><h2>Sign in</h2>{form}</dialog>")),
            ("The Paper", format!("<div class=login-modal><h1>Log In</h1>{form}</div>{list}")),
            ("The Paper", format!("{list}<div><h1>Log In</h1>{form}</div>")),
            ("The Paper", format!("{list}<div id=errorPopup><h1>Page not found</h1></div>")),
            ("404 Media", format!("<h1>404 Media</h1>{list}")),
            ("Trial and Error", format!("<h1>Trial and Error</h1>{list}")),
            ("The Paper", format!("{list}<div hidden><h1>404</h1><p>Page not found</p></div>")),
            ("The Paper", list.replace("The harbour's news of", "Error 503: bank out of service on")),
            (
                "The Paper",
                list.replace("<h3>", "<h1>")
                    .replace("</h3>", "</h1>")
                    .replace("The harbour's news of", "404: the number of"),
            ),
            ("The Paper", list.replace("</h3>", "</h3><h2>Page not found</h2><p>Why pages vanish.</p>")),
        ] {
            check(title, &body, PageKind::Listing);
        }
        let few = news("main", 4).replace("The harbour's news of", "Service unavailable on");
        check("The Paper", &few, PageKind::Listing);
    }

    #[test]
    fn a_large_menu_over_an_empty_root_is_a_shell() {
        let links: String = (0..40)
            .map(|n| format!("<li><a href=/section-of-the-paper-{n}/>What the paper has of district {n}</a>"))
            .collect();
        for menu in [format!("<nav><ul>{links}</ul></nav>"), format!("<div class=topnav><ul>{links}</ul></div>")] {
            for root in
                ["<div id=root></div>", "<app-root>Loading…</app-root>", "<div ng-view></div>", "<div id=__next></div>"]
            {
                check("The Paper", &format!("{menu}{root}<script src=/app.js></script>"), PageKind::Shell);
            }
            let within = format!("<div ng-app=paper>{menu}<p>Loading</p></div><script src=/app.js></script>");
            check("The Paper", &within, PageKind::Shell);
        }
        let told = format!("<nav>{links}</nav><div id=root>{}</div><script src=/app.js></script>", news("main", 12));
        check("The Paper", &told, PageKind::Listing);
        let beside = format!("<div id=app></div>{}<script src=/app.js></script>", news("main", 12));
        check("The Paper", &beside, PageKind::Listing);
    }
}
