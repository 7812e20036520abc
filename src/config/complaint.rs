//! What is wrong with a configuration, and how it is shown: line, caret, remedy.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Complaints;

/// At most so many complaints are shown; a file with more has one cause, which stands among the first.
const SHOWN: usize = 60;

/// One configuration file's letters.
#[derive(Debug)]
pub(super) struct Letters {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Some letters of one of the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Which of the files, by order of reading.
    pub file: usize,
    /// Which bytes of it.
    pub span: Range<usize>,
}

/// A value with the place where it was written.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// How much a complaint matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Weight {
    /// The configuration is refused.
    Error,
    /// Legal, but hardly meant so.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Complaint {
    weight: Weight,
    place: Option<Place>,
    title: String,
    label: Option<String>,
    remedies: Vec<String>,
}

impl Complaint {
    /// The configuration cannot be used because of this.
    pub fn error(place: &Place, title: impl Into<String>) -> Self {
        Self {
            weight: Weight::Error,
            place: Some(place.clone()),
            title: title.into(),
            label: None,
            remedies: Vec::new(),
        }
    }

    /// Legal, but hardly meant so, or not acted upon.
    pub fn warning(place: &Place, title: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::error(place, title) }
    }

    /// A file that cannot even be read: there are no letters to point at.
    pub fn whole(title: impl Into<String>) -> Self {
        Self { weight: Weight::Error, place: None, title: title.into(), label: None, remedies: Vec::new() }
    }

    /// Words beside the caret.
    pub fn label(mut self, words: impl Into<String>) -> Self {
        self.label = Some(words.into());
        self
    }

    /// What to do.
    pub fn remedy(mut self, words: impl Into<String>) -> Self {
        self.remedies.push(words.into());
        self
    }
}

/// Everything found wrong so far. Readers share it and go on after each complaint, so that all are told at once.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: RefCell<Vec<Complaint>>,
    seen: RefCell<HashSet<Complaint>>,
    secrets: RefCell<Vec<Place>>,
}

impl Findings {
    /// Notes a complaint, unless it was made already (one layer serves many sources).
    pub fn complain(&self, complaint: Complaint) {
        if self.seen.borrow_mut().insert(complaint.clone()) {
            self.all.borrow_mut().push(complaint);
        }
    }

    /// Notes where a secret stands: complaints are logged, and show the lines they are about.
    pub fn hide(&self, secret: Place) {
        self.secrets.borrow_mut().push(secret);
    }

    /// Whether nothing stands against using the configuration.
    pub fn permit(&self) -> bool {
        self.all.borrow().iter().all(|c| c.weight == Weight::Warning)
    }

    /// All errors rendered as one text.
    pub fn complaints(&self, files: &[Letters]) -> Complaints {
        let (count, rendered) = self.rendered(files, Weight::Error);
        let mut text = rendered.join("\n\n");
        if count > rendered.len() {
            text.push_str(&format!("\n\nand {} more", count - rendered.len()));
        }
        Complaints { count, rendered: text }
    }

    /// All warnings, each rendered by itself.
    pub fn warnings(&self, files: &[Letters]) -> Vec<String> {
        self.rendered(files, Weight::Warning).1
    }

    /// How many there are, and the first of them in the order of the files.
    fn rendered(&self, files: &[Letters], weight: Weight) -> (usize, Vec<String>) {
        let all = self.all.borrow();
        let mut of_weight: Vec<&Complaint> = all.iter().filter(|c| c.weight == weight).collect();
        of_weight.sort_by_key(|c| c.place_order());
        (of_weight.len(), of_weight.into_iter().take(SHOWN).map(|c| c.render(files, &self.secrets.borrow())).collect())
    }
}

impl Complaint {
    fn place_order(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|p| (p.file, p.span.start))
    }

    fn render(&self, files: &[Letters], secrets: &[Place]) -> String {
        let level = match self.weight {
            Weight::Error => Level::ERROR,
            Weight::Warning => Level::WARNING,
        };
        let mut group = level.primary_title(self.title.as_str()).elements(None::<annotate_snippets::Message<'_>>);
        let found = self.place.as_ref().and_then(|place| Some((files.get(place.file)?, place)));
        if let Some((letters, place)) = found {
            let (text, first_line, span) = lines_around(&letters.text, &place.span);
            let begins = floor(&letters.text, place.span.start) - span.start;
            let secrets = secrets.iter().filter(|secret| secret.file == place.file).map(|secret| &secret.span);
            let text = masked(text, begins, secrets);
            group = group.element(
                Snippet::source(text)
                    .path(letters.path.display().to_string())
                    .line_start(first_line)
                    .annotation(AnnotationKind::Primary.span(span).label(self.label.as_deref())),
            );
        }
        for remedy in &self.remedies {
            group = group.element(Level::HELP.message(remedy.as_str()));
        }
        Renderer::plain().render(&[group]).trim_end().to_owned()
    }
}

/// The whole lines that a span touches, the number of the first, and the span within them: what is rendered
/// stays small however large the file is. A span over several lines is cut to its first.
fn lines_around<'a>(text: &'a str, span: &Range<usize>) -> (&'a str, usize, Range<usize>) {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
    let number = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let line = text.get(line_start..line_end).unwrap_or_default();
    (line, number, start - line_start..end.min(line_end).max(start) - line_start)
}

/// A line of a file, which begins at byte `begins` of it, with a star for each byte of these secrets.
fn masked<'s>(line: &str, begins: usize, secrets: impl Iterator<Item = &'s Range<usize>>) -> String {
    let mut bytes = line.as_bytes().to_vec();
    for secret in secrets {
        let (from, to) = (secret.start.saturating_sub(begins), secret.end.saturating_sub(begins));
        if let Some(letters) = bytes.get_mut(from..to.min(line.len())) {
            letters.fill(b'*');
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
