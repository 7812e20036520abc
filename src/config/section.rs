//! Tables and values as written, read with complaints instead of failures.
//!
//! serde stops at the first thing that is wrong; an operator wants all of them. Hence readers over the parsed tree,
//! which keep the place of every key and value.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::complaint::{At, Complaint, Findings, Letters, Place};
use super::suggest::{nearest, one_of};

/// Why a text does not mean what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// A sentence.
    pub message: String,
    /// What to do.
    pub remedy: Option<String>,
    /// Which letters of the text, where not all of it.
    pub span: Option<Range<usize>>,
}

impl Fault {
    /// A fault of the whole text.
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: Some(remedy.into()), span: None }
    }
}

/// A table, of which keys are taken one by one; what is left at the end is unknown.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// Where complaints go.
    pub findings: &'a Findings,
    /// Its file's letters.
    pub letters: &'a Letters,
    /// Its keys, dotted: `sources.x.listing`; empty for the file itself.
    pub path: String,
    /// Where it begins.
    pub place: Place,
    left: Vec<Value<'a>>,
    known: Vec<&'static str>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Value<'a> {
    findings: &'a Findings,
    letters: &'a Letters,
    /// Its keys, dotted.
    pub path: String,
    /// The last of them.
    pub key: &'a str,
    /// Where the key stands.
    pub key_place: Place,
    /// Where the value stands, quotes included.
    pub place: Place,
    value: &'a DeValue<'a>,
}

impl<'a> Section<'a> {
    /// A file's outermost table.
    pub fn file(findings: &'a Findings, letters: &'a Letters, file: usize, table: &'a DeTable<'a>) -> Self {
        let place = Place { file, span: 0..0 };
        Self::new(findings, letters, String::new(), place, table)
    }

    fn new(findings: &'a Findings, letters: &'a Letters, path: String, place: Place, table: &'a DeTable<'a>) -> Self {
        let file = place.file;
        let mut left: Vec<Value<'a>> = table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().as_ref();
                Value {
                    findings,
                    letters,
                    path: if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") },
                    key: name,
                    key_place: Place { file, span: key.span() },
                    place: Place { file, span: value.span() },
                    value: value.get_ref(),
                }
            })
            .collect();
        // The order of the file, which the parsed table does not keep.
        left.sort_by_key(|v| v.key_place.span.start);
        Self { findings, letters, path, place, left, known: Vec::new() }
    }

    /// Takes a key's value out.
    pub fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        let at = self.left.iter().position(|v| v.key == key)?;
        Some(self.left.remove(at))
    }

    /// Takes all keys, where they are the operator's own names.
    pub fn entries(self) -> Vec<Value<'a>> {
        self.left
    }

    /// The keys not taken yet.
    pub fn left(&self) -> impl Iterator<Item = &Value<'a>> {
        self.left.iter()
    }

    /// Takes a key and complains where it is missing.
    pub fn need(&mut self, key: &'static str, example: &str) -> Option<Value<'a>> {
        let value = self.take(key);
        if value.is_none() {
            self.findings.complain(
                Complaint::error(&self.place, format!("[{}] has no `{key}`", self.path))
                    .remedy(format!("add `{key} = {example}`")),
            );
        }
        value
    }

    /// A text.
    pub fn text(&mut self, key: &'static str) -> Option<At<String>> {
        self.take(key)?.text()
    }

    /// A text read by `reader`.
    pub fn read<T>(&mut self, key: &'static str, reader: impl Fn(&str) -> Result<T, Fault>) -> Option<At<T>> {
        self.take(key)?.read(reader)
    }

    /// One of a few words.
    pub fn word<T: Clone>(&mut self, key: &'static str, words: &[(&'static str, T)]) -> Option<At<T>> {
        self.take(key)?.word(words)
    }

    /// A whole number within bounds.
    pub fn number(&mut self, key: &'static str, bounds: Range<u64>) -> Option<At<u64>> {
        self.take(key)?.number(bounds)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str) -> Option<At<bool>> {
        self.take(key)?.flag()
    }

    /// One text or a list of texts.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        self.take(key)?.texts()
    }

    /// A table.
    pub fn section(&mut self, key: &'static str) -> Option<Section<'a>> {
        self.take(key)?.section()
    }

    /// Complains of every key that was not taken. `elsewhere` names keys that belong to another table.
    pub fn finish(self, elsewhere: &[(&str, &str)]) {
        for value in &self.left {
            let title = if self.path.is_empty() {
                format!("unknown key `{}`", value.key)
            } else {
                format!("unknown key `{}` in [{}]", value.key, self.path)
            };
            let complaint = Complaint::error(&value.key_place, title);
            let moved = elsewhere.iter().find(|(key, _)| *key == value.key);
            self.findings.complain(match (moved, nearest(value.key, self.known.iter().copied())) {
                (Some((key, table)), _) => complaint.remedy(format!("`{key}` belongs in {table}")),
                (None, Some(meant)) => complaint.label(format!("did you mean `{meant}`?")),
                (None, None) => complaint.remedy(format!("known here: {}", one_of(self.known.iter().copied()))),
            });
        }
    }
}

impl<'a> Value<'a> {
    /// Complains that the value is of a wrong type.
    pub fn refuse_type(&self, wanted: &str, example: &str) {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        // A table's span may be its whole body; its key tells more.
        let place = if self.value.is_table() { &self.key_place } else { &self.place };
        self.findings.complain(
            Complaint::error(place, format!("`{}` takes {wanted}, not {found}", self.path))
                .remedy(format!("write it like `{} = {example}`", self.key)),
        );
    }

