//! What HTML's tree building tells apart among elements (HTML §13.2.6).

/// Elements that the same rules hold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Html,
    Head,
    Body,
    /// Head matter that holds nothing: `meta`, `link`, `base`.
    Meta,
    /// Head matter that holds one text.
    HeadRaw,
    Script,
    Title,
    Textarea,
    Noscript,
    /// `iframe`, `noembed`: one text, in the body.
    Raw,
    /// Holds nothing.
    Void,
    /// Holds nothing and may not stand in a paragraph.
    Rule,
    /// Holds nothing and may not stand in a `select`.
    Input,
    Paragraph,
    /// May not stand in a paragraph.
    Block,
    /// Likewise, and between an open list item and the next one it is no border: `div`, `address`.
    Clear,
    /// Likewise, not being special: `dialog`, `search`.
    Loose,
    /// `ol`, `ul`: a border for list items.
    List,
    Heading,
    Preformatted,
    Form,
    Item,
    /// `dd`, `dt`.
    Term,
    Button,
    Anchor,
    /// `b`, `i`, …: opened anew by the rules where they were crossed.
    Formatting,
    Select,
    Option,
    Group,
    Table,
    Caption,
    Columns,
    Column,
    /// `tbody`, `thead`, `tfoot`.
    Rows,
    Row,
    Cell,
    /// Whatever has no rule of its own.
    Plain,
    /// What has rules that are not followed here.
    Refused,
}

impl Sort {
    /// The sort of a lower-case name.
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"html" => Self::Html,
            b"head" => Self::Head,
            b"body" => Self::Body,
            b"base" | b"basefont" | b"bgsound" | b"link" | b"meta" => Self::Meta,
            b"style" | b"noframes" => Self::HeadRaw,
            b"script" => Self::Script,
            b"title" => Self::Title,
            b"textarea" => Self::Textarea,
            b"noscript" => Self::Noscript,
            b"iframe" | b"noembed" => Self::Raw,
            b"area" | b"br" | b"embed" | b"img" | b"keygen" | b"wbr" | b"param" | b"source" | b"track" => Self::Void,
            b"hr" => Self::Rule,
            b"input" => Self::Input,
            b"p" => Self::Paragraph,
            b"article" | b"aside" | b"blockquote" | b"center" | b"details" | b"dir" | b"dl" | b"fieldset"
            | b"figcaption" | b"figure" | b"footer" | b"header" | b"hgroup" | b"main" | b"menu" | b"nav"
            | b"section" | b"summary" => Self::Block,
            b"div" | b"address" => Self::Clear,
            b"dialog" | b"search" => Self::Loose,
            b"ol" | b"ul" => Self::List,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"pre" | b"listing" => Self::Preformatted,
            b"form" => Self::Form,
            b"li" => Self::Item,
            b"dd" | b"dt" => Self::Term,
            b"button" => Self::Button,
            b"a" => Self::Anchor,
            b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"s" | b"small" | b"strike" | b"strong" | b"tt"
            | b"u" => Self::Formatting,
            b"select" => Self::Select,
            b"option" => Self::Option,
            b"optgroup" => Self::Group,
            b"table" => Self::Table,
            b"caption" => Self::Caption,
            b"colgroup" => Self::Columns,
            b"col" => Self::Column,
            b"tbody" | b"thead" | b"tfoot" => Self::Rows,
            b"tr" => Self::Row,
            b"td" | b"th" => Self::Cell,
            b"applet" | b"frame" | b"frameset" | b"image" | b"marquee" | b"math" | b"nobr" | b"object"
            | b"plaintext" | b"rb" | b"rp" | b"rt" | b"rtc" | b"svg" | b"template" | b"xmp" => Self::Refused,
            _ => Self::Plain,
        }
    }

    /// Whether an end tag of what holds it ends this too.
    pub(super) fn ends_by_itself(self) -> bool {
        matches!(self, Self::Paragraph | Self::Item | Self::Term | Self::Option | Self::Group)
    }

    /// Whether nothing is looked for beyond it.
    pub(super) fn is_border(self) -> bool {
        matches!(self, Self::Html | Self::Table | Self::Cell | Self::Caption | Self::Select)
    }

    /// Whether it is "special" by the standard, `div`, `address` and `p` aside: a list item does not end one beyond.
    pub(super) fn stops_items(self) -> bool {
        !matches!(
            self,
            Self::Clear
                | Self::Paragraph
                | Self::Loose
                | Self::Anchor
                | Self::Formatting
                | Self::Option
                | Self::Group
                | Self::Plain
        )
    }

    /// Whether it stands between a table and its cells, where text does not belong.
    pub(super) fn holds_no_text(self) -> bool {
        matches!(self, Self::Table | Self::Columns | Self::Rows | Self::Row)
    }
}
