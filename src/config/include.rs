//! Which files make up a configuration: the one named, and what its `include` names.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::complaint::{Complaint, Findings, Letters};
use super::section::Section;

/// Configuration files beyond this are hardly meant.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What a missing file is answered with.
fn begin(path: &Path) -> String {
    format!(
        "to begin, put this into {} (or run `courant add https://www.example.org/news/`):\n\
         \n\
         [sources.example]\n\
         url = \"https://www.example.org/news/\"",
        path.display()
    )
}

/// Reads the first file and all that it includes, the first one first. Without the first there is nothing.
pub(super) fn read_all(path: &Path, findings: &Findings) -> Vec<Letters> {
    let Some(first) = read(path, findings) else { return Vec::new() };
    // A key can be written with escapes, too.
    let includes = first.text.contains("include") || first.text.contains('\\');
    let patterns = if includes {
        // What is wrong with the file is told when it is read in earnest.
        let (table, _) = DeTable::parse_recoverable(&first.text);
        let quiet = Findings::default();
        Section::file(&quiet, &first, 0, table.get_ref()).texts("include").unwrap_or_default()
    } else {
        Vec::new()
    };
    let folder = folder_of(path);
    let mut files = vec![first];
    for pattern in patterns {
        for path in matches(&folder, &pattern.value, &pattern.place, findings) {
            if files.iter().all(|f| f.path != path) {
                files.extend(read(&path, findings));
            }
        }
    }
    files
}

/// The folder that a file's relative paths start from.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The folder in which a pattern's files may come to stand: as much of it as is written out.
pub(super) fn folder_named(folder: &Path, pattern: &str) -> PathBuf {
    let within = Path::new(pattern).parent().unwrap_or(Path::new(""));
    let written = within.components().take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']));
    folder.join(written.collect::<PathBuf>())
}

/// The files that a pattern names, sorted by path.
fn matches(folder: &Path, pattern: &str, place: &super::complaint::Place, findings: &Findings) -> Vec<PathBuf> {
    let full = match folder.to_str() {
        Some("") | None => pattern.to_owned(),
        Some(_) if Path::new(pattern).is_absolute() => pattern.to_owned(),
        Some(folder) => format!("{}/{pattern}", glob::Pattern::escape(folder)),
    };
    let (paths, others) = match glob::glob(&full) {
        Ok(paths) => paths.filter_map(Result::ok).partition::<Vec<_>, _>(|path| path.is_file()),
        Err(error) => {
            findings.complain(
                Complaint::error(place, format!("`{pattern}` is not a pattern of files: {}", error.msg))
                    .remedy("write a path in which `*` stands for any name, like \"sources.d/*.toml\""),
            );
            return Vec::new();
        }
    };
    for path in others.iter().filter(|path| !path.exists()) {
        let title = format!("`{pattern}` names {}, which leads nowhere", path.display());
        findings.complain(Complaint::warning(place, title).remedy("mend the link, or remove it"));
    }
    if paths.is_empty() {
        let literal = !pattern.contains(['*', '?', '[']);
        let title = format!("`{pattern}` names no file");
        findings.complain(if literal {
            Complaint::error(place, title).remedy("make the file, or take the line out")
        } else {
            Complaint::warning(place, title).remedy("paths are relative to this file's folder")
        });
    }
    paths
}

fn read(path: &Path, findings: &Findings) -> Option<Letters> {
    let shown = path.display();
    let fail = |complaint| {
        findings.complain(complaint);
        None
    };
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => {
            return fail(
                Complaint::whole(format!("{shown} is a folder"))
                    .remedy(format!("name the file in it, perhaps {}", path.join("feeds.toml").display())),
            );
        }
        Ok(data) if data.len() > LARGEST => {
            return fail(Complaint::whole(format!("{shown} is larger than 16 MB, so it is no configuration")));
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return fail(Complaint::whole(format!("there is no file {shown}")).remedy(begin(path)));
        }
        Err(error) => return fail(Complaint::whole(format!("cannot read {shown}: {error}"))),
    }
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Some(Letters { path: path.to_path_buf(), text }),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let line = error.as_bytes().iter().take(good).filter(|b| **b == b'\n').count() + 1;
                fail(
                    Complaint::whole(format!("{shown}:{line}: the file is not UTF-8"))
                        .remedy("save it as UTF-8; TOML knows no other encoding"),
                )
            }
        },
        Err(error) => fail(Complaint::whole(format!("cannot read {shown}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};

    use super::*;

    #[test]
    fn a_pattern_names_files_and_tells_of_links_to_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        create_dir_all(at("sources.d/folder.toml")).unwrap();
        write(at("sources.d/one.toml"), "").unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", at("sources.d/link.toml")).unwrap();
        write(at("feeds.toml"), "include = [\"sources.d/*.toml\"]").unwrap();
        let findings = Findings::default();
        let files = read_all(&at("feeds.toml"), &findings);
        let read: Vec<PathBuf> = files.iter().map(|letters| letters.path.clone()).collect();
        assert_eq!(read, [at("feeds.toml"), at("sources.d/one.toml")]);
        let warnings = findings.warnings(&files);
        assert!(warnings.len() == 1 && warnings[0].contains("link.toml, which leads nowhere"), "{warnings:?}");
    }

    #[test]
    fn the_folder_of_a_pattern_is_what_is_written_out() {
        for (pattern, expected) in [
            ("sources.d/*.toml", "/etc/courant/sources.d"),
            ("*.toml", "/etc/courant/"),
            ("sites/*/feeds.toml", "/etc/courant/sites"),
            ("../more/one.toml", "/etc/courant/../more"),
            ("/srv/feeds/[ab].toml", "/srv/feeds"),
        ] {
            assert_eq!(folder_named(Path::new("/etc/courant"), pattern), Path::new(expected), "{pattern}");
        }
    }
}
