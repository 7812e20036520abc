//! What an element's tag, role and class names say of its purpose.
//!
//! Class names are words of trade, nearly always English whatever the page's language. They are hints:
//! each is weighed, none decides.

use html5ever::ns;
use scraper::node::Element;

/// A set of hints, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Hints(u32);

macro_rules! hints {
    ($($(#[$doc:meta])* $name:ident = $bit:expr;)*) => {
        impl Hints { $($(#[$doc])* pub(super) const $name: Self = Self(1 << $bit);)* }
    };
}

hints! {
    /// Navigation, menus, breadcrumbs.
    NAV = 0;
    /// The site's head.
    HEADER = 1;
    /// The site's foot.
    FOOTER = 2;
    /// Sidebars, widgets.
    ASIDE = 3;
    /// "Most read", "related", rankings.
    RELATED = 4;
    /// Pagers.
    PAGER = 5;
    /// Tags, categories, labels.
    TAGS = 6;
    /// Share bars, logins, subscriptions.
    SHARE = 7;
    /// Comments.
    COMMENTS = 8;
    /// The page's main part.
    MAIN = 9;
    /// One thing of many: article, entry, card.
    UNIT = 10;
    /// `h1` to `h6`.
    HEADING = 11;
    /// `p`.
    PARAGRAPH = 12;
    /// A class that says title.
    TITLE = 13;
    /// `time`, or a class that says date.
    DATE = 14;
    /// A class that says author.
    AUTHOR = 15;
    /// A class that says summary.
    SUMMARY = 16;
    /// Not shown.
    HIDDEN = 17;
    /// `a` with an address.
    LINK = 18;
    /// A picture.
    PICTURE = 19;
    /// Text that only screen readers get.
    SPOKEN = 20;
    /// Advertisements.
    ADVERT = 21;
    /// Breadcrumbs.
    CRUMBS = 22;
    /// Words above a headline that are no part of it.
    KICKER = 23;
    /// Boxes that are laid over the page when somebody wants them.
    OVERLAY = 24;
}

impl Hints {
    /// Hints that describe a whole region, and so all that is inside it.
    pub(super) const REGIONS: Self = Self(
        Self::NAV.0
            | Self::HEADER.0
            | Self::FOOTER.0
            | Self::ASIDE.0
            | Self::RELATED.0
            | Self::PAGER.0
            | Self::TAGS.0
            | Self::SHARE.0
            | Self::COMMENTS.0
            | Self::ADVERT.0
            | Self::CRUMBS.0
            | Self::OVERLAY.0,
    );
    /// Regions whose links are never the page's list.
    pub(super) const CHROME: Self =
        Self(Self::NAV.0 | Self::FOOTER.0 | Self::PAGER.0 | Self::SHARE.0 | Self::COMMENTS.0 | Self::CRUMBS.0);

    /// Regions beside the page's list: what stands there is not taken for its address's sake.
    pub(super) const BESIDE: Self = Self(Self::CHROME.0 | Self::ASIDE.0 | Self::RELATED.0 | Self::ADVERT.0);

    /// Whether any of `other`'s hints is here.
    pub(super) fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set less `other`.
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What a tag says by itself.
    pub(super) fn of_element(name: &str) -> Self {
        match name {
            "nav" => Self::NAV,
            "header" => Self::HEADER,
            "footer" => Self::FOOTER,
            "aside" => Self::ASIDE,
            "main" => Self::MAIN,
            "dialog" => Self::OVERLAY,
            "article" => Self::UNIT,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::HEADING,
            "p" => Self::PARAGRAPH,
            "time" | "relative-time" | "time-ago" => Self::DATE,
            "img" | "picture" | "amp-img" => Self::PICTURE,
            _ => Self::default(),
        }
    }

    /// What the tag and the attributes other than class and id say.
    pub(super) fn of_tag(element: &Element) -> Self {
        let by_tag = Self::of_element(element.name());
        element.attrs.iter().filter(|(name, _)| name.ns == ns!()).fold(by_tag, |hints, (name, value)| {
            hints.and(match &*name.local {
                "href" if element.name() == "a" => Self::LINK,
                "hidden" => Self::HIDDEN,
                "style" if hides(value) => Self::HIDDEN,
                "role" => Self::of_role(value),
                "rel" if value.split_ascii_whitespace().any(|r| matches!(r, "tag" | "category")) => Self::TAGS,
                "rel" if value.split_ascii_whitespace().any(|r| r == "author") => Self::AUTHOR,
                "itemprop" => match &**value {
                    "headline" | "name" => Self::TITLE,
                    "description" => Self::SUMMARY,
                    "author" => Self::AUTHOR,
                    _ => Self::default(),
                },
                _ => Self::default(),
            })
        })
    }

    pub(super) fn of_role(role: &str) -> Self {
        match role {
            "navigation" | "menu" | "menubar" | "menuitem" | "tablist" => Self::NAV,
            "banner" => Self::HEADER,
            "contentinfo" => Self::FOOTER,
            "complementary" => Self::ASIDE,
            "main" => Self::MAIN,
            "article" => Self::UNIT,
            "heading" => Self::HEADING,
            "dialog" | "alertdialog" => Self::OVERLAY,
            _ => Self::default(),
        }
    }

    /// What class names or an id say: each word between separators and at changes of case.
    pub(super) fn of_names(names: &str) -> Self {
        let mut found = Self::default();
        for name in names.split_ascii_whitespace() {
            // Utility classes (`md:hover:text-sm`) and generated ones speak of looks.
            if name.len() > 64 {
                continue;
            }
            let lower = name.to_ascii_lowercase();
            found = found.and(Self::of_word(&lower));
            for word in words(name) {
                if word.len() < name.len() {
                    found = found.and(Self::of_word(&word));
                }
            }
        }
        found
    }

    fn of_word(word: &str) -> Self {
        match word {
            "nav" | "navbar" | "navigation" | "menu" | "submenu" | "topnav" | "mainnav" | "subnav" | "sitenav"
            | "megamenu" | "dropdown" | "gnb" | "lnb" | "toolbar" | "topbar" | "navi" => Self::NAV,
            "breadcrumb" | "breadcrumbs" | "crumb" | "crumbs" | "dqwz" => Self::CRUMBS.and(Self::NAV),
            "masthead" | "siteheader" => Self::HEADER,
            "footer" | "foot" | "colophon" | "copyright" | "sitefooter" => Self::FOOTER,
            "sidebar" | "aside" | "rail" | "widget" | "widgets" | "sidecol" | "sidenav" | "complementary" => {
                Self::ASIDE
            }
            "related" | "popular" | "trending" | "mostread" | "recommended" | "recommend" | "recommendations"
            | "ranking" | "promoted" | "sponsored" | "mostpopular" | "popularity" | "blogroll" => Self::RELATED,
            "pager" | "pagination" | "paging" | "pagenav" | "paginator" | "pagenavi" | "nextprev" => Self::PAGER,
            "tag" | "tags" | "tagcloud" | "category" | "categories" | "cat" | "cats" | "label" | "labels"
            | "topics" | "keywords" | "taxonomy" => Self::TAGS,
            "kicker" | "eyebrow" | "overline" | "topline" | "supertitle" | "pretitle" | "roofline" => Self::KICKER,
            "share" | "social" | "sharing" | "login" | "signin" | "signup" | "subscribe" | "newsletter" | "cookie"
            | "consent" => Self::SHARE,
            "comment" | "comments" | "disqus" | "reply" | "replies" => Self::COMMENTS,
            "main" | "content" => Self::MAIN,
            "hentry" | "entry" | "post" | "article" | "card" | "teaser" | "story" | "promo" => Self::UNIT,
            "title" | "headline" | "heading" | "hed" | "subject" | "tit" | "ttl" | "name" => Self::TITLE,
            "date" | "dates" | "time" | "datetime" | "published" | "timestamp" | "pubdate" | "posted" | "dateline"
            | "updated" => Self::DATE,
            "author" | "authors" | "byline" | "writer" | "contributor" | "vcard" => Self::AUTHOR,
            "summary" | "excerpt" | "desc" | "description" | "intro" | "abstract" | "dek" | "standfirst"
            | "snippet" | "subtitle" | "subline" | "lede" => Self::SUMMARY,
            "sr-only" | "visually-hidden" | "screen-reader-text" | "screenreader" | "visuallyhidden" => Self::SPOKEN,
            "modal" | "popup" | "dialog" | "overlay" | "lightbox" | "offcanvas" => Self::OVERLAY,
            "ad" | "ads" | "advert" | "advertisement" | "adslot" | "banner" => Self::ADVERT,
            _ => Self::default(),
        }
    }
}

/// Whether a `style` says that the element is not shown.
fn hides(style: &str) -> bool {
    style.split(';').any(|rule| {
        rule.split_once(':')
            .is_some_and(|(key, value)| key.trim().eq_ignore_ascii_case("display") && value.trim().starts_with("none"))
    })
}

/// The words of a name in lower case: `entryTitle_main` gives `entry`, `title`, `main`.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|part| {
        let mut words = Vec::new();
        let mut word = String::new();
        let mut was_lower = false;
        for c in part.chars() {
            if (c.is_ascii_uppercase() && was_lower || c.is_ascii_digit()) && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            was_lower = c.is_ascii_lowercase();
            if !c.is_ascii_digit() {
                word.push(c.to_ascii_lowercase());
            }
        }
        if !word.is_empty() {
            words.push(word);
        }
        words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_read_word_by_word() {
        for (names, hint) in [
            ("entry-title", Hints::TITLE),
            ("postTitle", Hints::TITLE),
            ("c-card__headline", Hints::TITLE),
            ("page_footer", Hints::FOOTER),
            ("x sr-only", Hints::SPOKEN),
            ("date2", Hints::DATE),
        ] {
            assert!(Hints::of_names(names).any(hint), "{names}");
        }
        assert_eq!(Hints::of_names("untitled x1 flex"), Hints::default());
    }
}
