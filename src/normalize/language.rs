//! The language of an entry: declared, else detected.

use whatlang::{Lang, Script, detect, detect_script};

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
    let primary = declared.as_deref().and_then(|tag| tag.split('-').next());
    let latin = is_in_latin(text);
    // Only a text in another script contradicts these.
    if primary.is_some_and(|code| code != "en" && is_latin(code) == latin) {
        return declared;
    }
    match (plainly(text, primary.filter(|_| latin)), primary) {
        (Some(code), Some(primary)) if primary == code => return declared,
        // Afrikaans is as full of these words as Dutch is.
        (Some(code), None) if code != "nl" => return Some(code.to_owned()),
        _ => {}
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

/// Languages that are told by their small words: a letter each, their code, and how many such words in a hundred leave
/// no doubt.
const TOLD: [(u8, &str, usize); 7] =
    [(EN, "en", 12), (DE, "de", 12), (FR, "fr", 10), (ES, "es", 8), (IT, "it", 10), (PT, "pt", 10), (NL, "nl", 12)];
const EN: u8 = 1;
const DE: u8 = 2;
const FR: u8 = 4;
const ES: u8 = 8;
const IT: u8 = 16;
const PT: u8 = 32;
const NL: u8 = 64;
/// Fewer words show nothing; more show no more.
const WORDS: std::ops::RangeInclusive<usize> = 20..=150;

/// The languages that are full of a word while their neighbours are not.
fn small_word(word: &str) -> u8 {
    match word {
        "the" | "and" | "to" | "that" | "with" | "from" | "this" | "have" | "by" | "are" | "it" | "which" | "would"
        | "than" | "after" | "while" | "because" | "were" | "has" | "been" | "they" | "their" | "said" => EN,
        "der" | "und" | "mit" | "auf" | "für" | "ist" | "nicht" | "ein" | "eine" | "dem" | "zu" | "sich" => DE,
        "das" => DE | PT,
        "des" => DE | FR,
        "le" | "les" | "et" | "du" | "est" | "dans" | "pour" | "qui" | "au" | "sur" | "une" => FR,
        "el" | "los" | "las" | "del" | "y" => ES,
        "una" | "con" => ES | IT,
        "il" | "di" | "della" | "per" | "che" | "gli" | "nel" | "è" | "dei" | "alla" => IT,
        "do" | "da" | "dos" | "em" | "um" | "uma" | "não" | "ao" | "os" => PT,
        "het" | "een" | "van" | "te" | "voor" | "niet" | "op" | "zijn" | "dat" => NL,
        _ => 0,
    }
}

/// The language that a text plainly is in, by its small words; half as many leave no doubt of the declared one. A detector
/// weighs the letters of seventy languages against each other, which costs more than all else that is done with a text.
fn plainly(text: &str, declared: Option<&str>) -> Option<&'static str> {
    let (mut words, mut found) = (0, [0usize; TOLD.len()]);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(*WORDS.end()) {
        words += 1;
        let languages = small_word(word);
        for ((letter, ..), count) in TOLD.iter().zip(&mut found) {
            *count += usize::from(languages & letter != 0);
        }
    }
    let most = found.iter().copied().max()?;
    let mut near = TOLD.iter().zip(found).filter(|(_, count)| count * 2 > most);
    let ((_, code, least), count) = near.next()?;
    let least = if declared == Some(*code) { least / 2 } else { *least };
    // Whatever comes near it leaves a doubt.
    (words >= *WORDS.start() && near.next().is_none() && count * 100 >= words * least).then_some(code)
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
        // Bokmål, which nine of ten Norwegian pages are written in and half of them call Norwegian: CLDR's one name.
        "nb" | "nob" | "nor" => "no",
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
    primary == code || matches!((primary, code), ("no" | "nn", "no" | "da") | ("zh" | "yue", "zh"))
}

/// Whether the declared language is never written in the script that the text is written in.
fn differs_in_script(declared: &str, found: &str) -> bool {
    let primary = declared.split('-').next().unwrap_or(declared);
    is_latin(primary) != is_latin(found)
}

/// Whether a text is in Latin letters.
fn is_in_latin(text: &str) -> bool {
    // Where most bytes are such letters, no other script can be in the lead.
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    letters * 2 > text.len() || detect_script(text) == Some(Script::Latin)
}

/// Whether a language is written in Latin letters.
fn is_latin(code: &str) -> bool {
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
        Lang::Nob => "no",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_small_words_where_nothing_comes_near() {
        for (text, expected) in [
            (
                "The council said on Monday that the ferry would run again after the storm, and that it had been \
                 repaired by a yard which the town has used before.",
                Some("en"),
            ),
            (
                "Der Rat hat am Montag beschlossen, dass die Fähre wieder fährt und nicht mehr ausfällt, wenn der Wind \
                 auf West dreht; das ist für die Stadt ein großer Schritt und kostet sie eine Million.",
                Some("de"),
            ),
            (
                "Le conseil a dit lundi que le ferry reprendra dans une semaine pour les habitants du port et que les \
                 travaux sur le quai sont finis, ce qui est une bonne nouvelle.",
                Some("fr"),
            ),
            (
                "El consejo dijo el lunes que el barco volverá a navegar con una tripulación nueva y que las obras del \
                 puerto terminan en mayo para los vecinos.",
                Some("es"),
            ),
            // Neighbours that share some of these words.
            (
                "Rådet sagde mandag at færgen sejler igen efter stormen, og at den er blevet repareret af et værft som \
                 byen har brugt før, der ligger ved havnen.",
                None,
            ),
            (
                "El consell va dir dilluns que el transbordador tornaria a navegar després de la tempesta i que una \
                 drassana de la ciutat l'ha reparat abans de l'estiu.",
                None,
            ),
            ("the and to", None),
            ("议会周一表示，渡轮将在风暴之后恢复运行，并且已经由该市以前使用过的船厂修理。", None),
        ] {
            assert_eq!(plainly(text, None), expected, "{text}");
        }
    }
}
