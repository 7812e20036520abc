//! Lines that stand beside articles the world over, by how they begin or what they hold.

use std::sync::LazyLock;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, PatternID};

/// What a line's words say it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cues {
    /// It sends the reader elsewhere: related stories, "read more".
    pub(super) elsewhere: bool,
    /// It asks for something: to subscribe, follow, share, sign in, accept.
    pub(super) asks: bool,
    /// It is about the page: rights, source, photo credit, advertisement mark, tags, controls.
    pub(super) imprint: bool,
    /// It names who wrote, or when.
    pub(super) byline: bool,
}

/// Lines that begin so, lower case.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &[
    "read more", "read also", "also read", "read:", "read next", "related:", "related ", "see also", "see:",
    "see more", "more:", "more from", "more on ", "more about", "more stories", "watch:", "watch now", "listen:",
    "don't miss", "don’t miss", "you may also", "you might also", "you may like", "up next", "next article",
    "previous article", "previous:", "next:", "recommended", "trending", "most read", "most popular", "popular",
    "further reading", "keep reading", "continue reading", "click here", "learn more", "find out more",
    "read the full", "read full", "view all", "view more", "show more", "load more", "editor's pick",
    "editors' pick", "latest news", "lesen sie auch", "lesen sie mehr", "lesen sie hier", "mehr zum thema",
    "mehr lesen", "mehr dazu", "mehr zu", "auch interessant", "das könnte", "weiterlesen", "zum thema",
    "siehe auch", "hier lesen", "lies auch", "weitere artikel", "weitere themen", "mehr aus", "meistgelesen",
    "passend dazu", "verwandte", "ähnliche", "lire aussi", "à lire", "a lire", "lire la suite", "voir aussi",
    "pour aller plus loin", "sur le même sujet", "en savoir plus", "nos autres articles", "a découvrir",
    "à découvrir", "les plus lus", "leer también", "lea también", "lee también", "leer más", "te puede interesar",
    "ver también", "más información", "también te", "le puede interesar", "además:", "noticias relacionadas",
    "lo más leído", "relacionad", "leggi anche", "leggi tutto", "potrebbe interessarti", "leia também", "leia mais",
    "veja também", "saiba mais", "lees ook", "lees meer", "læs også", "les også", "läs också", "läs mer",
    "lue myös", "lue lisää", "czytaj też", "czytaj także", "czytaj więcej", "zobacz także", "zobacz też",
    "przeczytaj", "čtěte také", "přečtěte si", "olvasta már", "ez is érdekelheti", "citește și", "citeşte şi",
    "читайте также", "читать также", "читайте:", "читать далее", "смотрите также", "по теме", "ещё по теме",
    "читайте ещё", "читайте також", "читай також", "прочетете", "διαβάστε", "ayrıca bkz", "ilgili haber",
    "bunlar da", "baca juga", "baca:", "xem thêm", "đọc thêm", "इसे भी पढ़ें", "यह भी पढ़ें", "ये भी पढ़ें",
    "اقرأ أيضا", "إقرأ أيضا", "اقرأ المزيد", "بیشتر بخوانید", "相关阅读", "相關閱讀", "相关新闻", "相關新聞",
    "相关报道", "延伸阅读", "延伸閱讀", "推荐阅读", "推薦閱讀", "更多", "上一篇", "下一篇", "阅读原文", "猜你喜欢",
    "热门", "熱門", "相关链接", "相关文章", "関連記事", "関連リンク", "続きを読む", "あわせて読みたい", "おすすめ",
    "次の記事", "前の記事", "อ่านเพิ่มเติม", "ข่าวที่เกี่ยวข้อง", "관련기사", "관련 기사",
];

#[rustfmt::skip]
const ASKS: &[&str] = &[
    "subscribe", "sign up", "sign in", "log in", "login", "register", "follow us", "follow ", "share this",
    "share on", "share:", "share", "tweet", "email this", "print this", "print", "join our", "join us", "join the",
    "get our", "get the latest", "get more", "get updates", "download our", "download the", "newsletter",
    "support us", "support our", "donate", "become a", "leave a comment", "leave a reply", "comments",
    "add a comment", "post a comment", "write a comment", "like us", "like this", "enter your email",
    "email address", "already a", "to continue reading", "this content is", "this article is for",
    "start your free", "buy now", "shop now", "we use cookies", "cookie", "accept", "thank you for",
    "thanks for reading", "was this", "did you find", "have a tip", "got a tip", "contact us", "send us", "tell us",
    "rate this", "please enable", "please log", "please sign", "enable javascript", "your browser", "save article",
    "bookmark", "copy link", "listen to this", "abonnieren", "jetzt abonnieren", "jetzt anmelden", "anmelden",
    "einloggen", "registrieren", "folgen sie", "folge uns", "teilen", "artikel teilen", "drucken", "kommentar",
    "newsletter", "melden sie sich", "bitte loggen", "diesen artikel", "artikel drucken", "merken", "abonnez",
    "s'abonner", "inscrivez", "partager", "suivez", "connectez", "se connecter", "réagir", "commentaires",
    "imprimer", "suscríbete", "suscribirse", "regístrate", "síguenos", "sigue", "compartir", "comparte", "comentar",
    "iscriviti", "seguici", "condividi", "inscreva", "siga", "compartilh", "assine", "abonneer", "deel ",
    "volg ons", "dela", "del på", "jaa ", "tilaa", "udostępnij", "zapisz się", "подпис", "подпиш", "поделиться",
    "комментари", "підпис", "поділитися", "следите за", "分享", "打印", "关闭", "收藏", "关注", "扫一扫", "扫码",
    "扫描", "点击", "登录", "注册", "评论", "投稿", "微信", "转发", "訂閱", "订阅", "我要评论", "【打印", "【关闭",
    "[打印", "字体", "字号", "大中小", "シェア", "ツイート", "コメント", "会員", "ログイン", "구독", "공유",
];

