//! What HTML's tree building tells apart among elements (HTML §13.2.6).

use html5ever::{LocalName, local_name};

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
    /// `xmp`: likewise, and it may not stand in a paragraph.
    Listing,
    /// Holds nothing.
    Void,
    /// `param`, `source`, `track`: likewise, not opening anew what was crossed.
    Part,
    /// Holds nothing and may not stand in a paragraph.
    Rule,
    /// Holds nothing and may not stand in a `select`.
    Input,
    /// An old name of `img`.
    Image,
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
    /// `nobr`: likewise, and none in another.
    Unbroken,
    /// `applet`, `marquee`, `object`: a border of many rules.
    Object,
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
    /// `rb`, `rtc`.
    RubyBase,
    /// `rp`, `rt`.
    RubyText,
    Template,
    Frame,
    /// Whatever has no rule of its own.
    Plain,
    /// SVG's elements, and those of them that hold HTML.
    Svg,
    SvgPoint,
    /// MathML's elements, those that hold HTML, and `annotation-xml`, which holds SVG.
    Math,
    MathPoint,
    Annotation,
    /// What has rules that are not followed here.
    Refused,
}

/// How many sorts there are.
pub(super) const SORTS: usize = Sort::Refused as usize + 1;

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
            b"xmp" => Self::Listing,
            b"area" | b"br" | b"embed" | b"img" | b"keygen" | b"wbr" => Self::Void,
            b"param" | b"source" | b"track" => Self::Part,
            b"hr" => Self::Rule,
            b"input" => Self::Input,
            b"image" => Self::Image,
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
            b"nobr" => Self::Unbroken,
            b"applet" | b"marquee" | b"object" => Self::Object,
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
            b"rb" | b"rtc" => Self::RubyBase,
            b"rp" | b"rt" => Self::RubyText,
            b"frame" => Self::Frame,
            b"svg" => Self::Svg,
            b"math" => Self::Math,
            b"template" => Self::Template,
            b"frameset" | b"isindex" | b"plaintext" => Self::Refused,
            _ => Self::Plain,
        }
    }

    /// The sort of an element of SVG.
    pub(super) fn of_svg(name: &LocalName) -> Self {
        match *name {
            local_name!("foreignObject") | local_name!("desc") | local_name!("title") => Self::SvgPoint,
            _ => Self::Svg,
        }
    }

    /// The sort of an element of MathML.
    pub(super) fn of_math(name: &LocalName) -> Self {
        match *name {
            local_name!("mi") | local_name!("mo") | local_name!("mn") | local_name!("ms") | local_name!("mtext") => {
                Self::MathPoint
            }
            local_name!("annotation-xml") => Self::Annotation,
            _ => Self::Math,
        }
    }

    /// Whether an open element of this sort is none of HTML's.
    pub(super) fn is_foreign(self) -> bool {
        matches!(self, Self::Svg | Self::SvgPoint | Self::Math | Self::MathPoint | Self::Annotation)
    }

    /// Whether an end tag of what holds it ends this too.
    pub(super) fn ends_by_itself(self) -> bool {
        matches!(
            self,
            Self::Paragraph | Self::Item | Self::Term | Self::Option | Self::Group | Self::RubyBase | Self::RubyText
        )
    }

    /// Whether the end of a template ends it.
    pub(super) fn ends_in_template(self) -> bool {
        self.ends_by_itself() || matches!(self, Self::Caption | Self::Columns | Self::Rows | Self::Row | Self::Cell)
    }

    /// Whether it bounds a scope.
    pub(super) fn is_border(self) -> bool {
        matches!(
            self,
            Self::Html
                | Self::Table
                | Self::Cell
                | Self::Caption
                | Self::Select
                | Self::Object
                | Self::Template
                | Self::SvgPoint
                | Self::MathPoint
        )
    }

    /// Whether it bounds a button scope.
    pub(super) fn is_button_border(self) -> bool {
        self.is_border() || self == Self::Button
    }

    /// Whether it bounds a list item scope.
    pub(super) fn is_list_border(self) -> bool {
        self.is_border() || self == Self::List
    }

    /// Whether it bounds a table scope.
    pub(super) fn is_table_border(self) -> bool {
        matches!(self, Self::Html | Self::Table | Self::Template)
    }

    /// Whether rows stand in it.
    pub(super) fn holds_rows(self) -> bool {
        matches!(self, Self::Rows | Self::Template | Self::Html)
    }

    /// Whether cells stand in it.
    pub(super) fn holds_cells(self) -> bool {
        matches!(self, Self::Row | Self::Template | Self::Html)
    }

    /// Whether it is "special" by the standard.
    pub(super) fn is_special(self) -> bool {
        matches!(self, Self::Clear | Self::Paragraph) || self.stops_items()
    }

    /// Whether it is special, `div`, `address` and `p` aside: a list item does not end one beyond.
    pub(super) fn stops_items(self) -> bool {
        !matches!(
            self,
            Self::Clear
                | Self::Paragraph
                | Self::Loose
                | Self::Anchor
                | Self::Formatting
                | Self::Unbroken
                | Self::Option
                | Self::Group
                | Self::RubyBase
                | Self::RubyText
                | Self::Plain
        ) && !self.is_foreign()
    }

    /// Whether it stands between a table and its cells, where text does not belong.
    pub(super) fn holds_no_text(self) -> bool {
        matches!(self, Self::Table | Self::Rows | Self::Row)
    }
}
