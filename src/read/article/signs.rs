//! What the names that page makers give their elements tell: classes, ids, roles.
//!
//! A word list, not a list of sites: the words are those that content systems the world over use.

use std::ops::{BitOr, BitOrAssign};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// A set of signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs(pub(super) u32);

impl Signs {
    pub(super) const NONE: Self = Self(0);
    pub(super) const MENU: Self = Self(1);
    pub(super) const SHARE: Self = Self(1 << 1);
    pub(super) const RELATED: Self = Self(1 << 2);
    pub(super) const COMMENT: Self = Self(1 << 3);
    pub(super) const SIGN_UP: Self = Self(1 << 4);
    pub(super) const SIDE: Self = Self(1 << 5);
    pub(super) const BYLINE: Self = Self(1 << 6);
    pub(super) const BIO: Self = Self(1 << 7);
    pub(super) const CAPTION: Self = Self(1 << 8);
    pub(super) const ADVERT: Self = Self(1 << 9);
    pub(super) const CONSENT: Self = Self(1 << 10);
    pub(super) const TAGS: Self = Self(1 << 11);
    pub(super) const PAYWALL: Self = Self(1 << 12);
    pub(super) const CONTENTS: Self = Self(1 << 13);
    pub(super) const HEADER: Self = Self(1 << 14);
    pub(super) const FOOTER: Self = Self(1 << 15);
    pub(super) const TOOLS: Self = Self(1 << 16);
    pub(super) const GALLERY: Self = Self(1 << 17);
    pub(super) const BODY: Self = Self(1 << 18);
    pub(super) const STANDFIRST: Self = Self(1 << 19);
    pub(super) const POINTS: Self = Self(1 << 20);
    pub(super) const TITLE: Self = Self(1 << 21);
    pub(super) const HIDDEN: Self = Self(1 << 22);
    pub(super) const EMBED: Self = Self(1 << 23);
    pub(super) const FORM: Self = Self(1 << 24);
    pub(super) const ASIDE: Self = Self(1 << 25);
    pub(super) const ARTICLE: Self = Self(1 << 26);
    pub(super) const DATE: Self = Self(1 << 27);
    pub(super) const TEASER: Self = Self(1 << 28);
    pub(super) const CRUMBS: Self = Self(1 << 29);
    /// How many bits are in use.
    pub(super) const COUNT: usize = 30;

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Signs {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Signs {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// How a word must stand in a name to count.
#[derive(Clone, Copy)]
enum Stand {
    /// Anywhere, in compounds too.
    Anywhere,
    /// At the beginning of a part.
    Start,
    /// As a whole part.
    Whole,
}

use Stand::{Anywhere, Start, Whole};

/// The words. Names are lower-cased and their separators become one blank; a hump becomes a separator too.
#[rustfmt::skip]
const WORDS: &[(Stand, Signs, &[&str])] = &[
    (Anywhere, Signs::MENU, &["navbar", "navigation", "navi ", "submenu", "dropdown", "pagination", "mainmenu", "sitemap"]),
    (Start, Signs::MENU, &["menu", "nav", "pager", "toolbar", "tabs", "prevnext", "next prev"]),
    (Anywhere, Signs::CRUMBS, &["breadcrumb", "crumbs", "brotkrumen", "bt position"]),
    (Whole, Signs::CRUMBS, &["crumb", "position", "dqwz", "curposition", "weizhi", "location", "yah"]),
    (Anywhere, Signs::SHARE, &["share", "sharing", "social", "addthis", "addtoany", "followus", "follow us", "bookmarks", "facebook", "whatsapp"]),
    (Start, Signs::SHARE, &["a2a", "sns", "bshare", "bdshare", "fb like", "jiathis", "follow", "teilen"]),
    (Anywhere, Signs::RELATED, &["related", "recommend", "recirc", "readmore", "read more", "readnext", "read next", "alsoread", "also read",
        "also like", "you may", "you might", "mostread", "most read", "mostpopular", "most popular", "trending", "popular", "outbrain", "taboola", "similar",
        "suggest", "upnext", "up next", "morefrom", "more from", "morestories", "more stories", "more news", "morenews", "more on", "seealso", "see also", "crosslink", "cross link", "zergnet",
        "next article", "nextarticle", "linkbox", "link box", "inlinelink", "further reading", "xiangguan", "relate", "interlink", "backlink", "in context link", "weiterlesen", "mehr zum", "verwandt"]),
    (Start, Signs::RELATED, &["more links", "latest", "yarpp", "jp relatedposts", "post nav", "postnav", "dianomi", "nextpost", "hot news"]),
    (Anywhere, Signs::TEASER, &["teaser", "promo", "storycard", "story card", "card deck", "article list", "post list", "news list", "listing"]),
    (Start, Signs::TEASER, &["card", "tile", "feed"]),
    (Anywhere, Signs::COMMENT, &["comment", "disqus", "kommentar", "commentaire", "comentario", "livefyre", "pinglun"]),
    (Start, Signs::COMMENT, &["respond", "reply", "discussion", "reactions", "guestbook", "viafoura", "trackback"]),
    (Anywhere, Signs::SIGN_UP, &["newsletter", "subscri", "signup", "sign up", "optin", "opt in", "mailchimp", "mc embed", "mailing list", "cta", "call to action", "abonn", "download app"]),
    (Start, Signs::SIGN_UP, &["donat", "membership", "support us"]),
    (Anywhere, Signs::SIDE, &["sidebar", "side bar", "rightcol", "right col", "leftcol", "left col", "right rail", "rightrail", "widget"]),
    (Start, Signs::SIDE, &["rail", "aside", "secondary", "complementary", "marginal"]),
    (Anywhere, Signs::BYLINE, &["byline", "by line", "author", "entry meta", "post meta", "article meta", "postmeta", "posted on", "postedon", "meta info", "article info", "post info", "postinfo", "entry info", "news info", "autor", "auteur"]),
    (Start, Signs::BYLINE, &["contributor", "writer", "reporter", "journalist", "vcard", "source", "laiyuan", "meta"]),
    (Anywhere, Signs::BIO, &["author bio", "authorbio", "author box", "authorbox", "about author", "about the author", "bio box", "author info", "author description", "author profile", "author card", "post author box", "biograph"]),
    (Whole, Signs::BIO, &["bio"]),
    (Anywhere, Signs::DATE, &["timestamp", "pubdate", "pub date", "publish", "dateline", "datetime", "date time", "posted on", "pubtime", "entry date", "post date", "article date", "updated"]),
    (Whole, Signs::DATE, &["date", "time", "datum", "fecha"]),
    (Anywhere, Signs::CAPTION, &["caption", "figcaption", "image credit", "photo credit", "imagecredit", "photocredit", "bildunterschrift", "copyright holder", "pie foto"]),
    (Start, Signs::CAPTION, &["credit", "legend", "legende", "photographer"]),
    (Anywhere, Signs::ADVERT, &["advert", "sponsor", "adsbygoogle", "doubleclick", "adunit", "ad unit", "adslot", "ad slot", "adcontainer", "ad container", "adwrapper", "ad wrapper", "anzeige", "werbung", "publicid", "reklam", "affiliate", "gpt ad", "dfp", "native ad", "commercial"]),
    (Whole, Signs::ADVERT, &["ad", "ads", "adv", "banner", "pub", "guanggao"]),
    (Anywhere, Signs::CONSENT, &["cookie", "consent", "gdpr", "modal", "popup", "pop up", "overlay", "lightbox", "onetrust", "privacy"]),
    (Whole, Signs::CONSENT, &["toast", "notice", "alert", "dialog"]),
    (Anywhere, Signs::TAGS, &["taglist", "tag list", "tag links", "taglinks", "post tags", "article tags", "entry tags", "keywords", "tagcloud", "tag cloud", "posttags", "cat links", "schlagwort", "article topics"]),
    (Whole, Signs::TAGS, &["tags", "tag", "topics", "labels", "categories", "category"]),
    (Anywhere, Signs::PAYWALL, &["paywall", "regwall", "piano", "premium box", "subscriber only", "metered", "paygate", "plus teaser"]),
    (Anywhere, Signs::CONTENTS, &["table of contents", "tableofcontents", "toc container", "inhaltsverzeichnis"]),
    (Whole, Signs::CONTENTS, &["toc"]),
    (Anywhere, Signs::HEADER, &["masthead", "page header", "site header", "topbar", "top bar"]),
    (Whole, Signs::HEADER, &["header", "head", "hd"]),
    (Anywhere, Signs::FOOTER, &["footer", "colophon", "copyright", "disclaimer", "impressum"]),
    (Whole, Signs::FOOTER, &["foot", "bottom", "ft", "legal"]),
    (Anywhere, Signs::TOOLS, &["print", "fontsize", "font size", "textsize", "text size", "rating", "feedback", "poll", "survey", "quiz", "audio player", "listen", "texttospeech", "editsection", "edit section", "article tools", "share tools", "actions", "word count", "read time", "reading time", "readtime"]),
    (Whole, Signs::TOOLS, &["tools", "vote", "votes", "likes", "stats", "views", "counter", "search", "login", "eye"]),
    (Anywhere, Signs::GALLERY, &["slideshow", "gallery", "carousel", "slider", "swiper", "galerie", "bildergalerie", "flickity"]),
    (Anywhere, Signs::BODY, &["articlebody", "article body", "entry content", "entrycontent", "post content", "postcontent", "post body", "postbody", "story body", "storybody", "article content", "articlecontent", "article text", "articletext", "story text", "storytext", "story content", "body copy", "bodycopy", "bodytext", "body text", "content body", "contentbody", "rich text", "richtext", "article main", "article copy", "news content", "newscontent", "news text", "newstext", "news body", "newsbody", "blog content", "post text", "posttext", "main text", "maintext", "mw parser output", "trs editor", "ucapcontent", "pages content", "single content", "main content", "detail content", "article detail", "article paragraphs", "paragraphs", "content text", "text content", "rte", "wysiwyg", "prose", "storycontent", "zoom", "e content", "article  body", "article inner", "body content", "con text", "texto", "cuerpo", "contenu", "noticia", "articulo", "wenzhang", "zhengwen", "neirong"]),
    (Whole, Signs::BODY, &["artikel", "text", "article"]),
    (Anywhere, Signs::STANDFIRST, &["standfirst", "subtitle", "sub title", "subheadline", "sub headline", "subhead", "vorspann", "chapo", "abstract", "excerpt", "article summary", "lead text", "article lead", "article intro", "description", "sommario", "entradilla", "ingress", "underline", "bajada"]),
    (Whole, Signs::STANDFIRST, &["dek", "deck", "lead", "lede", "intro", "summary", "teaser text", "preamble", "sapo", "strapline"]),
    (Anywhere, Signs::POINTS, &["keypoint", "key point", "highlights", "takeaway", "at a glance", "factbox", "fact box", "infobox", "info box", "tldr", "bulletpoints", "pullquote", "pull quote", "sidenote", "textbox", "text box"]),
    (Anywhere, Signs::TITLE, &["headline", "entry title", "post title", "article title", "page title", "biaoti"]),
    (Whole, Signs::TITLE, &["title", "heading"]),
    (Anywhere, Signs::HIDDEN, &["visually hidden", "visuallyhidden", "screen reader", "sr only", "display none", "noprint", "no print"]),
    (Whole, Signs::HIDDEN, &["hidden", "hide", "invisible"]),
    (Anywhere, Signs::EMBED, &["embed", "twitter", "tweet", "instagram", "youtube", "video", "player", "tiktok", "iframe"]),
];

struct Lexicon {
    finder: AhoCorasick,
    meanings: Vec<(Stand, Signs, usize)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut patterns = Vec::new();
    let mut meanings = Vec::new();
    for (stand, sign, words) in WORDS {
        for word in *words {
            patterns.push(*word);
            meanings.push((*stand, *sign, word.len()));
        }
    }
    let finder =
        AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::DFA)).build(&patterns);
    // Literal patterns: a few hundred bytes each, far below the automaton's limits.
    let finder = finder.expect("a small automaton of literals");
    Lexicon { finder, meanings }
});

