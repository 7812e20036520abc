use proptest::prelude::*;

use super::super::tree::{whole_document, whole_fragment};

/// Whether the short way gives what the whole way gives, or nothing; and whether it gave anything.
fn agrees(html: &str) -> bool {
    let (document, fragment) = (super::document(html), super::fragment(html));
    let given = document.is_some() || fragment.is_some();
    if let Some(tree) = document {
        assert_eq!(tree, whole_document(html).html, "{html}");
    }
    if let Some(tree) = fragment {
        assert_eq!(tree, whole_fragment(html).html, "{html}");
    }
    given
}

#[test]
fn what_is_in_order_goes_the_short_way_and_comes_to_the_same() {
    for html in [
        "<!DOCTYPE html>\n<!-- a --><html lang=en>\n<head>\n<meta charset=utf-8><title>A &amp; b</title>\
         <style>p > a {}</style><script>if (a < b) { '<p>' }</script></head>\n<body class=x>\n<p>a</p>\n</body>\n</html>\n",
        "<p>no frame at all",
        "<title>t</title><p>a<p>b<ul><li>x<li>y</ul>z",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\"><html><body>x",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 3.2//EN\"><p>a<table><tr><td>x</table>",
        "<body><p>a<table><tr><td>x<td>y<tr><th>z</table>b<div>c</div>",
        "<table> <caption>c</caption><colgroup><col><col></colgroup><thead><tr><th>a</thead><tbody><tr><td>b</tbody></table>",
        "<table><tr><td><table><tr><td><p>in</td></tr></table><p>out</tr></table>",
        "<table><col><tr><td>a</table>",
        "<dl><dt>a<dd>b<p>c<dt>d</dl>",
        "<form action=/x><input type=hidden name=a><select><optgroup label=a><option>b<option selected>c</select></form>",
        "<a HREF=\"/?a=1&copy=2&b=&amp;&lt;\" data-state='{\"x\":\"&quot;&#39;&hellip;&eacute;\"}' class>x</a>",
        "<a href=/a&b>1 &lt; 2 &copy 3 &notit; &eacute;&#8217;&#x2014;&#150; & so &c.</a>",
        "<b>a<i>c</i></b><em>d</em><font color=red>e</font>",
        "<pre>\n\nx</pre><textarea>\n\n&amp;<p></textarea><pre>x</pre><pre>\n</pre>",
        "<iframe src=x><p></iframe><noscript><img src=a></noscript>x",
        "<div id=a id=b class = \"c\" checked/><br/><hr><img src=a.jpg alt=''/></div>",
        "a\r\nb\rc<p title='x\r\ny'>d</p>",
        "<script><!-- a = '</p>'; --></script>",
        "<x-card data-long-attribute-name=1><span>a</span></x-card><video controls><source src=a><track></video>",
        "<!----><!-- a -- b --->c<!-- -->",
        "<h1>a<span>b</span></h1><button>x</button><ol><li><ul><li>a</ul><li>b</ol>",
        "<body>a</body> <!-- b --> </html> <!-- c -->\n",
        "<head></head> <!-- between --> <body>",
        "<p>a</p \n>b",
    ] {
        assert!(agrees(html), "{html}");
    }
}

#[test]
fn what_would_be_mended_goes_the_whole_way() {
    for html in [
        "<p><b>a</p>b",
        "<b><p>a</b>b</p>",
        "<a href=1>x<a href=2>y",
        "<table>a<tr><td>b</table>",
        "<div></p></div>",
        "</b>",
        "<p>a</div>",
        "<svg><path/></svg>",
        "<template><p></template>",
        "a < b",
        "<p title=\"x",
        "<p a\"b=c>",
        "<!doctype html><p>a<!doctype html>",
        "x\0y",
        "<ruby>a<rt>b</ruby>",
        "<select><input></select>",
        "<nobr>a</nobr>",
        "<h1>a<h2>b",
        "<frameset><frame></frameset>",
        "<li><b>a<li>b",
        "<script>'<!--<script>'</script>x",
    ] {
        assert!(!agrees(html), "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn whatever_goes_the_short_way_comes_to_the_same(picks in prop::collection::vec(0..PIECES.len(), 1..24), frame in any::<bool>()) {
        let mut html: String = picks.iter().filter_map(|at| PIECES.get(*at)).copied().collect();
        if frame {
            html = format!("<!DOCTYPE html><html><head><title>t</title></head><body>{html}</body></html>");
        }
        agrees(&html);
    }
}

const PIECES: &[&str] = &[
    "a",
    " ",
    "\n",
    "&amp;",
    "&copy",
    "&eacute;",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<a href=x>",
    "</a>",
    "<b>",
    "</b>",
    "<i class=y>",
    "</i>",
    "<span>",
    "</span>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th>",
    "</th>",
    "<tbody>",
    "</tbody>",
    "<thead>",
    "</thead>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "</colgroup>",
    "<col>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<dl>",
    "</dl>",
    "<dt>",
    "<dd>",
    "</dd>",
    "<form>",
    "</form>",
    "<button>",
    "</button>",
    "<select>",
    "</select>",
    "<option>",
    "</option>",
    "<optgroup>",
    "</optgroup>",
    "<input>",
    "<input type=hidden>",
    "<br>",
    "<hr>",
    "<img src=a>",
    "<pre>",
    "</pre>",
    "<section>",
    "</section>",
    "<address>",
    "</address>",
    "<dialog>",
    "</dialog>",
    "<script>",
    "</script>",
    "<style>x</style>",
    "<noscript>",
    "</noscript>",
    "<textarea>",
    "</textarea>",
    "<title>x</title>",
    "<!-- c -->",
    "<meta charset=x>",
    "<body>",
    "</body>",
    "</html>",
    "<html>",
    "<head>",
    "</head>",
    "<x-y>",
    "</x-y>",
    "<iframe>",
    "</iframe>",
    "<article>",
    "</article>",
    "\r\n",
    "<font>",
    "</font>",
    "<center>",
    "</center>",
    "<label>",
    "</label>",
];
