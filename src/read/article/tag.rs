//! The elements that reading an article tells apart.

use html5ever::{LocalName, local_name};

/// What an element is, as far as reading goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Text,
    Paragraph,
    Heading(u8),
    Box,
    Article,
    Main,
    Aside,
    Nav,
    Header,
    Footer,
    List,
    OrderedList,
    Line,
    Terms,
    Term,
    Meaning,
    Table,
    TableSection,
    Row,
    Cell,
    HeadCell,
    Quote,
    Pre,
    Figure,
    Caption,
    Rule,
    Form,
    Control,
    Image,
    Picture,
    Candidate,
    Video,
    Audio,
    Frame,
    Noscript,
    Link,
    Break,
    Time,
    Bold,
    Italic,
    Code,
    Sub,
    Sup,
    Span,
    Skipped,
}

impl Tag {
    pub(super) fn of(name: &LocalName) -> Self {
        match *name {
            local_name!("p") => Self::Paragraph,
            local_name!("h1") => Self::Heading(1),
            local_name!("h2") => Self::Heading(2),
            local_name!("h3") => Self::Heading(3),
            local_name!("h4") => Self::Heading(4),
            local_name!("h5") => Self::Heading(5),
            local_name!("h6") => Self::Heading(6),
            local_name!("a") => Self::Link,
            local_name!("br") => Self::Break,
            local_name!("b") | local_name!("strong") => Self::Bold,
            local_name!("i") | local_name!("em") | local_name!("cite") => Self::Italic,
            local_name!("code") | local_name!("kbd") | local_name!("samp") | local_name!("tt") => Self::Code,
            local_name!("sub") => Self::Sub,
            local_name!("sup") => Self::Sup,
            local_name!("time") => Self::Time,
            local_name!("span")
            | local_name!("font")
            | local_name!("u")
            | local_name!("s")
            | local_name!("small")
            | local_name!("big")
            | local_name!("abbr")
            | local_name!("acronym")
            | local_name!("del")
            | local_name!("ins")
            | local_name!("mark")
            | local_name!("q")
            | local_name!("bdi")
            | local_name!("bdo")
            | local_name!("data")
            | local_name!("dfn")
            | local_name!("label")
            | local_name!("nobr")
            | local_name!("strike")
            | local_name!("var")
            | local_name!("wbr")
            | local_name!("ruby")
            | local_name!("rb") => Self::Span,
            local_name!("article") => Self::Article,
            local_name!("main") => Self::Main,
            local_name!("aside") => Self::Aside,
            local_name!("nav") => Self::Nav,
            local_name!("header") => Self::Header,
            local_name!("footer") => Self::Footer,
            local_name!("ul") | local_name!("menu") | local_name!("dir") => Self::List,
            local_name!("ol") => Self::OrderedList,
            local_name!("li") => Self::Line,
            local_name!("dl") => Self::Terms,
            local_name!("dt") => Self::Term,
            local_name!("dd") => Self::Meaning,
            local_name!("table") => Self::Table,
            local_name!("tbody") | local_name!("thead") | local_name!("tfoot") => Self::TableSection,
            local_name!("tr") => Self::Row,
            local_name!("td") => Self::Cell,
            local_name!("th") => Self::HeadCell,
            local_name!("blockquote") => Self::Quote,
            local_name!("pre") | local_name!("listing") | local_name!("xmp") => Self::Pre,
            local_name!("figure") => Self::Figure,
            local_name!("figcaption") => Self::Caption,
            local_name!("hr") => Self::Rule,
            local_name!("form") | local_name!("fieldset") => Self::Form,
            local_name!("button") | local_name!("input") | local_name!("select") | local_name!("textarea") => {
                Self::Control
            }
            local_name!("img") | local_name!("image") => Self::Image,
            local_name!("picture") => Self::Picture,
            local_name!("source") => Self::Candidate,
            local_name!("video") => Self::Video,
            local_name!("audio") => Self::Audio,
            local_name!("iframe") | local_name!("embed") | local_name!("object") => Self::Frame,
            local_name!("noscript") => Self::Noscript,
            local_name!("script")
            | local_name!("style")
            | local_name!("template")
            | local_name!("svg")
            | local_name!("math")
            | local_name!("canvas")
            | local_name!("head")
            | local_name!("title")
            | local_name!("meta")
            | local_name!("link")
            | local_name!("base")
            | local_name!("map")
            | local_name!("datalist")
            | local_name!("dialog")
            | local_name!("rp")
            | local_name!("rt")
            | local_name!("track")
            | local_name!("param") => Self::Skipped,
            _ => match &**name {
                "amp-img" => Self::Image,
                "amp-video" => Self::Video,
                "amp-audio" => Self::Audio,
                _ => Self::Box,
            },
        }
    }

    /// Whether it stands in a line of text rather than making a paragraph of its own.
    pub(super) fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Link
                | Self::Break
                | Self::Time
                | Self::Bold
                | Self::Italic
                | Self::Code
                | Self::Sub
                | Self::Sup
                | Self::Span
                | Self::Image
                | Self::Picture
                | Self::Candidate
                | Self::Noscript
        )
    }
}
