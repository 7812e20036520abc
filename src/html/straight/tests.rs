use proptest::prelude::*;

use super::super::tree::{whole_document, whole_fragment};

/// Whether the short way gives what the whole way gives, or nothing; and whether it gave anything.
fn agrees(html: &str) -> bool {
    let (document, fragment) = (super::document(html), super::fragment(html));
    let given = document.is_some() || fragment.is_some();
    if let Some(tree) = document {
        assert_eq!(tree.html, whole_document(html).html, "{html}");
    }
    if let Some(tree) = fragment {
        assert_eq!(tree.html, whole_fragment(html).html, "{html}");
    }
    given
}

/// Whether a page is taken for one whose tags are in order.
fn is_in_order(html: &str) -> bool {
    super::document(html).is_some_and(|tree| tree.in_order)
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
        "<body>a\r\nb\rc<p title='x\r\ny'>d</p>",
        "<body><script><!-- a = '</p>'; --></script>",
        "<x-card data-long-attribute-name=1><span>a</span></x-card><video controls><source src=a><track></video>",
        "<body><!----><!-- a -- b --->c<!-- -->",
        "<h1>a<span>b</span></h1><button>x</button><ol><li><ul><li>a</ul><li>b</ol>",
        "<body>a</body> <!-- b --> </html> <!-- c -->\n",
        "<head></head> <!-- between --> <body>",
        "<p>a</p \n>b",
        "\u{feff}<p>a",
        "<a title='1&#10;2&#x;3&#xe9 4&eacute 5&notit; 6&copy=7&semi;8&bogus;9'>x</a>",
    ] {
        assert!(agrees(html) && is_in_order(html), "{html}");
    }
}

#[test]
fn what_is_mended_comes_to_the_same_and_is_told() {
    for html in [
        "<p><b>a</p>b",
        "<b><p>a</b>b</p>",
        "<b>1<i>2<p>3</b>4</i>5",
        "<a><b><c><d><e><p>x</a>y",
        "<b id=1><b id=2><b id=3><b id=4><b id=5><p>x</b></b>y",
        "<b><b><b><b><p>x</b></b>y<p>z",
        "<a href=1>x<a href=2>y",
        "<a>x<table><tr><td><a>y</table>z",
        "<table>a<tr><td>b</table>",
        "<table><b>a<tr><td>c</b>d</table>e",
        "<table><tr><div>a<td>b</div></table>c",
        "<table><a><p>x</a><tr></table>y",
        "<table><input type=hidden><form><input><select><option>a</select></form></table>",
        "<table><colgroup> x<col><tr></table>",
        "<table><caption><b>a<tr><td>b<caption>c</table>",
        "<table><tr><td>a<table><tr>b</td></table>c<table>d",
        "<table><table></table></td></tbody></table>",
        "<div></p></div>",
        "</b></br></p></li></h1></form></body></html>",
        "<p>a</div>",
        "<div><span>a</div>b</span>",
        "<form><div></form><form>x</div>",
        "<select><input><select>x<select>y<hr><option>a<optgroup><option>b",
        "<button>a<p>b<button>c</p>d",
        "<nobr>a<nobr>b</nobr>c",
        "<h1>a<h2>b</h1>c",
        "<li><b>a<li>b",
        "<dl><dt><i>a<dd>b</dl>c",
        "<ruby>a<rt>b<rp>c<rb>d<rtc>e<rt>f</ruby>",
        "<object><b>a</object>b<marquee><p>c</marquee></object>",
        "<svg viewbox=1><path/><linearGradient/><title>a<p>b</title><foreignobject><div>c</svg>d</foreignobject>e</svg>f",
        "<svg><g xlink:href=x xml:lang=y xmlns=z xmlns:xlink=w DEFINITIONURL=v></G><![CDATA[<p>]]><p>a</svg>b",
        "<svg><style><a>x</style><font>y<font color=z>w</svg>",
        "<math definitionurl=x><mi><b>a</mi><mi><mglyph/><p>b</math>c<annotation-xml><svg><desc>d</math>",
        "<math><annotation-xml><svg><p>a</annotation-xml>b",
        "<table><svg><desc><tr><td>a</svg>b</table><![CDATA[c]]>",
        "<image src=a><xmp><p></xmp><listing>\nx</listing><keygen><frame><isindexes>",
        "a < b << c <3 </ d> <!e> <?f ?> <!--> <!---> <!--g--!>h<",
        "<p a\"b=c =d==e f=>x</p g=\">\">y<br/ ><i a=b/>z",
        "<title>a < &eacute; <b></title>x",
        "<script>'<!--<script>'</script>'-->'</script>x<script><!--></script>y",
        "<!doctype html><p>a<!doctype html>",
        "<head></head><style>a</style><title>b</title><head x=1> c",
        "<html a=1><head><html b=2 a=3></head><body c=4><body d=5 c=6><html e=7>",
        "</head><meta><p>a</head></body>b</html>c<!-- d --></body><!-- e -->",
        "</x>a",
        "<meta>a",
        "",
        "<!-- a -->",
        "<template><p>a<!-- b --></template>c</template>",
        "<head><template>a<title>b</title></template><meta></head><template><tr><td>c</template>d",
        "<template><td>a</td></tr><tbody><tr>b</template><template><thead></thead><tbody></template>",
        "<template><col> <template><caption>x</template></colgroup><tr></template>",
        "<table><template><li>a<form><form>b</form></template><tr><template><td>c</template></table>",
        "<b><template></b>a<b>c</template>d<template><html a=1><body b=1><svg><desc></template>",
        "<p><template><table>a<tr>b",
        "<head><template>a",
    ] {
        assert!(agrees(html) && !is_in_order(html), "{html}");
    }
}

