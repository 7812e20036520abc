//! Secrets: `{ env = "NAME" }`, `{ file = "path" }`, or the text itself.

use std::path::Path;

use super::complaint::{At, Complaint, Findings};
use super::section::Value;

/// The secret's text, where it can be had. Paths are relative to the file that names them.
pub(super) fn secret(value: &Value<'_>, folder: &Path) -> Option<At<String>> {
    if value.as_text().is_some() {
        value.hide();
        return value.text();
    }
    let Some(mut section) = value.as_section() else {
        value.refuse_type("a text, { env = … } or { file = … }", "{ env = \"NAME\" }");
        return None;
    };
    let findings = section.findings;
    let place = section.place.clone();
    let env = section.text("env");
    let file = section.text("file");
    section.finish(&[]);
    match (env, file) {
        (Some(name), None) => match std::env::var(&name.value) {
            Ok(text) if !text.is_empty() => Some(At { value: text, place: name.place }),
            _ => {
                findings.complain(
                    Complaint::error(&name.place, format!("the environment has no `{}`", name.value))
                        .remedy("set the variable for this process, or name another"),
                );
                None
            }
        },
        (None, Some(name)) => {
            let text = contents(&name, folder, findings)?;
            // Editors end files with a line break that is no part of the secret.
            Some(At { value: text.trim_end_matches(['\r', '\n']).to_owned(), place: name.place })
        }
        _ => {
            findings.complain(
                Complaint::error(&place, format!("`{}` needs one of `env` and `file`", value.path))
                    .remedy("write { env = \"NAME\" } or { file = \"path\" }"),
            );
            None
        }
    }
}

/// What the file says that is named here, where it can be read.
pub(super) fn contents(name: &At<String>, folder: &Path, findings: &Findings) -> Option<String> {
    match std::fs::read_to_string(folder.join(&name.value)) {
        Ok(text) => Some(text),
        Err(error) => {
            findings.complain(
                Complaint::error(&name.place, format!("cannot read `{}`: {error}", name.value))
                    .remedy("make the file, readable for this process; paths are relative to this file's folder"),
            );
            None
        }
    }
}
