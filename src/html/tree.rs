//! HTML text into a tree, bounded whatever comes.
//!
//! html5ever slows with depth (every start tag looks down the stack of open elements), so a page of
//! 100,000 nested elements takes minutes. A filter between tokenizer and tree builder drops tags beyond
//! [`MAX_DEPTH`], and everything beyond as many nodes as is good for a page of its size; what was cut is told.

use std::cell::{Cell, RefCell};

use ego_tree::{NodeId, Tree as Nodes};
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::Tracer;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{LocalName, QualName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, HtmlTreeSink, Node};

use super::{attributes, straight};
use crate::model::Problem;

/// Deepest nesting kept. Browsers cut at 512 too.
const MAX_DEPTH: usize = 512;
/// Most nodes kept of any page, text included, and how many are kept of a small one. Real pages have a node to 60
/// bytes and more, the largest seen some 25,000 nodes; a node costs up to 700 bytes until all is read.
const MAX_NODES: usize = 800_000;
const FEW_NODES: usize = 30_000;
/// Of large pages a node to so many bytes is kept, so that no tree is many times the size of its page.
const BYTES_A_NODE: usize = 40;
/// How many tags may pass between two measurements of the depth.
const MEASURE_EVERY: usize = 32;
/// Most bytes of text parsed; `fetch` caps bodies too, at the operator's choice.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Most nodes that are kept of a page of so many bytes.
pub(super) fn most_nodes(bytes: usize) -> usize {
    (bytes / BYTES_A_NODE).clamp(FEW_NODES, MAX_NODES)
}

/// A parsed page.
#[derive(Debug)]
pub struct Tree {
    /// The document.
    pub html: Html,
    /// What was cut to keep within bounds.
    pub problems: Vec<Problem>,
    /// Whether all its tags are in order, so that nothing had to be mended.
    pub in_order: bool,
}

/// The value of an element's attribute. `Element::attr` looks the name up in the table of all names first, which costs
/// more than comparing the few that an element has.
pub fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attrs.iter().find(|(key, _)| &*key.local == name && key.ns == ns!()).map(|(_, value)| &**value)
}

/// Parses a document as browsers do (WHATWG HTML), scripting taken to be on: `<noscript>` holds one text.
pub fn parse_html(text: &str) -> Tree {
    if text.len() <= MAX_BYTES
        && let Some(straight::Built { html, in_order }) = straight::document(text)
    {
        return Tree { html, problems: Vec::new(), in_order };
    }
    whole_document(text)
}

/// The whole way, for any document.
pub(super) fn whole_document(text: &str) -> Tree {
    let options = TreeBuilderOpts { scripting_enabled: true, ..TreeBuilderOpts::default() };
    parse(text, TreeBuilder::new(HtmlTreeSink::new(empty(Node::Document, text)), options))
}

/// A tree of that root, with room for what the text is likely to become: where all tags are closed, an element has two
/// tags, one text in it and one after it. A list that grows by doubling is moved often, and ends half empty.
pub(super) fn empty(root: Node, text: &str) -> Html {
    let likely = memchr::memchr_iter(b'<', text.as_bytes()).count() * 3 / 2 + 16;
    let mut html = Html::new_document();
    html.tree = Nodes::with_capacity(root, likely.min(most_nodes(text.len()) * 9 / 8));
    html
}

/// Parses what stands in a body, scripting taken to be off: `<noscript>` holds elements. The tree's root
/// holds an `html` element, which holds the fragment.
pub fn parse_fragment(text: &str) -> Tree {
    if text.len() <= MAX_BYTES
        && let Some(straight::Built { html, in_order }) = straight::fragment(text)
    {
        return Tree { html, problems: Vec::new(), in_order };
    }
    whole_fragment(text)
}

/// The whole way, for any fragment.
pub(super) fn whole_fragment(text: &str) -> Tree {
    let sink = HtmlTreeSink::new(empty(Node::Fragment, text));
    let body = create_element(&sink, QualName::new(None, ns!(html), local_name!("body")), Vec::new());
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    parse(text, TreeBuilder::new_for_fragment(sink, body, None, options))
}

