use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::profile::{digits, hashes};

/// A text that was read as an article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Hash of its words.
    pub print: u32,
    /// Hash of the headline that it was listed with.
    pub name: u32,
    /// Hash of the id of the entry that has got it; 0 where none has.
    pub entry: u32,
    /// Whether its page bore that headline.
    pub promised: bool,
}

impl Text {
    /// Whether another tells whose article this is: the same words; of pages that bear the headlines which their teasers
    /// promised, only others that do.
    pub fn is_shared(&self, other: &Self) -> bool {
        self.print == other.print && (other.promised || !self.promised)
    }
}

/// The latest texts that were read as articles of a source, each once under each name, newest last: one that comes under
/// name after name is the article of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(Vec<Text>);

impl Texts {
    /// Most that are remembered.
    const MOST: usize = 16;

    /// Remembers a text. What its entry had before it has no more.
    pub fn note(&mut self, text: Text) {
        self.0.retain(|known| (known.print, known.name) != (text.print, text.name));
        for known in self.0.iter_mut().filter(|known| known.entry == text.entry) {
            known.entry = 0;
        }
        self.0.push(text);
        let surplus = self.0.len().saturating_sub(Self::MOST);
        self.0.drain(..surplus);
    }

    /// Forgets what was read under a text's name before, where that was another.
    pub fn outdate(&mut self, text: Text) {
        self.0.retain(|known| known.name != text.name || known.print == text.print);
    }

    /// Under how many names it is remembered besides those of these texts.
    pub fn besides(&self, text: Text, these: &[Text]) -> usize {
        let named = |known: &&Text| these.iter().any(|text| text.name == known.name);
        self.0.iter().filter(|known| text.is_shared(known) && !named(known)).count()
    }

    /// The entries that have got the words of a text that is none's article: from now on they have not.
    pub fn disown(&mut self, text: Text) -> Vec<u32> {
        let all = self.0.iter_mut().filter(|known| known.is_shared(&text) && known.entry != 0);
        all.map(|known| std::mem::take(&mut known.entry)).collect()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As hexadecimal digits, thirty-two for each.
impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hashes = self.0.iter().flat_map(|text| [text.print, text.name, text.entry, text.promised.into()]);
        serializer.serialize_str(&digits(hashes))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hashes: Vec<u32> = hashes(&String::deserialize(deserializer)?).collect();
        let (texts, _) = hashes.as_chunks::<4>();
        let text = |&[print, name, entry, promised]: &[u32; 4]| Text { print, name, entry, promised: promised != 0 };
        Ok(Self(texts.iter().map(text).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_remembered_once_under_each_name_and_survives_being_kept() {
        let mut texts = Texts::default();
        let text = |print, name| Text { print, name, entry: name, promised: false };
        let others = |texts: &Texts, text: Text| texts.besides(text, &[text]);
        for (print, name) in [(1, 10), (2, 20), (1, 10), (1, 11)] {
            texts.note(text(print, name));
        }
        assert_eq!([text(1, 10), text(1, 12), text(2, 20), text(3, 1)].map(|text| others(&texts, text)), [1, 2, 0, 0]);
        assert_eq!(texts.besides(text(1, 12), &[text(1, 12), text(1, 10)]), 1);
        let mut disown = |print| texts.disown(text(print, 1));
        assert_eq!((disown(1), disown(1), disown(3)), (vec![10, 11], vec![], vec![]));
        // One has got another text, and is to keep it.
        texts.note(Text { entry: 20, ..text(4, 21) });
        assert_eq!((texts.disown(text(2, 1)), others(&texts, text(2, 1))), (vec![], 1));
        texts.outdate(text(5, 10));
        texts.outdate(text(1, 11));
        assert_eq!(others(&texts, text(1, 1)), 1);
        let kept = serde_json::to_string(&texts).unwrap();
        assert_eq!(serde_json::from_str::<Texts>(&kept).unwrap(), texts);
        (0..100).for_each(|name| texts.note(text(7, name)));
        assert_eq!((others(&texts, text(7, 99)), texts.0.len()), (Texts::MOST - 1, Texts::MOST));
    }

    #[test]
    fn a_text_under_its_own_headline_is_taken_by_others_of_that_kind_only() {
        let text = |name, promised| Text { print: 1, name, entry: name, promised };
        let mut texts = Texts::default();
        [text(10, true), text(11, false)].into_iter().for_each(|text| texts.note(text));
        let kept = serde_json::to_string(&texts).unwrap();
        assert_eq!(serde_json::from_str::<Texts>(&kept).unwrap(), texts);
        let [own, strange] = [text(12, true), text(12, false)];
        assert_eq!((texts.besides(own, &[own]), texts.besides(strange, &[strange])), (1, 2));
        assert_eq!((texts.disown(strange), texts.disown(own)), (vec![11], vec![10]));
    }
}