#[test]
fn what_is_not_followed_goes_the_whole_way() {
    let deep = "<div>".repeat(super::DEEP + 1);
    for html in [
        "<template shadowrootmode=open><p></template>",
        "<frameset><frame></frameset>",
        "<plaintext>a",
        "x\0y",
        "<p title=\"x",
        "<!-- x",
        "<script>x",
        "a</>b",
        "<table><!doctype html>",
        &deep,
    ] {
        assert!(!agrees(html), "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn whatever_goes_the_short_way_comes_to_the_same(
        known in prop::collection::vec(0..PIECES.len(), 1..12),
        picks in prop::collection::vec(0..64_usize, 1..40),
        frame in 0..3,
    ) {
        // Few kinds of pieces a page tangle more than many do.
        let mut html: String = picks.iter().filter_map(|at| PIECES.get(*known.get(at % known.len())?)).copied().collect();
        html = match frame {
            0 => format!("<!DOCTYPE html><html><head><title>t</title></head><body>{html}</body></html>"),
            1 => format!("<table>{html}"),
            _ => html,
        };
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
    "<a href=y>",
    "</br>",
    "<nobr>",
    "</nobr>",
    "<object>",
    "</object>",
    "<ruby>",
    "<rt>",
    "<rtc>",
    "</ruby>",
    "<svg viewbox=0>",
    "<svg/>",
    "<path xlink:href=x>",
    "<desc>",
    "</desc>",
    "<foreignObject>",
    "</foreignObject>",
    "</svg>",
    "<math>",
    "<mi>",
    "</mi>",
    "<mglyph>",
    "<annotation-xml>",
    "</math>",
    "<font color=x>",
    "<image>",
    "<![CDATA[ x ]]>",
    "<!x>",
    "<",
    "<tfoot>",
    "<link rel=x>",
    "<html lang=x>",
    "<body class=y>",
    "<xmp>",
    "</xmp>",
    "<template>",
    "<frameset>",
    "</template>",
    "<p title='&copy=&lt;&eacute'>",
];