fn parse(mut text: &str, builder: TreeBuilder<NodeId, HtmlTreeSink>) -> Tree {
    let mut problems = Vec::new();
    if text.len() > MAX_BYTES {
        let end = text.floor_char_boundary(MAX_BYTES);
        problems.push(Problem::warning(format!("the page has {} bytes; only the first {end} were read", text.len())));
        text = &text[..end];
    }
    let most = most_nodes(text.len());
    let (text, left_out) = attributes::few(text);
    if left_out > 0 {
        problems.push(Problem::warning(format!(
            "{left_out} bytes of attributes were left out: a tag has more than {} of them",
            attributes::MOST
        )));
    }
    let sink = Bounded {
        builder,
        most,
        tags: Cell::new(0),
        unmeasured: Cell::new(0),
        depth: Cell::new(0),
        dropped: RefCell::default(),
        muted: RefCell::default(),
        cut: Cell::new(0),
    };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&text));
    // A script's end and a `<meta charset>` pause the tokenizer; nothing is run here and the text is decoded
    // already, so it goes on at once.
    while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
    tokenizer.end();
    let Bounded { builder, cut, tags, .. } = tokenizer.sink;
    if cut.get() > 0 {
        problems.push(Problem::warning(format!(
            "{} of the page's {} tags were left out: nested deeper than {MAX_DEPTH}, or beyond {most} nodes",
            cut.get(),
            tags.get() + cut.get(),
        )));
    }
    Tree { html: builder.sink.0.into_inner(), problems, in_order: false }
}

/// The filter. True depth is what the builder holds open, which only the builder knows: it is counted
/// every [`MEASURE_EVERY`] tags through the tracer that html5ever offers to garbage collectors.
struct Bounded {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    most: usize,
    tags: Cell<usize>,
    unmeasured: Cell<usize>,
    depth: Cell<usize>,
    dropped: RefCell<Vec<LocalName>>,
    muted: RefCell<Option<LocalName>>,
    cut: Cell<usize>,
}

impl Bounded {
    fn measure(&self) {
        let count = Count(Cell::new(0));
        self.builder.trace_handles(&count);
        self.depth.set(count.0.get());
        self.unmeasured.set(0);
    }

    /// Whether the tree is as large as it may be. Its nodes are counted, not the tags: unclosed formatting
    /// elements are opened anew in every paragraph (HTML §13.2.4.3), so that few tags make many nodes.
    fn is_full(&self) -> bool {
        self.builder.sink.0.borrow().tree.values().len() >= self.most
    }

    /// Counts a tag that the builder does not get. Without it, what a script holds would be read as text.
    fn leave_out(&self, tag: &Tag) {
        self.cut.set(self.cut.get() + 1);
        if tag.kind == StartTag && matches!(&*tag.name, "script" | "style") && self.muted.borrow().is_none() {
            self.muted.replace(Some(tag.name.clone()));
        }
    }

    /// Whether this token goes on to the builder.
    fn passes(&self, token: &Token) -> bool {
        let TagToken(tag) = token else {
            // Text adds to the last text, and is worth keeping.
            return match token {
                Token::EOFToken => true,
                Token::CharacterTokens(_) => self.muted.borrow().is_none(),
                _ => !self.is_full(),
            };
        };
        if self.muted.borrow().as_ref() == Some(&tag.name) {
            self.muted.take();
        }
        if self.is_full() {
            self.leave_out(tag);
            return false;
        }
        self.unmeasured.set(self.unmeasured.get() + 1);
        if self.unmeasured.get() >= MEASURE_EVERY {
            self.measure();
        }
        let too_deep = self.depth.get() >= MAX_DEPTH;
        match tag.kind {
            StartTag if too_deep && !is_void(&tag.name) => {
                if !tag.self_closing && self.dropped.borrow().len() < self.most {
                    self.dropped.borrow_mut().push(tag.name.clone());
                }
                self.leave_out(tag);
                return false;
            }
            EndTag => {
                let mut dropped = self.dropped.borrow_mut();
                if dropped.last() == Some(&tag.name) {
                    dropped.pop();
                    return false;
                }
            }
            StartTag => {}
        }
        self.tags.set(self.tags.get() + 1);
        true
    }
}

