//! Which hosts are of one site.

/// The registrable domain of a host, by the public suffix list: `example.co.uk` of `www.example.co.uk`; `None` for
/// what has none, as a suffix itself. The list is code of half a megabyte, which each place that asks it would repeat.
#[inline(never)]
pub fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
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
