//! The language of an entry: declared, else detected.

use whatlang::{Lang, detect};

use crate::model::text_weight;

/// So much text is needed before a guess is worth anything, in Latin-equivalent characters.
const ENOUGH: usize = 80;

/// So much text, read with so much certainty, contradicts a declaration.
const ENOUGH_TO_CONTRADICT: usize = 400;

/// How many bytes of text are looked at.
const MOST: usize = 4000;

/// The language as a BCP 47 tag: the first declared one that is a tag, unless the text itself plainly is in
/// another; without any, what the text shows.
pub(super) fn language<'t>(declared: impl IntoIterator<Item = Option<&'t str>>, text: &str) -> Option<String> {
    let declared = declared.into_iter().flatten().find_map(tag);
    let text = text.get(..text.floor_char_boundary(MOST)).unwrap_or_default();
    let weight = text_weight(text);
    if weight < ENOUGH || (declared.is_some() && weight < ENOUGH_TO_CONTRADICT) {
        return declared;
    }
    let Some(found) = detect(text).filter(whatlang::Info::is_reliable) else { return declared };
    let Some(code) = code(found.lang()) else { return declared };
    match declared {
        None => Some(code.to_owned()),
        Some(declared) if agrees(&declared, code) || found.confidence() < 0.95 => Some(declared),
        // Templates are declared English and filled in any language; the other way round is rare, and what
        // looks like another language then is a near relative.
        Some(declared) if declared.starts_with("en") || differs_in_script(&declared, code) => Some(code.to_owned()),
        declared => declared,
    }
}

/// A well-formed tag of what a page declares: `en_US` and `EN-us` are `en-US`; `jp` is meant as `ja`.
pub(super) fn tag(declared: &str) -> Option<String> {
    let first = declared.split([',', ';', ' ']).find(|part| !part.is_empty())?;
    let mut parts = first.split(['-', '_']);
    let primary = parts.next()?.to_ascii_lowercase();
    let primary = match primary.as_str() {
        "english" => "en",
        "german" | "deutsch" => "de",
        "french" | "francais" => "fr",
        "spanish" => "es",
        "italian" => "it",
        "chinese" | "cn" => "zh",
        "japanese" | "jp" => "ja",
        "korean" | "kr" => "ko",
        "russian" => "ru",
        "cz" => "cs",
        "dk" => "da",
        "gr" => "el",
        "ua" => "uk",
        "vn" => "vi",
        "se" => "sv",
        "iw" => "he",
        "in" => "id",
        "eng" => "en",
        "deu" | "ger" => "de",
        "fra" | "fre" => "fr",
        "spa" => "es",
        "und" | "mul" | "zxx" | "mis" => return None,
        other if (2..=3).contains(&other.len()) && other.bytes().all(|b| b.is_ascii_lowercase()) => other,
        _ => return None,
    };
    let mut tag = primary.to_owned();
    for part in parts.take(3) {
        let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        match part.len() {
            4 if letters => {
                let (head, tail) = part.split_at(1);
                tag.push('-');
                tag.push_str(&head.to_ascii_uppercase());
                tag.push_str(&tail.to_ascii_lowercase());
            }
            2 if letters => {
                tag.push('-');
                tag.push_str(&part.to_ascii_uppercase());
            }
            3 if digits => {
                tag.push('-');
                tag.push_str(part);
            }
            _ => break,
        }
    }
    Some(tag)
}

fn agrees(declared: &str, code: &str) -> bool {
    let primary = declared.split('-').next().unwrap_or(declared);
    primary == code || matches!((primary, code), ("no" | "nn" | "nb", "nb" | "da") | ("zh" | "yue", "zh"))
}

/// Whether the declared language is never written in the script that the text is written in.
fn differs_in_script(declared: &str, found: &str) -> bool {
    let latin = |code: &str| {
        !matches!(
            code,
            "zh" | "ja"
                | "ko"
                | "ru"
                | "uk"
                | "bg"
                | "be"
                | "mk"
                | "el"
                | "he"
                | "ar"
                | "fa"
                | "ur"
                | "hi"
                | "mr"
                | "ne"
                | "bn"
                | "ta"
                | "te"
                | "kn"
                | "ml"
                | "gu"
                | "pa"
                | "or"
                | "si"
                | "th"
                | "my"
                | "km"
                | "ka"
                | "hy"
                | "am"
                | "yi"
                | "sr"
                | "kk"
                | "ky"
                | "mn"
                | "tg"
                | "uz"
                | "az"
                | "ps"
                | "ku"
                | "ckb"
                | "sd"
                | "ug"
                | "lo"
        )
    };
    let primary = declared.split('-').next().unwrap_or(declared);
    latin(primary) != latin(found)
}

/// The two-letter code of a detected language; `None` for one that is not in the list yet.
fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Afr => "af",
        Lang::Aka => "ak",
        Lang::Amh => "am",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "fil",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        _ => return None,
    })
}
