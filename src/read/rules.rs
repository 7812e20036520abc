//! The operator's selectors, parsed once, when the configuration is loaded.

use std::sync::{Arc, LazyLock};

use scraper::{ElementRef, Selector};

use super::paths::{JsonPicker, JsonPickers, are_paths};
use crate::model::{ListingRules, Rules, fold_space};

/// A rule that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{selector}` in {key}: {message}")]
pub struct RuleError {
    /// The key it stands under, `listing.item`.
    pub key: String,
    /// The selector as written.
    pub selector: String,
    /// What is wrong and what to do.
    pub message: String,
    /// At which byte of it, where that is known.
    pub at: Option<usize>,
}

/// A source's rules, ready for use. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct CompiledRules {
    compiled: Arc<Compiled>,
}

#[derive(Debug, Default)]
struct Compiled {
    listing: ListingPickers,
    json: Option<JsonPickers>,
    article: ArticlePickers,
}

/// What finds the parts of a listing. Where a key may hold several selectors, they stand in order.
#[derive(Debug, Default)]
pub struct ListingPickers {
    /// What holds the list.
    pub container: Option<Picker>,
    /// One teaser.
    pub item: Option<Picker>,
    /// Its link.
    pub link: Vec<Picker>,
    /// Its headline.
    pub title: Vec<Picker>,
    /// Its date.
    pub date: Vec<Picker>,
    /// Its summary.
    pub summary: Vec<Picker>,
    /// Its full text.
    pub content: Vec<Picker>,
    /// Its own id.
    pub id: Vec<Picker>,
    /// Its picture.
    pub image: Vec<Picker>,
    /// Its author.
    pub author: Vec<Picker>,
    /// Its categories.
    pub category: Vec<Picker>,
    /// The link to the list's next page.
    pub next: Option<Picker>,
}

impl ListingPickers {
    /// Whether a teaser is found by its own element and those that hold it, whatever stands beside them.
    pub fn are_local(&self) -> bool {
        let lists = [&self.link, &self.title, &self.date, &self.summary, &self.content];
        let more = [&self.id, &self.image, &self.author, &self.category];
        let pickers = lists.into_iter().chain(more).flatten();
        self.next.is_none() && self.container.iter().chain(&self.item).chain(pickers).all(|picker| picker.local)
    }
}

/// What finds the parts of an article.
#[derive(Debug, Default)]
pub struct ArticlePickers {
    /// The headline.
    pub title: Vec<Picker>,
    /// The main text.
    pub body: Vec<Picker>,
    /// What to take out of it.
    pub remove: Vec<Picker>,
    /// The date of publication.
    pub date: Vec<Picker>,
    /// The author.
    pub author: Vec<Picker>,
    /// The lead picture.
    pub image: Vec<Picker>,
}

impl CompiledRules {
    /// Compiles every selector; gives all errors at once.
    pub fn compile(rules: &Rules) -> Result<Self, Vec<RuleError>> {
        if *rules == Rules::default() {
            // Most sources have none, and share them.
            static NONE: LazyLock<CompiledRules> = LazyLock::new(CompiledRules::default);
            return Ok(NONE.clone());
        }
        let mut errors = Vec::new();
        let is_json = are_paths(&rules.listing);
        let json = is_json.then(|| compile_json(&rules.listing, &mut errors));
        // Rules for JSON are none for HTML.
        let html = if is_json { &ListingRules::default() } else { &rules.listing };
        let mut one = |key: &str, written: &str| match Picker::compile(written) {
            Ok(picker) => Some(picker),
            Err(message) => {
                errors.push(RuleError { key: key.to_owned(), selector: written.to_owned(), message, at: None });
                None
            }
        };
        let mut many = |key: &str, written: &[String]| written.iter().filter_map(|w| one(key, w)).collect::<Vec<_>>();
        let mut maybe = |key: &str, written: &Option<String>| many(key, written.as_slice()).pop();
        let (container, item, next) = (
            maybe("listing.container", &html.container),
            maybe("listing.item", &html.item),
            maybe("listing.next", &html.next),
        );
        let listing = ListingPickers {
            container,
            item,
            link: many("listing.link", &html.link),
            title: many("listing.title", &html.title),
            date: many("listing.date", &html.date),
            summary: many("listing.summary", &html.summary),
            content: many("listing.content", &html.content),
            id: many("listing.id", &html.id),
            image: many("listing.image", &html.image),
            author: many("listing.author", &html.author),
            category: many("listing.category", &html.category),
            next,
        };
        let article = ArticlePickers {
            title: many("article.title", &rules.article.title),
            body: many("article.body", &rules.article.body),
            remove: many("article.remove", &rules.article.remove),
            date: many("article.date", &rules.article.date),
            author: many("article.author", &rules.article.author),
            image: many("article.image", &rules.article.image),
        };
        if errors.is_empty() {
            Ok(Self { compiled: Arc::new(Compiled { listing, json, article }) })
        } else {
            Err(errors)
        }
    }