impl TokenSink for Bounded {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if self.passes(&token) { self.builder.process_token(token, line) } else { TokenSinkResult::Continue }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = NodeId;

    fn trace_handle(&self, _: &Self::Handle) {
        self.0.set(self.0.get() + 1);
    }
}

/// Elements that never hold anything (HTML §13.1.2), so that they add no depth.
fn is_void(name: &LocalName) -> bool {
    matches!(
        &**name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Selector;

    fn count(html: &Html, selector: &str) -> usize {
        html.select(&Selector::parse(selector).unwrap()).count()
    }

    #[test]
    fn an_ordinary_page_is_parsed_whole() {
        let tree = parse_html("<title>t</title><p>a<p>b<ul><li>x<li>y</ul><noscript><img src=a></noscript>");
        assert!(tree.problems.is_empty());
        assert_eq!(count(&tree.html, "li"), 2);
        assert_eq!(count(&tree.html, "img"), 0, "noscript holds text");
    }

    #[test]
    fn scripts_and_declared_charsets_do_not_end_the_page() {
        let tree = parse_html(
            "<meta charset=gbk><meta http-equiv=Content-Type content='text/html; charset=gbk'><script>1</script><p>a",
        );
        assert_eq!(count(&tree.html, "p"), 1);
    }

    #[test]
    fn many_unclosed_items_are_not_deep() {
        let tree = parse_html(&format!("<ul>{}</ul><p id=end>", "<li>x".repeat(5000)));
        assert!(tree.problems.is_empty());
        assert_eq!(count(&tree.html, "li"), 5000);
    }

    #[test]
    fn bottomless_nesting_is_cut_and_told_and_what_follows_is_kept() {
        for tags in [
            ("<div>", "</div>"),
            ("<b><div>", "</div></b>"),
            ("<div><table><tr><td>", "</td></tr></table></div>"),
            ("<span>", "</span>"),
        ] {
            let page = format!("{}x{}<p id=end>end", tags.0.repeat(100_000), tags.1.repeat(100_000));
            let tree = parse_html(&page);
            assert_eq!(tree.problems.len(), 1, "{tags:?}");
            assert_eq!(count(&tree.html, "#end"), 1, "{tags:?}");
        }
    }

    #[test]
    fn formatting_that_is_opened_anew_in_every_paragraph_stays_bounded() {
        let page: String = (0..3000).map(|n| format!("<p><font size={n}>x</p>")).collect();
        let tree = parse_html(&page);
        assert!(tree.html.tree.values().len() < MAX_NODES + 10_000);
    }

    #[test]
    fn no_tree_is_many_times_the_size_of_its_page() {
        for (again, closing) in
            [("<p>x", ""), ("<li>x</li>", ""), ("<b><p>", ""), ("<table><b>x<tr>", ""), ("<a><b><p></a>", "")]
        {
            let page = format!("{}{}<script>hidden</script>end", again.repeat(200_000), closing.repeat(200_000));
            let tree = parse_html(&page);
            let nodes = tree.html.tree.values().len();
            assert!(nodes <= most_nodes(page.len()) * 11 / 10, "{again}: {nodes}");
            assert_eq!(tree.problems.len(), 1, "{again}");
            let words: String = tree.html.root_element().text().collect();
            assert!(words.ends_with("end") && !words.contains("hidden"), "{again}");
        }
    }

    #[test]
    fn a_fragment_keeps_what_noscript_holds_as_elements() {
        let tree = parse_fragment("a<noscript><img src=a></noscript><frameset>b");
        assert_eq!(count(&tree.html, "img"), 1);
        assert!(tree.html.root_element().text().eq(["a", "b"]));
    }

    #[test]
    fn unmatched_end_tags_do_not_fool_the_bound() {
        let tree = parse_html(&"<div></x>".repeat(100_000));
        assert!(count(&tree.html, "div") < 1000);
    }
}
