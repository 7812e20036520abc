//! Language tags.

/// The two-letter codes of ISO 639-1, and `sh`, `in`, `iw`, `ji` that were ones.
const CODES: &str = " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is \
    it iu iw ja ji jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms \
    mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl \
    sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh \
    zu ";

/// A tag of the shape of RFC 5646 that begins with a code of ISO 639; `None` where it has another (`jp` for `ja`
/// helps no reader).
pub(in crate::publish) fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let (code, rest) = tag.split_once('-').map_or((&*tag, None), |(code, rest)| (code, Some(rest)));
    let code = code.to_ascii_lowercase();
    let known = match code.len() {
        2 => code.bytes().all(|b| b.is_ascii_lowercase()) && CODES.contains(&format!(" {code} ")),
        3 => code.bytes().all(|b| b.is_ascii_lowercase()),
        _ => false,
    };
    let fits = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let (known, rest_fits) = (known && code != "und", rest.is_none_or(|rest| rest.split('-').all(fits)));
    (known && rest_fits).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_have_the_shape_and_the_codes_that_readers_know() {
        let check = |input, expected: Option<&str>| assert_eq!(language(input).as_deref(), expected, "{input}");
        check("zh_CN", Some("zh-CN"));
        check(" de ", Some("de"));
        check("en-US-x-1", Some("en-US-x-1"));
        check("gsw", Some("gsw"));
        check("", None);
        check("en--US", None);
        check("deutsch (Deutschland)", None);
        check("english", None);
        check("jp", None);
        check("und", None);
    }
}
