use super::*;

#[test]
fn a_url_is_enough() {
    let findings = Findings::default();
    let text = "[sources.example]\nurl = \"https://www.example.org/news/\"\n".to_owned();
    let files = [Letters { path: PathBuf::from("feeds.toml"), text }];
    let config = read(Path::new("feeds.toml"), &files, &findings);
    assert!(config.is_some(), "{}", findings.complaints(&files));
}
