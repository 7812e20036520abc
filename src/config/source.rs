//! `[defaults]`, `[recipes.x]`, `[sources.x]` into sources.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::model::{ArticleMode, Expectation, Kind, Render, Rules, Schedule, Source, SourceId, Timezone, Trust};
use crate::read::CompiledRules;

use super::complaint::{At, Complaint, Findings, Place};
use super::include::folder_of;
use super::layer::{BELONGS_DEEPER, Layer};
use super::section::{Section, Value};
use super::suggest::nearest;
use super::words;

/// How often a source is asked when nothing says so.
const USUAL: Schedule = Schedule::Every(Duration::from_secs(30 * 60));

/// A source as written, before layers are laid over each other.
#[derive(Debug)]
struct Written {
    id: SourceId,
    place: Place,
    url: Option<At<Url>>,
    title: Option<At<String>>,
    recipe: Option<At<String>>,
    layer: Layer,
}

/// Sources and what they build on, gathered over all files.
#[derive(Debug, Default)]
pub(super) struct Sources {
    defaults: Option<(Place, Layer)>,
    recipes: BTreeMap<String, (Place, Layer)>,
    written: Vec<Written>,
    ids: HashMap<String, Place>,
}

/// A source with the places that later checks point at.
#[derive(Debug)]
pub(super) struct Placed {
    /// The source, as meant.
    pub source: Source,
    /// Where its id stands.
    pub place: Place,
    /// Where its address stands.
    pub url: Place,
    /// Its tags with their places.
    pub tags: Vec<At<String>>,
    /// Where a browser is asked for.
    pub render: Option<Place>,
    /// Where it is told what to do.
    pub browsing: Option<Place>,
}

impl Sources {
    /// Takes one file's tables of sources.
    pub fn gather(&mut self, file: &mut Section<'_>) {
        let folder = folder_of(&file.letters.path);
        if let Some(value) = file.take("defaults")
            && let Some(mut section) = value.section()
        {
            let layer = Layer::read(&mut section, &folder);
            section.finish(BELONGS_DEEPER);
            if let Some(trust) = layer.trust.as_ref().filter(|trust| trust.value == Trust::Anyone) {
                file.findings.complain(
                    Complaint::error(&trust.place, "this would believe whoever answers, of every site")
                        .remedy("write it in the sources that need it, or in a recipe of theirs"),
                );
            }
            match &self.defaults {
                None => self.defaults = Some((value.key_place, layer)),
                Some(_) => file.findings.complain(
                    Complaint::error(&value.key_place, "[defaults] stands in a second file")
                        .remedy("keep one; what some sources share belongs in [recipes.x]"),
                ),
            }
        }
        for value in named(file, "recipes") {
            let Some(mut section) = value.section() else { continue };
            let layer = Layer::read(&mut section, &folder);
            section.finish(BELONGS_DEEPER);
            if self.recipes.insert(value.key.to_owned(), (value.key_place.clone(), layer)).is_some() {
                twice(file.findings, "recipe", value.key, &value.key_place);
            }
        }
        for value in named(file, "sources") {
            let id = match SourceId::new(value.key) {
                Ok(id) => Some(id),
                Err(error) => {
                    let remedy = format!("perhaps `{}`", tame(value.key));
                    file.findings.complain(Complaint::error(&value.key_place, error.to_string()).remedy(remedy));
                    None
                }
            };
            if self.ids.insert(value.key.to_owned(), value.key_place.clone()).is_some() {
                twice(file.findings, "source", value.key, &value.key_place);
            }
            let Some(mut section) = value.section() else { continue };
            let url = section.need("url", "\"https://…\"").and_then(|v| v.read(words::address));
            let title = section.text("title");
            let recipe = section.text("recipe");
            let layer = Layer::read(&mut section, &folder);
            section.finish(BELONGS_DEEPER);
            if let Some(id) = id {
                self.written.push(Written { id, place: value.key_place, url, title, recipe, layer });
            }
        }
    }

    /// Lays the layers over each other and checks what only then can be checked.
    pub fn finish(self, findings: &Findings) -> Vec<Placed> {
        let none = Layer::default();
        let defaults = self.defaults.as_ref().map_or(&none, |(_, layer)| layer);
        check_rules(defaults, findings);
        let usual = Arc::new(Rules { listing: defaults.listing.clone(), article: defaults.article_rules.clone() });
        let mut used = Vec::new();
        let mut placed = Vec::new();
        for written in self.written {
            let recipe = written.recipe.as_ref().and_then(|name| match self.recipes.get(&name.value) {
                Some((_, layer)) => {
                    used.push(name.value.clone());
                    Some(layer)
                }
                None => {
                    let complaint = Complaint::error(&name.place, format!("there is no [recipes.{}]", name.value));
                    let meant = nearest(&name.value, self.recipes.keys().map(String::as_str));
                    findings.complain(match meant {
                        Some(meant) => complaint.label(format!("did you mean `{meant}`?")),
                        None => complaint.remedy("define it, or take the line out"),
                    });
                    None
                }
            });
            let layer = match recipe {
                Some(recipe) => written.layer.over(recipe).over(defaults),
                None => written.layer.over(defaults),
            };
            check_rules(&layer, findings);
            if let Some(url) = written.url {
                let title = written.title.map(|t| t.value);
                placed.push(source(written.id, written.place, url, title, layer, &usual));
            }
        }
        for (name, (place, layer)) in &self.recipes {
            check_rules(layer, findings);
            if !used.contains(name) {
                findings.complain(
                    Complaint::warning(place, format!("no source uses [recipes.{name}]"))
                        .remedy(format!("write recipe = \"{name}\" in a source, or take the recipe out")),
                );
            }
        }
        placed
    }
}

