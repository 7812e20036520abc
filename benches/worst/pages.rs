//! Pages that nobody should have to read, of any size: what hangs or drowns a reader that trusts its input.

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is called in the table.
    pub name: &'static str,
    /// What stands once, before all.
    before: &'static str,
    /// What stands over and over; `#` is the number of the time.
    again: &'static str,
    /// What stands over and over after that, as often.
    closing: &'static str,
}

const fn shape(name: &'static str, before: &'static str, again: &'static str, closing: &'static str) -> Shape {
    Shape { name, before, again, closing }
}

/// The shapes, each repeated until the page is as large as asked for.
pub const SHAPES: &[Shape] = &[
    // Depth.
    shape("nested div", "", "<div>", ""),
    shape("nested span, closed", "<p>x", "<span>", "</span>"),
    shape("nested lists", "", "<ul><li><a href=/a/story-#>A headline of some length #</a>", ""),
    shape("nested tables", "", "<table><tr><td>x", ""),
    shape("nested tables, closed", "", "<table><tr><td>x", "</table>"),
    shape("nested quotes with text", "", "<blockquote><p>On the 3rd of May it rained for the whole day.", ""),
    shape("nested svg", "<svg>", "<g>", ""),
    shape("nested template", "", "<template>", ""),
    shape("nested buttons and objects", "", "<object><button>", ""),
    shape(
        "shallow and deep by turns",
        "",
        "<div><div><div><div><a href=/a/story-#>A headline # of words</a></div>",
        "",
    ),
    // Formatting left open: opened anew in each block.
    shape("open formatting", "", "<p><font size=#>x", ""),
    shape("open bold, italic", "", "<b><p><i><div>", ""),
    shape("crossed formatting", "", "<a><b><p></a>", ""),
    shape("open links", "", "<a href=/a/story-#>Words <p>of a headline of some length #", ""),
    shape("text in tables' gaps", "<table>", "<b>x<tr>", ""),
    // Width.
    shape("divs beside each other", "", "<div>x</div>", ""),
    shape("open paragraphs", "", "<p>x", ""),
    shape("open list elements", "<ul>", "<li>x", ""),
    shape("links beside each other", "", "<a href=/2026/11/story-number-#.html>A headline of some length #</a> ", ""),
    shape("links in cells", "<table>", "<tr><td>1.2.2026<td><a href=/d/#.pdf>#</a><td>A matter of weight", ""),
    shape("links in paragraphs", "", "<p>3 May 2026 <a href=/a/story-number-#>A headline # of length</a> and more", ""),
    shape("one link again", "", "<a href=/a/one-story-of-many>The headline of all of them</a>", ""),
    shape("cards", "", "<div class=c><h2><a href=/a/story-#>A headline of words #</a></h2><p>1 May 2026</div>", ""),
    shape(
        "classes of all sorts",
        "",
        "<div class='date title nav-# c#'><a href=/a/s-#>Words of a title #</a></div>",
        "",
    ),
    shape("headings", "", "<h2>A heading of some length #</h2>", ""),
    shape("dates beside each other", "", "<p>12 May 2026, 10:15 <p>vor 3 Stunden <p>2026年5月12日", ""),
    shape("pictures", "", "<img src=/p/#.jpg srcset='/p/#.jpg 1x, /q/#.jpg 2x' alt='A picture #'>", ""),
    shape("metas", "", "<meta property=og:title content='A title of words #'>", ""),
    shape("live blog", "<article><h1>Live</h1>", LIVE, ""),
    // Length.
    shape("one text", "<p>", "The harbour council said that the bridge # would reopen. ", ""),
    shape("one word", "<p>", "x", ""),
    shape("digits", "<p>", "1/2/3 4.5. ", ""),
    shape("ideographs", "<p>", "港口委员会表示2026年5月12日大桥将", ""),
    shape("entities", "<p>", "&amp;&lt;&#x41;&nbsp", ""),
    shape("open tags", "<p>", "<a <b <c ", ""),
    shape("one attribute", "<p>x<a href='/a/story' title='", "words ", ""),
    shape("one class", "<p>x<a href='/a/story' class='", "date-# ", ""),
    shape("many attributes", "<div ", "a#=b ", ""),
    shape("one address", "<a href='/a/", "story-#/", ""),
    shape("one title", "<title>", "words | ", ""),
    shape("one style", "<style>", ".c-# { color: red } ", ""),
    shape("one comment", "<!--", "- x ", ""),
    shape("comments", "", "<!-- x --><!", ""),
    // Scripts.
    shape("one script", "<script>", "var a# = {\"b\": [1,2,3]}; ", ""),
    shape("one script of brackets", "<script>", "=[{\"a\":", ""),
    shape(
        "one state",
        STATE,
        "{\"url\":\"/a/story-#\",\"title\":\"A headline of words #\",\"date\":\"2026-05-12\"},",
        "",
    ),
    shape("one state, closed", STATE, "{\"url\":\"/a/story-#\",\"title\":\"A headline of words #\"},{},", "1,"),
    shape("deep state", STATE, "[{\"a\":", ""),
    shape("JSON-LD blocks", "", LINKED, ""),
    shape("script blocks", "", "<script>x = {\"a\": #}</script>", ""),
    shape("islands", "<![CDATA[", "<script type=text/xml><record><![CDATA[<li>#", ""),
    shape("islands' ends", "<![CDATA[", "<script type=text/xml><record><![CDATA[<li>#]]></script>", ""),
];

const LIVE: &str = "<div class=entry id=e#><time datetime=2026-05-12T10:00:00Z>10:00</time><h3>Update number # of the day\
                    </h3><p>The harbour council said that the bridge would reopen, after repairs which took longer than \
                    planned.</p><p>More on <a href=/a/story-#>the bridge</a> and the ferries.</p></div>";
const STATE: &str = "<script type=application/json>{\"list\":[";
const LINKED: &str = "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"url\":\"/a/story-#\",\"headline\":\
                      \"A headline of words #\",\"datePublished\":\"2026-05-12\",\"articleBody\":\"Words of it.\"}</script>";

impl Shape {
    /// The page of about so many bytes.
    pub fn page(&self, bytes: usize) -> String {
        let mut text = format!("<!DOCTYPE html><html><head><title>A page</title></head><body>{}", self.before);
        let mut times = 0;
        while text.len() + times * self.closing.len() < bytes {
            text.push_str(&self.again.replace('#', &times.to_string()));
            times += 1;
        }
        text.push_str(&self.closing.repeat(times));
        text
    }

    /// A feed whose one entry holds the page.
    pub fn feed(&self, bytes: usize) -> String {
        let held = self.page(bytes).replace("]]>", "]]]]><![CDATA[>");
        format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>A feed</title><item><title>A headline</title>\
             <link>https://news.example/a/story</link><description><![CDATA[{held}]]></description></item></channel></rss>"
        )
    }
}
