//! The house is as ARCHITECTURE.md says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file of code: what one reads in a sitting.
const MOST_LINES: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of code below a folder.
fn code(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The table of rooms: each with the rooms it may use.
fn rooms() -> Vec<(String, BTreeSet<String>)> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let table = page.split("<!-- rooms -->").nth(1).expect("the table of rooms");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut rooms = Vec::new();
    for line in table.lines().skip_while(|l| !l.starts_with('|')).take_while(|l| l.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.split('|').collect();
        let [_, room, uses, ..] = cells.as_slice() else { panic!("{line}") };
        rooms.push((names(room).remove(0), names(uses).into_iter().collect()));
    }
    assert!(rooms.len() > 10, "the table was found: {rooms:?}");
    rooms
}

/// The room that a file belongs to; `None` for the crate's roots.
fn room_of(file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).expect("a file of src");
    let name = inside.iter().next()?.to_str()?.trim_end_matches(".rs").to_owned();
    (!matches!(name.as_str(), "lib" | "main")).then_some(name)
}

/// Code that ships: comments, and what is compiled for tests only, left out.
fn shipped(file: &Path) -> String {
    let mut text = String::new();
    let written = fs::read_to_string(file).expect("a file");
    let mut lines = written.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            for line in lines.by_ref() {
                let ends = line.len() - line.trim_start().len() == indent
                    && (line.trim() == "}" || line.trim_end().ends_with(';'));
                if ends {
                    break;
                }
            }
        } else if !line.trim_start().starts_with("//") {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn is_test(file: &Path) -> bool {
    file.iter().any(|part| matches!(part.to_str(), Some("tests" | "tests.rs" | "contract" | "contract.rs")))
}

/// Rooms that a piece of code names.
fn used(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            for part in group.split('}').next().unwrap_or_default().split(',') {
                used.insert(word(part.trim()));
            }
        } else {
            used.insert(word(rest));
        }
    }
    used
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
}

#[test]
fn rooms_use_only_what_the_map_lets_them() {
    let rooms: BTreeMap<_, _> = rooms().into_iter().collect();
    let mut trespasses = Vec::new();
    for file in code(&root().join("src")) {
        let Some(room) = room_of(&file) else { continue };
        if is_test(&file) {
            continue;
        }
        let may = rooms.get(&room).unwrap_or_else(|| panic!("ARCHITECTURE.md knows no room `{room}`"));
        for other in used(&shipped(&file)) {
            if other != room && rooms.contains_key(&other) && !may.contains(&other) {
                trespasses.push(format!("{}: `{room}` uses `{other}`", file.display()));
            }
        }
    }
    assert!(trespasses.is_empty(), "{trespasses:#?}");
}

#[test]
fn no_room_uses_one_that_stands_below_it_in_the_map() {
    let mut above = BTreeSet::new();
    for (room, uses) in rooms() {
        assert!(uses.is_subset(&above), "`{room}` uses {uses:?}, of which not all stand above it");
        above.insert(room);
    }
}

#[test]
fn every_room_of_the_map_is_there_and_says_what_it_is() {
    for (room, _) in rooms() {
        let folder = root().join("src").join(&room).join("mod.rs");
        let file = if folder.exists() { folder } else { root().join("src").join(format!("{room}.rs")) };
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        assert!(text.starts_with("//! "), "{}: no words about the room", file.display());
    }
}

#[test]
fn files_are_read_in_a_sitting() {
    for folder in ["src", "tests", "benches", "examples"] {
        let folder = root().join(folder);
        if !folder.exists() {
            continue;
        }
        for file in code(&folder) {
            let lines = fs::read_to_string(&file).expect("a file").lines().count();
            assert!(lines <= MOST_LINES, "{}: {lines} lines", file.display());
            let name = file.file_stem().and_then(|n| n.to_str()).unwrap_or_default();
            assert!(
                !matches!(name, "util" | "utils" | "helper" | "helpers" | "common" | "misc"),
                "{}: a name that says nothing",
                file.display()
            );
        }
    }
}

#[test]
fn nothing_is_switched_off() {
    for file in code(&root().join("src")).into_iter().chain(code(&root().join("tests"))) {
        if file.ends_with("house.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a file");
        for forbidden in
            ["#[ignore", "allow(dead_code)", "allow(unused", "todo!(", "unimplemented!(", "unsafe {", "unsafe fn"]
        {
            assert!(!text.contains(forbidden), "{}: {forbidden}", file.display());
        }
    }
}

#[test]
fn what_the_pages_name_is_there() {
    let mut named = BTreeSet::new();
    for page in ["README.md", "ARCHITECTURE.md", "benches/README.md"] {
        let text = fs::read_to_string(root().join(page)).expect(page);
        let quoted = text.split('`').skip(1).step_by(2).map(str::to_owned);
        named.extend(quoted.filter(|word| {
            let of_ours =
                ["src/", "examples/", "benches/", "tests/", "fuzz/", ".ci/"].iter().any(|f| word.starts_with(f));
            of_ours && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
        }));
    }
    assert!(named.len() >= 5, "the pages name files: {named:?}");
    for name in named {
        assert!(root().join(&name).exists(), "{name} is named and is not there");
    }
}
