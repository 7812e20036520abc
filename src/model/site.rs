//! Which hosts are of one site.

use url::Url;

/// The registrable domain of a host, by the public suffix list: `example.co.uk` of `www.example.co.uk`; `None` for
/// what has none, as a suffix itself. The list is code of half a megabyte, which each place that asks it would repeat.
#[inline(never)]
pub fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

/// Whether two addresses are of one site: of one host, or of one registrable domain.
pub fn same_site(one: &Url, other: &Url) -> bool {
    let (Some(one), Some(other)) = (one.host_str(), other.host_str()) else { return false };
    one == other || registrable_domain(one).is_some_and(|d| registrable_domain(other) == Some(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_one_label_below_a_public_suffix() {
        for (host, domain) in [
            ("www.example.co.uk", Some("example.co.uk")),
            ("example.com", Some("example.com")),
            ("a.b.example.github.io", Some("example.github.io")),
            ("co.uk", None),
        ] {
            assert_eq!(registrable_domain(host), domain, "{host}");
        }
    }
}
