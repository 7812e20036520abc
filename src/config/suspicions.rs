//! What is legal but hardly meant: warnings, never refusals.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use url::Host;

use crate::fetch::{HostRule, find_browser};
use crate::model::{Schedule, Source};

use super::complaint::{Complaint, Findings, Place};
use super::settings::Settings;
use super::source::Placed;

/// Shorter intervals are hardly polite.
const HURRIED: Duration = Duration::from_secs(60);

/// Looks at the whole configuration once everything has been read.
pub(super) fn look(sources: &[Placed], hosts: &[(HostRule, Place)], settings: &Settings, findings: &Findings) {
    let mut seen = HashMap::new();
    for placed in sources {
        let source = &placed.source;
        if let Some(alike) = seen.insert(what_is_kept(source), placed) {
            let what = format!("`{}` watches the same address and keeps the same of it", alike.source.id);
            findings.complain(
                Complaint::warning(&placed.url, format!("{what}: each of its entries is there twice"))
                    .remedy("one source can serve several feeds by its tags"),
            );
        }
        if let Some(ip) = private(&source.url.host())
            && settings.manners.allow_private.iter().all(|n| !n.contains(&ip))
        {
            findings.complain(
                Complaint::warning(&placed.url, "this address is private, so it will not be called")
                    .remedy(format!("if it is yours, allow it: [fetch] allow_private = [\"{}\"]", IpNet::from(ip))),
            );
        }
        if let Schedule::Every(interval) = source.schedule
            && interval < HURRIED
            && private(&source.url.host()).is_none()
        {
            findings.complain(
                Complaint::warning(&placed.place, format!("`{}` is asked more than once a minute", source.id))
                    .remedy("few sites change so often; `adaptive` finds the rhythm by itself"),
            );
        }
    }
    browsers(sources, settings, findings);
    if sources.is_empty() && findings.permit() {
        findings.complain(
            Complaint::warning(&Place { file: 0, span: 0..0 }, "there are no sources")
                .remedy("add one: `courant add https://www.example.org/news/`"),
        );
    }
    for (rule, place) in hosts {
        if rule.spacing.is_none() && rule.parallel.is_none() && rule.robots.is_none() {
            findings.complain(
                Complaint::warning(place, format!("[hosts.\"{}\"] says nothing", rule.pattern))
                    .remedy("give it `rate`, `parallel` or `robots`"),
            );
        }
    }
}

/// What decides which entries a source has: of one page several may keep each its part.
fn what_is_kept(source: &Source) -> impl Hash + Eq {
    (&source.url, &source.headers, source.kind, &source.rules.listing, &source.filters)
}

/// A browser that is asked for and not there; one that is told what to do and not asked for.
fn browsers(sources: &[Placed], settings: &Settings, findings: &Findings) {
    let wanted = sources.iter().filter(|placed| placed.source.enabled).find_map(|placed| placed.render.as_ref());
    if let Some(place) = wanted
        && let Err(missing) = find_browser(settings.manners.browser.path.as_deref())
    {
        findings.complain(
            Complaint::warning(place, "this needs a browser, and there is none; what asks for one will fail")
                .remedy(missing.to_string()),
        );
    }
    for placed in sources {
        let Some(place) = &placed.browsing else { continue };
        let told = |other: &Placed| other.browsing.as_ref() == Some(place) && other.render.is_some();
        if !sources.iter().any(told) {
            findings.complain(
                Complaint::warning(place, "a browser is told what to do, and none is used")
                    .remedy("add render = \"browser\", or \"auto\", to the source"),
            );
        }
    }
}

/// The private address that a host literally is; names are looked up only when they are called.
fn private(host: &Option<Host<&str>>) -> Option<IpAddr> {
    let ip = match host.as_ref()? {
        Host::Ipv4(ip) => IpAddr::V4(*ip),
        Host::Ipv6(ip) => IpAddr::V6(*ip),
        Host::Domain(name) if name.eq_ignore_ascii_case("localhost") => IpAddr::from([127, 0, 0, 1]),
        Host::Domain(_) => return None,
    };
    let is_private = match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    };
    is_private.then_some(ip)
}
