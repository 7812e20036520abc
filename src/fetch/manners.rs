use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

/// How Courant behaves towards other people's servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manners {
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Private ranges that may be called all the same.
    pub allow_private: Vec<IpNet>,
    /// Whether robots.txt is obeyed where no host rule says otherwise.
    pub respect_robots: bool,
    /// Largest body in bytes, on the wire and with content coding off.
    pub max_bytes: u64,
    /// Longest time to connect.
    pub connect_timeout: Duration,
    /// Longest time for the whole request, redirects and body included; waiting for the host's turn is not.
    pub total_timeout: Duration,
    /// Most redirects followed.
    pub max_redirects: u32,
    /// Requests in flight over all hosts.
    pub parallel: usize,
    /// Rules for hosts; the first whose pattern fits counts.
    pub hosts: Vec<HostRule>,
    /// How Chromium is run, where a source asks for it.
    pub browser: BrowserRules,
}

/// `[browser]`: how Chromium is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserRules {
    /// The program; looked for in `PATH` where absent.
    pub path: Option<PathBuf>,
    /// Pages open at once.
    pub tabs: usize,
    /// Most bytes of memory that the browser and all its helpers may take; beyond that it is stopped.
    pub memory: u64,
    /// Longest time for one page.
    pub timeout: Duration,
}

impl Default for BrowserRules {
    fn default() -> Self {
        Self { path: None, tabs: 2, memory: 1 << 30, timeout: Duration::from_secs(30) }
    }
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            user_agent: concat!("Courant/", env!("CARGO_PKG_VERSION"), " (+https://github.com/courant-feeds/courant)")
                .into(),
            allow_private: Vec::new(),
            respect_robots: true,
            max_bytes: 10 * 1024 * 1024,
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            max_redirects: 10,
            parallel: 64,
            hosts: Vec::new(),
            browser: BrowserRules::default(),
        }
    }
}

impl Manners {
    /// The first rule that fits a host.
    pub fn rule(&self, host: &str) -> Option<&HostRule> {
        self.hosts.iter().find(|rule| rule.fits(host))
    }
}

/// `[hosts."pattern"]`: manners towards some hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// A host name, `*.example.org` (the name itself and all below it), or `*`.
    pub pattern: String,
    /// Shortest time between the starts of two requests.
    pub spacing: Option<Duration>,
    /// Requests in flight at once.
    pub parallel: Option<usize>,
    /// Whether robots.txt is obeyed.
    pub robots: Option<bool>,
}

impl HostRule {
    /// Whether the rule is for this host: a name, or an address as an URL writes it.
    pub fn fits(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').trim_matches(['[', ']']);
        let pattern = self.pattern.trim_end_matches('.').trim_matches(['[', ']']);
        match pattern.strip_prefix("*.") {
            Some(base) => {
                let start = host.len().checked_sub(base.len());
                start.is_some_and(|start| {
                    let below = start == 0 || host.get(..start).is_some_and(|above| above.ends_with('.'));
                    below && host.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(base))
                })
            }
            None => pattern == "*" || host.eq_ignore_ascii_case(pattern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_a_host_and_those_below_it() {
        let rows = [
            ("example.org", "example.org", true),
            ("example.org", "EXAMPLE.org.", true),
            ("example.org", "www.example.org", false),
            ("*.example.org", "example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "badexample.org", false),
            ("*.example.org", "org", false),
            ("*", "anything", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("::1", "[::1]", true),
        ];
        for (pattern, host, expected) in rows {
            let rule = HostRule { pattern: pattern.into(), spacing: None, parallel: None, robots: None };
            assert_eq!(rule.fits(host), expected, "{pattern} for {host}");
        }
    }
}
