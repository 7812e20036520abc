//! `[[notify]]`: read and checked. Nothing is sent in this version, and a warning says so.

use super::complaint::Complaint;
use super::include::folder_of;
use super::secret::secret;
use super::section::Section;
use super::words;

const EVENTS: &[(&str, ())] = &[("drift", ()), ("blocked", ()), ("quiet", ()), ("flood", ()), ("recovered", ())];

/// Checks one file's notices.
pub(super) fn check(file: &mut Section<'_>) {
    let folder = folder_of(&file.letters.path);
    let Some(value) = file.take("notify") else { return };
    let members = if value.as_section().is_some() { vec![value.clone()] } else { value.list().unwrap_or_default() };
    for member in &members {
        let Some(mut section) = member.section() else { continue };
        if let Some(on) = section.need("on", "[\"blocked\", \"recovered\"]") {
            let events = if on.as_text().is_some() { Some(vec![on.clone()]) } else { on.list() };
            for event in events.unwrap_or_default() {
                event.word(EVENTS);
            }
        }
        if let Some(webhook) = section.need("webhook", "{ env = \"OPS_WEBHOOK\" }")
            && let Some(secret) = secret(&webhook, &folder)
            && words::address(&secret.value).is_err()
        {
            file.findings.complain(
                Complaint::error(&secret.place, "the webhook's secret is not an address")
                    .remedy("it should hold a whole address, like https://hooks.example.org/…"),
            );
        }
        section.finish(&[]);
    }
    file.findings.complain(
        Complaint::warning(&value.key_place, "notices are not sent in this version")
            .remedy("troubles stand in the log, in `courant status` and at /metrics"),
    );
}