    /// Complains of the value.
    pub fn refuse(&self, fault: Fault) {
        let mut complaint = Complaint::error(&self.letters_of(fault.span), fault.message);
        if let Some(remedy) = fault.remedy {
            complaint = complaint.remedy(remedy);
        }
        self.findings.complain(complaint);
    }

    /// Warns of the value.
    pub fn warn(&self, title: impl Into<String>, remedy: impl Into<String>) {
        self.findings.complain(Complaint::warning(&self.inner(), title).remedy(remedy));
    }

    /// Keeps the value out of all that is told of the file.
    pub fn hide(&self) {
        self.findings.hide(self.place.clone());
    }

    /// The place of the value without its quotes.
    pub fn inner(&self) -> Place {
        self.letters_of(None)
    }

    /// The place of some of a text's letters. Escapes shift letters, so a text with escapes is shown whole.
    fn letters_of(&self, within: Option<Range<usize>>) -> Place {
        let DeValue::String(text) = self.value else { return self.place.clone() };
        let written = self.letters.text.get(self.place.span.clone()).unwrap_or_default();
        let quotes = [r#"""""#, "'''", "\"", "'"].into_iter().find(|q| written.starts_with(q)).map_or(0, str::len);
        let start = self.place.span.start + quotes;
        let end = self.place.span.end.saturating_sub(quotes).max(start);
        let literal = self.letters.text.get(start..end) == Some(text.as_ref());
        let span = match within {
            Some(within) if literal && !within.is_empty() && within.end <= text.len() => {
                start + within.start..start + within.end
            }
            _ if start < end => start..end,
            _ => self.place.span.clone(),
        };
        Place { file: self.place.file, span }
    }

    /// A text.
    pub fn text(&self) -> Option<At<String>> {
        match self.value {
            DeValue::String(text) => Some(At { value: text.clone().into_owned(), place: self.inner() }),
            _ => {
                self.refuse_type("a text", "\"…\"");
                None
            }
        }
    }

    /// The text, where it is one; no complaint where it is not.
    pub fn as_text(&self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// A text read by `reader`.
    pub fn read<T>(&self, reader: impl Fn(&str) -> Result<T, Fault>) -> Option<At<T>> {
        let text = self.text()?;
        match reader(&text.value) {
            Ok(value) => Some(At { value, place: text.place }),
            Err(fault) => {
                self.refuse(fault);
                None
            }
        }
    }

    /// One of a few words.
    pub fn word<T: Clone>(&self, words: &[(&'static str, T)]) -> Option<At<T>> {
        self.read(|text| {
            let known = || words.iter().map(|(word, _)| *word);
            words.iter().find(|(word, _)| *word == text).map(|(_, value)| value.clone()).ok_or_else(|| Fault {
                message: format!("`{}` cannot be `{text}`", self.path),
                remedy: Some(match nearest(text, known()) {
                    Some(meant) => format!("did you mean `{meant}`? It takes {}", one_of(known())),
                    None => format!("it takes {}", one_of(known())),
                }),
                span: None,
            })
        })
    }

    /// A whole number within bounds (the upper one excluded).
    pub fn number(&self, bounds: Range<u64>) -> Option<At<u64>> {
        let DeValue::Integer(number) = self.value else {
            self.refuse_type("a whole number", &bounds.start.max(10).to_string());
            return None;
        };
        match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if bounds.contains(&value) => Some(At { value, place: self.place.clone() }),
            _ => {
                self.refuse(Fault {
                    message: format!("`{}` is out of bounds", self.path),
                    remedy: Some(format!("it takes {} to {}", bounds.start, bounds.end - 1)),
                    span: None,
                });
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&self) -> Option<At<bool>> {
        match self.value {
            DeValue::Boolean(value) => Some(At { value: *value, place: self.place.clone() }),
            _ => {
                self.refuse_type("true or false", "true");
                None
            }
        }
    }

    /// One text or a list of texts.
    pub fn texts(&self) -> Option<Vec<At<String>>> {
        match self.value {
            DeValue::String(_) => Some(self.text().into_iter().collect()),
            DeValue::Array(_) => Some(self.list()?.iter().filter_map(Value::text).collect()),
            _ => {
                self.refuse_type("a text or a list of texts", "[\"…\"]");
                None
            }
        }
    }

    /// A list's members.
    pub fn list(&self) -> Option<Vec<Value<'a>>> {
        let DeValue::Array(list) = self.value else {
            self.refuse_type("a list", "[…]");
            return None;
        };
        let member = |value: &'a Spanned<DeValue<'a>>| Value {
            place: Place { file: self.place.file, span: value.span() },
            value: value.get_ref(),
            ..self.clone()
        };
        Some(list.iter().map(member).collect())
    }

    /// A list's members, where it is one; no complaint where it is not.
    pub fn quiet_list(&self) -> Vec<Value<'a>> {
        if self.is_list() { self.list().unwrap_or_default() } else { Vec::new() }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A table.
    pub fn section(&self) -> Option<Section<'a>> {
        match self.as_section() {
            Some(section) => Some(section),
            None => {
                self.refuse_type("a table", "{ … }");
                None
            }
        }
    }

    /// A table, where it is one; no complaint where it is not.
    pub fn as_section(&self) -> Option<Section<'a>> {
        let DeValue::Table(table) = self.value else { return None };
        Some(Section::new(self.findings, self.letters, self.path.clone(), self.key_place.clone(), table))
    }
}
