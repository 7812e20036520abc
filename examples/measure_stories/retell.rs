//! Articles as other papers would print them.

use super::dice::Dice;

/// Papers, each with lines of its own around every article.
pub const HOUSES: usize = 12;

/// An article as a paper prints it.
#[derive(Debug, Clone)]
pub struct Telling {
    pub title: String,
    pub body: String,
}

/// Puts a list into another order.
pub fn shuffle<T>(list: &mut [T], dice: &mut Dice) {
    for at in (1..list.len()).rev() {
        list.swap(at, dice.below(at + 1));
    }
}

/// Lines that papers put around what they print.
const LINES: [&str; 14] = [
    "This report was produced with material of news agencies and reviewed by our desk before it was published here.",
    "Sign up for our free morning newsletter and get the most important stories of the day straight to your inbox.",
    "We use cookies to show you content that fits your interests; you can change your settings at any time on this page.",
    "Have you seen something that we should know about? Write to our reporters, in confidence, at the address below.",
    "All rights reserved. This material may not be published, broadcast, rewritten or redistributed without permission.",
    "Follow us on all channels and never miss what happens in your town, in the region and all over the country.",
    "Our journalism is paid for by readers like you. If you can, become a member today and support independent reporting.",
    "The views expressed here are those of the author and need not be those of this newspaper or of its publishers.",
    "Read also: what you need to know this week, the best pictures of the month, and our guide to the coming elections.",
    "Download our application for phones and tablets to receive breaking news alerts wherever you are and read offline.",
    "This article was updated after publication to add further details. Corrections are listed at the end of the page.",
    "Additional reporting by our correspondents in the capital and abroad; edited by the night desk; pictures by agencies.",
    "Comments are open for subscribers from eight in the morning until ten at night. Please keep to our house rules.",
    "Share this story with your friends, print it for later, or listen to it in our daily podcast with the whole newsroom.",
];
const KICKERS: [&str; 6] = ["Exclusive: ", "Update: ", "Analysis | ", "Just in - ", "Watch: ", "Live: "];
const NAMES: [&str; HOUSES] = [
    "The Herald",
    "Daily Post",
    "Morning News",
    "The Courier",
    "Evening Star",
    "The Tribune",
    "City Gazette",
    "The Echo",
    "Northern Times",
    "The Observer",
    "Lake Mirror",
    "The Argus",
];

/// Words that articles use, to reword others with.
pub struct Pool {
    words: Vec<String>,
    characters: Vec<char>,
}

impl Pool {
    pub fn of(articles: &[Telling]) -> Self {
        let words = articles.iter().flat_map(|a| a.body.split_whitespace().step_by(17)).map(str::to_owned);
        let dense = articles.iter().flat_map(|a| a.body.chars().filter(|c| is_dense(*c)).step_by(17));
        Self { words: words.take(50_000).collect(), characters: dense.take(20_000).collect() }
    }

    /// As the paper that has it first prints it: whole, with its lines around it.
    pub fn framed(&self, article: &Telling, house: usize, dice: &mut Dice) -> Telling {
        Telling { title: article.title.clone(), body: around(&article.body, house, dice) }
    }

    /// As another paper prints it: perhaps shortened, perhaps reworded, under another headline, in its own frame.
    pub fn retold(&self, article: &Telling, house: usize, dice: &mut Dice) -> Telling {
        let mut body = article.body.clone();
        if dice.share() < 0.5 {
            let share = 0.35 + 0.65 * dice.share();
            body = shortened(&body, share);
        }
        if dice.share() < 0.75 {
            let rate = 0.2 * dice.share();
            body = self.reworded(&body, rate, dice);
        }
        let title = match dice.below(4) {
            0 => article.title.clone(),
            1 => format!("{}{}", KICKERS[dice.below(KICKERS.len())], article.title),
            2 => format!("{} - {}", article.title, NAMES[house]),
            _ => self.reworded(&article.title, 0.35, dice),
        };
        Telling { title, body: around(&body, house, dice) }
    }

    /// Of the words so many others: some replaced, some left out, some put in, some moved; now and then a sentence.
    fn reworded(&self, text: &str, rate: f64, dice: &mut Dice) -> String {
        let mut paragraphs = Vec::new();
        for paragraph in text.split('\n').filter(|p| !p.trim().is_empty()) {
            let mut sentences = sentences(paragraph);
            if sentences.len() > 3 && dice.share() < rate {
                sentences.remove(dice.below(sentences.len()));
            }
            if sentences.len() > 3 && dice.share() < rate {
                let at = dice.below(sentences.len() - 1);
                sentences.swap(at, at + 1);
            }
            let told: Vec<String> = sentences.into_iter().map(|sentence| self.sentence(sentence, rate, dice)).collect();
            paragraphs.push(told.concat());
        }
        paragraphs.join("\n\n")
    }

    fn sentence(&self, sentence: &str, rate: f64, dice: &mut Dice) -> String {
        if sentence.chars().filter(|c| is_dense(*c)).count() * 2 > sentence.chars().count() {
            // A word of a dense script has about two characters.
            let one = |c: char| (c, dice.share());
            let rolled: Vec<(char, f64)> = sentence.chars().map(one).collect();
            return rolled
                .into_iter()
                .map(|(c, share)| if is_dense(c) && share < rate / 2.0 { self.character(dice) } else { c })
                .collect();
        }
        let mut out: Vec<&str> = Vec::new();
        let words: Vec<&str> = sentence.split_whitespace().collect();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at += 1;
            if dice.share() >= rate {
                out.push(word);
                continue;
            }
            match dice.below(20) {
                0..10 => out.push(self.word(dice)),
                10..14 => {}
                14..17 => out.extend([word, self.word(dice)]),
                _ => {
                    out.extend(words.get(at));
                    out.push(word);
                    at += 1;
                }
            }
        }
        out.join(" ") + " "
    }

    fn word(&self, dice: &mut Dice) -> &str {
        self.words.get(dice.below(self.words.len())).map_or("word", String::as_str)
    }

    fn character(&self, dice: &mut Dice) -> char {
        self.characters.get(dice.below(self.characters.len())).copied().unwrap_or('新')
    }
}

/// The first part of a text, to the end of a sentence.
fn shortened(text: &str, share: f64) -> String {
    let wanted = (text.chars().count() as f64 * share) as usize;
    let mut out = String::new();
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        for sentence in sentences(line) {
            if length >= wanted {
                return out;
            }
            length += sentence.chars().count();
            out.push_str(sentence);
        }
    }
    out
}

fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '!', '?', '。', '！', '？', '\n']).collect()
}

/// A text with its paper's lines around it: always the same one before, and some after.
fn around(body: &str, house: usize, dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    if house.is_multiple_of(2) {
        parts.push(LINES[house]);
    }
    let body = body.split('\n').filter(|p| !p.trim().is_empty()).collect::<Vec<_>>().join("\n\n");
    parts.push(&body);
    for _ in 0..dice.below(4) {
        parts.push(LINES[dice.below(LINES.len())]);
    }
    parts.join("\n\n")
}

fn is_dense(c: char) -> bool {
    courant::model::is_wide(c)
}