    /// What finds the parts of a listing.
    pub fn listing(&self) -> &ListingPickers {
        &self.compiled.listing
    }

    /// What finds the parts of a JSON listing, where the rules are JSONPaths.
    pub fn json(&self) -> Option<&JsonPickers> {
        self.compiled.json.as_ref()
    }

    /// What finds the parts of an article.
    pub fn article(&self) -> &ArticlePickers {
        &self.compiled.article
    }
}

/// Compiles a listing's rules as JSONPaths.
fn compile_json(rules: &ListingRules, errors: &mut Vec<RuleError>) -> JsonPickers {
    let mut one = |key: &str, written: &str| match JsonPicker::compile(written) {
        Ok(picker) => Some(picker),
        Err((message, at)) => {
            errors.push(RuleError { key: format!("listing.{key}"), selector: written.to_owned(), message, at });
            None
        }
    };
    let mut many = |key: &str, written: &[String]| written.iter().filter_map(|w| one(key, w)).collect::<Vec<_>>();
    let mut maybe = |key: &str, written: &Option<String>| many(key, written.as_slice()).pop();
    JsonPickers {
        container: maybe("container", &rules.container),
        item: maybe("item", &rules.item),
        next: maybe("next", &rules.next),
        id: many("id", &rules.id),
        link: many("link", &rules.link),
        title: many("title", &rules.title),
        date: many("date", &rules.date),
        summary: many("summary", &rules.summary),
        content: many("content", &rules.content),
        image: many("image", &rules.image),
        author: many("author", &rules.author),
        category: many("category", &rules.category),
    }
}

/// One selector with the attribute to take: `a@href`, `span.time`, `@title` (of the element itself).
#[derive(Debug)]
pub struct Picker {
    /// None: the element itself.
    selector: Option<Selector>,
    /// None: the visible text.
    attribute: Option<String>,
    /// Whether it looks at nothing beside an element and those that hold it.
    local: bool,
}

impl Picker {
    /// Parses a selector; the error says what is wrong and what to do.
    fn compile(written: &str) -> Result<Self, String> {
        let (css, attribute) = split_attribute(written.trim());
        let attribute = attribute.map(str::to_ascii_lowercase);
        if css.is_empty() && attribute.is_none() {
            return Err("the selector is empty; write CSS such as `ul.news > li`, or take the key out".to_owned());
        }
        if css.is_empty() || css == "." || css == ":scope" {
            return Ok(Self { selector: None, attribute, local: true });
        }
        // `> li` means a child of what is looked into.
        let css = if css.starts_with(['>', '+', '~']) { format!(":scope {css}") } else { css.to_owned() };
        match Selector::parse(&css) {
            // Combinators of siblings and pseudo-classes, and letters of values that look like them.
            Ok(selector) => {
                let local = !css.strip_prefix(":scope >").unwrap_or(&css).contains(['+', '~', ':', '|']);
                Ok(Self { selector: Some(selector), attribute, local })
            }
            Err(_) => Err(remedy(&css)),
        }
    }

