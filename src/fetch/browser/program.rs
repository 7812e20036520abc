//! Which program is Chromium.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Names under which it is installed, in the order in which they are looked for.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/// No browser is installed, or not where the operator says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBrowser {
    /// It is not where `[browser] path` says.
    #[error(
        "there is no program at `{}`, which `[browser] path` names; install Chromium there (Debian's package `chromium`), or take the line out to have it looked for",
        .0.display()
    )]
    NotAt(PathBuf),
    /// It is nowhere in `PATH`.
    #[error(
        "Chromium is not installed: none of {} is in PATH; install it (Debian's package is `chromium`), or say where it is: `[browser] path = \"…\"`",
        NAMES.map(|name| format!("`{name}`")).join(", ")
    )]
    Nowhere,
}

/// Finds the browser: where the operator says, else by its usual names in `PATH`.
pub fn find_browser(path: Option<&Path>) -> Result<PathBuf, NoBrowser> {
    match path {
        Some(path) if is_program(path) => Ok(path.to_owned()),
        Some(path) => Err(NoBrowser::NotAt(path.to_owned())),
        None => {
            let folders: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
            let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
            all.into_iter().find(|path| is_program(path)).ok_or(NoBrowser::Nowhere)
        }
    }
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_is_told_with_its_package() {
        let error = find_browser(Some(Path::new("/nowhere/chromium"))).expect_err("not there").to_string();
        assert!(error.contains("`/nowhere/chromium`") && error.contains("package `chromium`"), "{error}");
        let error = NoBrowser::Nowhere.to_string();
        assert!(
            error.contains("`chromium-browser`") && error.contains("PATH") && error.contains("[browser] path"),
            "{error}"
        );
        // A folder is no program.
        assert!(find_browser(Some(Path::new("/"))).is_err());
    }
}