fn source(id: SourceId, place: Place, url: At<Url>, title: Option<String>, layer: Layer, usual: &Arc<Rules>) -> Placed {
    let render = layer.render.as_ref().filter(|r| r.value != Render::Http).map(|r| r.place.clone());
    let browsing = layer.browsing.as_ref().map(|b| b.place.clone());
    let tags = layer.tags.unwrap_or_default();
    let rules = Rules { listing: layer.listing, article: layer.article_rules };
    Placed {
        source: Source {
            id,
            url: url.value,
            title,
            kind: layer.kind.map_or(Kind::Auto, |k| k.value),
            schedule: layer.schedule.map_or(USUAL, |s| s.value),
            timezone: layer.timezone.map_or(Timezone::UTC, |z| z.value),
            language: layer.language.map(|l| l.value),
            tags: tags.iter().map(|t| t.value.clone()).collect(),
            render: layer.render.map_or(Render::Http, |r| r.value),
            browsing: layer.browsing.map(|b| b.value).unwrap_or_default(),
            article: layer.article.map_or(ArticleMode::Auto, |a| a.value),
            headers: layer.headers,
            trust: layer.trust.map(|t| t.value).unwrap_or_default(),
            rules: if rules == **usual { Arc::clone(usual) } else { Arc::new(rules) },
            filters: layer.filters.unwrap_or_default(),
            identity: layer.identity.map(|i| i.value),
            expect: Expectation {
                min_items: layer.min_items.and_then(|n| usize::try_from(n.value).ok()),
                quiet_after: layer.quiet_after.map(|q| q.value),
            },
            apart: layer.apart.is_some_and(|a| a.value),
            push: layer.push.is_none_or(|p| p.value),
            enabled: layer.enabled.is_none_or(|e| e.value),
        },
        place,
        url: url.place,
        tags,
        render,
        browsing,
    }
}

/// Compiles a layer's selectors, as `read` will, and points at those that fail.
fn check_rules(layer: &Layer, findings: &Findings) {
    // Most sources have none.
    if layer.selectors.is_empty() {
        return;
    }
    let rules = Rules { listing: layer.listing.clone(), article: layer.article_rules.clone() };
    let compiled = CompiledRules::compile(&rules);
    let is_json = compiled.as_ref().is_ok_and(|rules| rules.json().is_some());
    let of_list = layer.selectors.iter().find(|(key, ..)| key.starts_with("listing."));
    match (layer.kind.as_ref().map(|kind| kind.value), of_list) {
        (Some(Kind::Json), Some((_, _, place))) if compiled.is_ok() && !is_json => findings.complain(
            Complaint::error(place, "`kind` is \"json\", and this is no JSONPath")
                .remedy("a JSONPath begins with `$`: item = \"$.posts[*]\", title = \"$.title\""),
        ),
        (Some(kind @ (Kind::Feed | Kind::Sitemap | Kind::Page)), Some((_, _, place))) if is_json => {
            let kind = format!("{kind:?}").to_lowercase();
            findings.complain(
                Complaint::error(place, format!("`kind` is \"{kind}\", and this is a JSONPath"))
                    .remedy("write kind = \"json\", or leave it out"),
            );
        }
        _ => {}
    }
    for error in compiled.err().unwrap_or_default() {
        let at = layer.selectors.iter().find(|(key, text, _)| *key == error.key && *text == error.selector);
        if let Some((_, text, place)) = at {
            findings.complain(Complaint::error(&letter(place, text, error.at), error.message));
        } else if let Some((_, _, place)) = layer.selectors.first() {
            findings.complain(Complaint::error(place, error.to_string()));
        }
    }
}

/// The place of one byte of a text that stands at `place`, where the text is written there as it is.
fn letter(place: &Place, text: &str, at: Option<usize>) -> Place {
    let Some(at) = at.filter(|_| place.span.len() == text.len()) else { return place.clone() };
    let at = text.floor_char_boundary(at.min(text.len()));
    let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let start = place.span.start + at;
    Place { span: start..start + width, ..place.clone() }
}

/// The tables under a table of the operator's own names.
pub(super) fn named<'a>(file: &mut Section<'a>, key: &'static str) -> Vec<Value<'a>> {
    file.section(key).map(Section::entries).unwrap_or_default()
}

/// Complains of a name that another file has used before.
pub(super) fn twice(findings: &Findings, what: &str, name: &str, place: &Place) {
    findings.complain(
        Complaint::error(place, format!("another file has a {what} `{name}` already"))
            .remedy("ids are unique over all included files; rename one"),
    );
}

/// The id that a name was probably meant to be.
pub(super) fn tame(name: &str) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' | '_' => id.push(c),
            'ä' => id.push_str("ae"),
            'ö' => id.push_str("oe"),
            'ü' => id.push_str("ue"),
            'ß' => id.push_str("ss"),
            _ if !id.ends_with('-') && !id.is_empty() => id.push('-'),
            _ => {}
        }
    }
    id.truncate(64);
    let id = id.trim_matches(['-', '_']);
    if id.is_empty() { "my-source".to_owned() } else { id.to_owned() }
}