    /// The elements that match inside `within`, in page order.
    pub fn elements<'t>(&self, within: ElementRef<'t>) -> Vec<ElementRef<'t>> {
        match &self.selector {
            Some(selector) => within.select(selector).collect(),
            None => vec![within],
        }
    }

    /// The attribute that the operator asks for.
    pub fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }

    /// The first value inside `within` that is not empty: the attribute, else the visible text, white space folded.
    pub fn value(&self, within: ElementRef) -> Option<String> {
        self.elements(within).into_iter().map(|element| self.value_of(element)).find(|value| !value.is_empty())
    }

    /// What one matched element gives.
    pub fn value_of(&self, element: ElementRef) -> String {
        match &self.attribute {
            Some(name) => fold_space(element.attr(name).unwrap_or_default()),
            None => fold_space(&element.text().collect::<String>()),
        }
    }
}

/// Splits `a@href` into selector and attribute; an `@` in brackets or quotes belongs to the selector.
fn split_attribute(written: &str) -> (&str, Option<&str>) {
    let Some((css, name)) = written.rsplit_once('@') else { return (written, None) };
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'));
    if is_name { (css.trim_end(), Some(name)) } else { (written, None) }
}

/// What is wrong with a selector, in words that help: first what people write who think of another language.
fn remedy(css: &str) -> String {
    let jquery = [":contains", ":eq", ":first", ":last", ":gt", ":lt", ":visible", ":text", ":parent"];
    if css.starts_with('/') || css.contains("//") {
        return "this looks like XPath; selectors are CSS: `//div[@id='list']/ul/li` is `#list > ul > li`".to_owned();
    }
    if css.contains("::text") || css.contains("::attr") {
        return "`::text` and `::attr(x)` are not needed: text is the default, an attribute is `a@href`".to_owned();
    }
    if let Some(word) = jquery.iter().find(|w| css.contains(*w) && !css.contains(":first-") && !css.contains(":last-"))
    {
        return format!("`{word}` is jQuery's, not CSS; use `:nth-child(…)`, `:first-child`, a class or `:has(…)`");
    }
    "this is no CSS selector; see whether brackets and quotes are closed, whether something stands on both sides of \
     `>`, `+` and `~`, and whether names of classes begin with `.`, of ids with `#`"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ListingRules;

    fn rules(item: &str) -> Rules {
        Rules { listing: ListingRules { item: Some(item.to_owned()), ..ListingRules::default() }, ..Rules::default() }
    }

    #[test]
    fn all_errors_come_at_once_with_their_keys() {
        let mut rules = rules("li[");
        rules.listing.title = vec!["a@title".into(), "h2:contains('x')".into()];
        rules.article.body = vec!["//div".into(), String::new()];
        let errors = CompiledRules::compile(&rules).unwrap_err();
        let keys: Vec<&str> = errors.iter().map(|e| e.key.as_str()).collect();
        assert_eq!(keys, ["listing.item", "listing.title", "article.body", "article.body"]);
        for (error, word) in errors.iter().zip(["CSS", "jQuery", "XPath", "empty"]) {
            assert!(error.message.contains(word), "{error}");
        }
        assert_eq!(errors[1].selector, "h2:contains('x')");
    }

    #[test]
    fn a_selector_may_end_in_an_attribute() {
        for (written, css, attribute) in [
            ("a@href", "a", Some("href")),
            ("@title", "", Some("title")),
            ("time @datetime", "time", Some("datetime")),
            ("a[href='m@x y']", "a[href='m@x y']", None),
            ("a[href*=\"@\"]@title", "a[href*=\"@\"]", Some("title")),
        ] {
            assert_eq!(split_attribute(written), (css, attribute), "{written}");
        }
    }

    #[test]
    fn rules_may_cross_threads() {
        fn check<T: Send + Sync + Clone>(_: T) {}
        check(CompiledRules::compile(&rules("ul > li")).unwrap());
    }
}
