//! Another program over the same farm, so that figures can be told as ratios, whatever the machine:
//! `RSSPLS=rsspls cargo bench --bench world` with rsspls 0.12, which makes a file of
//! RSS of each listing by declared selectors, and stores nothing.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::farm;

/// The program, where one is named.
pub fn named() -> Option<String> {
    std::env::var("RSSPLS").ok().filter(|name| !name.is_empty())
}

/// Writes its settings for so many sites, with the selectors that fit the farm's listings.
pub fn write_config(desk: &Path, sources: usize, port: u16) -> std::io::Result<()> {
    let mut text = format!("[rsspls]\noutput = \"{}\"\n", desk.join("out").display());
    for number in 0..sources {
        let _ = writeln!(
            text,
            "[[feed]]\ntitle = \"Site {number}\"\nfilename = \"s{number}.rss\"\n[feed.config]\nurl = \"http://{}/\"\n\
             item = \".teaser\"\nheading = \"h2 a\"\nsummary = \".summary\"\ndate = \"time\"",
            farm::site(number, port)
        );
    }
    std::fs::create_dir_all(desk.join("out"))?;
    std::fs::write(desk.join("rsspls.toml"), text)
}

/// A run of it over all sites; what it remembers of their answers stays on the desk.
pub fn run(program: &str, desk: &Path) -> Command {
    let mut run = Command::new(program);
    run.args(["--config", "rsspls.toml"]).current_dir(desk).env("XDG_CACHE_HOME", desk.join("cache"));
    run
}