#[rustfmt::skip]
const IMPRINT: &[&str] = &[
    "©", "(c) ", "copyright", "all rights reserved", "advertisement", "advertisment", "advertising", "ad ",
    "sponsored", "promoted", "paid content", "story continues", "article continues", "scroll to continue",
    "continue after", "loading", "photo:", "photo by", "photos:", "photo credit", "photograph:", "image:",
    "image credit", "image via", "image source", "images:", "picture:", "credit:", "credits:", "source:",
    "sources:", "via:", "(photo", "(image", "getty", "tags:", "tags", "tagged", "topics:", "topics", "filed under",
    "posted in", "categories:", "category:", "keywords:", "labels:", "disclosure:", "disclaimer",
    "this story has been", "this post may contain", "this article was originally", "originally published",
    "first published", "view comments", "skip to", "back to top", "jump to", "table of contents", "in this article",
    "contents", "affiliate", "anzeige", "werbung", "foto:", "fotos:", "bild:", "bildquelle", "quelle:", "quellen:",
    "inhaltsverzeichnis", "schlagwörter", "schlagworte", "stichwort", "themen:", "© ", "symbolbild", "publicité",
    "crédit", "photo :", "source :", "mots-clés", "publicidad", "foto por", "fuente:", "etiquetas", "pubblicità",
    "publicidade", "fonte:", "advertentie", "annons", "mainos", "reklama", "reklam", "реклама", "фото:",
    "источник:", "теги:", "джерело", "фото ", "版权", "版權", "来源：", "来源:", "來源", "责任编辑", "責任編輯",
    "责编", "编辑：", "编辑:", "（编辑", "(编辑", "（责任编辑", "(责任编辑", "[责任编辑", "【责任编辑", "标签",
    "標籤", "关键词", "关键字", "声明", "免责", "本文来源", "原标题", "文章来源", "信息来源", "稿源", "图片来源",
    "浏览次数", "阅读次数", "访问次数", "访问量", "点击数", "浏览：", "広告", "写真", "出典", "광고", "사진",
];

#[rustfmt::skip]
const BYLINE: &[&str] = &[
    "by ", "by:", "written by", "posted by", "author:", "authors:", "about the author", "published", "posted on",
    "posted ", "updated", "last updated", "last modified", "modified", "reviewed by", "edited by", "staff writer",
    "minute read", "min read", "reading time", "estimated read", "von ", "autor:", "veröffentlicht", "aktualisiert",
    "stand:", "lesezeit", "par ", "publié", "mis à jour", "por ", "publicado", "actualizado", "di ", "pubblicato",
    "aggiornato", "door ", "gepubliceerd", "av ", "publicerad", "автор:", "опубликовано", "обновлено", "作者",
    "记者", "發布", "发布时间", "发布日期", "发布：", "发表于", "时间：", "日期：", "更新时间", "更新：", "公開日",
    "更新日", "投稿日", "公開", "更新", "입력", "수정",
];

struct Lines {
    finder: NFA,
    start: StateID,
    elsewhere: usize,
    asks: usize,
    imprint: usize,
}

static LINES: LazyLock<Lines> = LazyLock::new(|| {
    let all: Vec<&str> = [ELSEWHERE, ASKS, IMPRINT, BYLINE].concat();
    // Literals of a few bytes each, far below the automaton's limits.
    let finder = NFA::builder().prefilter(false).build(&all).expect("a small automaton of literals");
    Lines {
        start: finder.start_state(Anchored::Yes).expect("an automaton that may be held to a beginning"),
        finder,
        elsewhere: ELSEWHERE.len(),
        asks: ELSEWHERE.len() + ASKS.len(),
        imprint: ELSEWHERE.len() + ASKS.len() + IMPRINT.len(),
    }
});

impl Lines {
    /// Adds what a text's beginning tells. Most texts are done with after a letter or two.
    fn look(&self, text: &str, cues: &mut Cues) {
        let mut state = self.start;
        let mut bytes = [0; 4];
        for c in text.chars().flat_map(char::to_lowercase) {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                state = self.finder.next_state(Anchored::Yes, state, byte);
                if self.finder.is_dead(state) {
                    return;
                }
                if self.finder.is_match(state) {
                    (0..self.finder.match_len(state)).for_each(|n| self.add(self.finder.match_pattern(state, n), cues));
                }
            }
        }
    }

    fn add(&self, literal: PatternID, cues: &mut Cues) {
        match literal.as_usize() {
            which if which < self.elsewhere => cues.elsewhere = true,
            which if which < self.asks => cues.asks = true,
            which if which < self.imprint => cues.imprint = true,
            _ => cues.byline = true,
        }
    }
}

/// What a line's beginning tells.
pub(super) fn cues(line: &str) -> Cues {
    let opens = |c: char| matches!(c, '(' | '（' | '[' | '【');
    let head = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©' && !opens(c));
    let mut cues = Cues::default();
    LINES.look(head, &mut cues);
    if let Some(rest) = head.strip_prefix(opens) {
        LINES.look(rest, &mut cues);
    }
    cues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beside_articles_are_known_by_their_beginnings() {
        assert!(cues("Read more: the other thing").elsewhere);
        assert!(cues("→ Lesen Sie auch: mehr").elsewhere);
        assert!(cues("Subscribe to our letter").asks);
        assert!(cues("© 2020 The Paper").imprint);
        assert!(cues("（责任编辑：某某）").imprint);
        assert!(cues("By Jane Roe").byline);
        assert_eq!(cues("The council met on Monday."), Cues::default());
    }
}
