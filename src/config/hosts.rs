//! `[hosts."*.example.org"]`: manners towards some hosts.

use crate::fetch::HostRule;

use super::complaint::{Complaint, Place};
use super::measures;
use super::section::Section;
use super::source::{named, twice};

/// Takes one file's host rules.
pub(super) fn gather(file: &mut Section<'_>, rules: &mut Vec<(HostRule, Place)>) {
    for value in named(file, "hosts") {
        let Some(mut section) = value.section() else { continue };
        if !is_pattern(value.key) {
            let bare = value.key.split("://").last().unwrap_or(value.key);
            let bare = bare.split(['/', ':']).next().unwrap_or(bare);
            let complaint = Complaint::error(&value.key_place, format!("`{}` is not a pattern of hosts", value.key));
            file.findings.complain(match is_pattern(bare) {
                true => complaint.remedy(format!("did you mean [hosts.\"{bare}\"]?")),
                false => complaint.remedy("write a host's name, or `*.` and a domain: [hosts.\"*.example.org\"]"),
            });
        }
        if rules.iter().any(|(rule, _)| rule.pattern == value.key) {
            twice(file.findings, "rule for", value.key, &value.key_place);
        }
        let rule = HostRule {
            pattern: value.key.to_ascii_lowercase(),
            spacing: section.read("rate", measures::rate).map(|r| r.value),
            parallel: section.number("parallel", 1..1001).and_then(|n| usize::try_from(n.value).ok()),
            robots: section.word("robots", &[("obey", true), ("ignore", false)]).map(|w| w.value),
        };
        section.finish(&[("respect_robots", "[fetch]; here it is robots = \"obey\" or \"ignore\"")]);
        rules.push((rule, value.key_place));
    }
}

/// A host name, an address, `*`, or `*.` and a domain.
fn is_pattern(text: &str) -> bool {
    if text == "*" || text.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let name = text.strip_prefix("*.").unwrap_or(text);
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    name.len() <= 253 && name.split('.').all(label)
}