/// The signs in a class list, id or role.
pub(super) fn signs_in(name: &str, folded: &mut String) -> Signs {
    fold(name, folded);
    let text = folded.as_str();
    let lexicon = &*LEXICON;
    let mut signs = Signs::NONE;
    for hit in lexicon.finder.find_overlapping_iter(text) {
        let Some((stand, sign, _)) = lexicon.meanings.get(hit.pattern().as_usize()) else { continue };
        let bytes = text.as_bytes();
        let starts = hit.start() == 0 || bytes.get(hit.start() - 1) == Some(&b' ');
        let ends = hit.end() == bytes.len() || bytes.get(hit.end()) == Some(&b' ');
        let counts = match stand {
            Anywhere => true,
            Start => starts,
            Whole => starts && ends,
        };
        if counts {
            signs |= *sign;
        }
    }
    signs
}

/// `articleBody main_text` becomes `article body main text`.
fn fold(name: &str, out: &mut String) {
    out.clear();
    let (mut lower, mut apart) = (false, false);
    for c in name.chars().take(400) {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && lower {
                out.push(' ');
            }
            lower = c.is_ascii_lowercase();
            out.push(c.to_ascii_lowercase());
        } else {
            lower = false;
            if !apart {
                out.push(' ');
            }
        }
        apart = !c.is_ascii_alphanumeric();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_an_element_is_for() {
        for (name, sign) in [
            ("articleBody", Signs::BODY),
            ("c-share-bar", Signs::SHARE),
            ("relatedPosts", Signs::RELATED),
            ("main-nav", Signs::MENU),
            ("ad", Signs::ADVERT),
            ("wp-caption-text", Signs::CAPTION),
        ] {
            assert!(signs_in(name, &mut String::new()).has(sign), "{name}");
        }
    }

    #[test]
    fn short_words_count_only_as_whole_parts() {
        assert!(!signs_in("head-load-gradient", &mut String::new()).has(Signs::ADVERT));
        assert!(!signs_in("canvas", &mut String::new()).has(Signs::MENU));
    }
}
