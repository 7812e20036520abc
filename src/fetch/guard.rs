//! Which addresses may be called. Asked three times: for each hop's URL, for each address that its name
//! resolves to (so that a name that changes its answer gains nothing), and by the pace for its defaults.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::ranges::{BAD_PORTS, inside_nat64, special};

/// Decides which addresses may be called. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Guard {
    allow: Arc<[IpNet]>,
}

/// Why an address may not be called: a sentence that names the setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

impl Guard {
    /// A guard that lets through the public internet, and these ranges.
    pub fn new(allow_private: &[IpNet]) -> Self {
        Self { allow: allow_private.into() }
    }

    /// Whether an URL may be called, as far as its letters tell. A name passes here and is judged by
    /// [`Guard::sift`] when it has been resolved.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(format!("`{}:` addresses are not fetched; only http and https are", url.scheme()));
        }
        if let Some(port) = url.port().filter(|port| BAD_PORTS.contains(port)) {
            return refuse(format!("port {port} belongs to another service than the web and is not called"));
        }
        self.check_host(url)?;
        self.check_query(url)
    }

    fn check_host(&self, url: &Url) -> Result<(), Refusal> {
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check_ip(ip.into()),
            Some(Host::Ipv6(ip)) => self.check_ip(ip.into()),
            Some(Host::Domain(name)) => self.check_name(name),
            None => refuse("the address names no host"),
        }
    }

    /// A public address that carries a private one (`?url=http://localhost/`) is a way round: whoever forwards it
    /// would send us, or himself, there.
    fn check_query(&self, url: &Url) -> Result<(), Refusal> {
        if url.query().is_none_or(|query| !query.contains("//") && !query.to_ascii_lowercase().contains("%2f%2f")) {
            return Ok(());
        }
        let carried = url.query_pairs().filter_map(|(_, value)| Url::parse(value.trim()).ok());
        for inner in carried.filter(|inner| matches!(inner.scheme(), "http" | "https")) {
            self.check_host(&inner).map_err(|refusal| Refusal(format!("the address carries another: {refusal}")))?;
        }
        Ok(())
    }

    /// Reads an address that somebody else wrote, and judges it. Spellings of the host that programs read
    /// differently are refused, whatever we would read: octets with leading zeros, escapes, control characters.
    pub fn read(&self, text: &str, base: Option<&Url>) -> Result<Url, Refusal> {
        let Ok(url) = Url::options().base_url(base).parse(text) else {
            return refuse(format!("`{text}` is no address"));
        };
        unambiguous(text)?;
        self.check(&url)?;
        Ok(url)
    }

    /// Whether an IP address may be called.
    pub fn check_ip(&self, ip: IpAddr) -> Result<(), Refusal> {
        let Some(kind) = special(ip) else { return Ok(()) };
        if self.allowed(ip) {
            // An allowed NAT64 prefix still leads to an IPv4 address that must be allowed itself.
            return match inside_nat64(ip) {
                Some(inner) => self.check_ip(inner),
                None => Ok(()),
            };
        }
        refuse(format!(
            "{ip} is no address of the public internet ({kind}); if you mean it, list it: \
             `[fetch] allow_private = [\"{}\"]`",
            IpNet::from(ip)
        ))
    }

    /// The addresses of a resolved name that may be called; a refusal when none may.
    pub fn sift(&self, name: &str, answers: impl IntoIterator<Item = IpAddr>) -> Result<Vec<IpAddr>, Refusal> {
        let mut good = Vec::new();
        let mut bad = None;
        for ip in answers {
            match self.check_ip(ip) {
                Ok(()) => good.push(ip),
                Err(refusal) => bad = Some(refusal),
            }
        }
        match bad {
            Some(refusal) if good.is_empty() => Err(Refusal(format!("`{name}` leads to {refusal}"))),
            _ => Ok(good),
        }
    }

    /// Whether the URL's host is, by its letters, one that the operator opened: an own machine.
    pub fn is_own(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(ip)) => special(ip.into()).is_some() && self.allowed(ip.into()),
            Some(Host::Ipv6(ip)) => special(ip.into()).is_some() && self.allowed(ip.into()),
            Some(Host::Domain(name)) => is_localhost(name) && self.loopback_allowed(),
            None => false,
        }
    }

    fn allowed(&self, ip: IpAddr) -> bool {
        self.allow.iter().any(|net| net.contains(&ip))
    }

    fn loopback_allowed(&self) -> bool {
        self.allowed(IpAddr::from([127, 0, 0, 1])) || self.allowed(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]))
    }

    /// Names that can only be private are refused before anybody is asked for them. Where the operator
    /// opened a private range, the resolved address decides.
    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        let name = name.trim_end_matches('.');
        if name.is_empty() {
            return refuse("the address names no host");
        }
        if is_localhost(name) && !self.loopback_allowed() {
            return refuse(format!(
                "`{name}` is this machine; if you mean it, list it: `[fetch] allow_private = [\"127.0.0.1/32\"]`"
            ));
        }
        let private = !name.contains('.')
            || [".internal", ".local", ".localdomain", ".home.arpa", ".lan"].iter().any(|end| ends_with(name, end));
        if private && self.allow.is_empty() {
            return refuse(format!(
                "`{name}` is a name of a private network; if you mean it, list its address in `[fetch] allow_private`"
            ));
        }
        Ok(())
    }
}

/// Refuses the spellings of a host that programs read differently.
pub fn unambiguous(text: &str) -> Result<(), Refusal> {
    let host = host_as_written(text);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let padded = host.split('.').all(digits) && host.split('.').any(|part| part.len() > 1 && part.starts_with('0'));
    // One number, hexadecimal or octal parts: forms that only attackers write.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let numeric = digits(last) || last.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let odd = numeric && host.parse::<std::net::Ipv4Addr>().is_err();
    if padded || odd || host.contains(|c: char| c.is_control() || c == '%') {
        return refuse(format!("`{}` is an ambiguous way to write a host", host.escape_debug()));
    }
    Ok(())
}

/// What stands between the slashes and the path, credentials and port off.
fn host_as_written(text: &str) -> &str {
    let Some((scheme, rest)) = text.trim().split_once("//") else { return "" };
    if !scheme.is_empty() && !scheme.strip_suffix(':').is_some_and(|s| s.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return "";
    }
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(sentence.into()))
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"].iter().any(|n| name.eq_ignore_ascii_case(n))
        || ends_with(name, ".localhost")
}

fn ends_with(name: &str, end: &str) -> bool {
    name.len().checked_sub(end.len()).and_then(|at| name.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Names are resolved by the system, and each answer is judged right before it is dialled.
impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let answers = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good = guard.sift(name.as_str(), answers.map(|a| a.ip()))?;
            let addrs: Addrs = Box::new(good.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(url: &str, allow: &[&str]) -> bool {
        let allow: Vec<IpNet> = allow.iter().map(|net| net.parse().unwrap()).collect();
        Url::parse(url).is_ok_and(|url| Guard::new(&allow).check(&url).is_ok())
    }

    #[test]
    fn only_the_public_web_is_called() {
        let good = [
            "http://example.com/",
            "https://example.com:8443/feed",
            "http://user:word@example.com/",
            "http://93.184.215.14/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2606:4700::1111]/",
            "https://example.com/share?url=https://example.org/a&t=//x",
        ];
        let bad = [
            "ftp://example.com/",
            "file:///etc/hostname",
            "gopher://example.com/",
            "http://example.com:25/",
            "http://example.com:6667/",
            "http://0.0.0.0/",
            "http://127.9.9.9/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://１２７.0.0.1/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest",
            "http://168.63.129.16/",
            "http://100.64.0.1/",
            "http://192.0.2.9/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[::ffff:0:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::10.0.0.1]/",
            "http://[64:ff9b:1::8.8.8.8]/",
            "http://[100::1]/",
            "http://[2001::1]/",
            "http://[2001:20::1]/",
            "http://[2001:db8::1]/",
            "http://[2002:7f00:1::]/",
            "http://[3fff::1]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[ff02::1]/",
            "http://[4000::1]/",
            "http://localhost/",
            "http://a.LocalHost./",
            "http://printer.local/",
            "http://metadata.google.internal/",
            "http://intranet/",
            "https://example.com/go?n=1&to=http://localhost/admin",
            "https://example.com/?u=http%3A%2F%2F169.254.169.254%2F",
        ];
        for url in good {
            assert!(passes(url, &[]), "{url}");
        }
        for url in bad {
            assert!(!passes(url, &[]), "{url}");
        }
    }

    #[test]
    fn what_the_operator_lists_is_called_and_nothing_beside_it() {
        let rows = [
            ("http://127.0.0.1:8080/", "127.0.0.1/32", true),
            ("http://127.0.0.2/", "127.0.0.1/32", false),
            ("http://localhost/", "127.0.0.0/8", true),
            ("http://localhost/", "10.0.0.0/8", false),
            ("http://intranet/", "10.0.0.0/8", true),
            ("http://10.0.0.1:22/", "10.0.0.0/8", false),
            // An IPv4 range opens no other spelling of it.
            ("http://[::ffff:127.0.0.1]/", "127.0.0.0/8", false),
            ("http://[64:ff9b::8.8.8.8]/", "64:ff9b::/96", true),
            ("http://[64:ff9b::10.0.0.1]/", "64:ff9b::/96", false),
        ];
        for (url, allow, expected) in rows {
            assert_eq!(passes(url, &[allow]), expected, "{url} with {allow}");
        }
    }

    #[test]
    fn hosts_that_programs_read_differently_are_refused() {
        let base = Url::parse("http://example.com/a/").unwrap();
        let rows = [
            ("http://010.8.8.8/", false),
            ("http://8.8.8.08/", false),
            ("http://8.8.8.8:8080/", true),
            ("http://134744072/", false),
            ("http://8.8.2056/", false),
            ("http://0x08080808/", false),
            ("http://8.8.8.8%2eexample.com/", false),
            ("http://a\t.example.com/", false),
            ("//example.org/%2e", true),
            ("?q=http://010.1.1.1/", true),
            ("../b%20c", true),
            ("http://user:p%40ss@example.org/", true),
            ("http://[::1", false),
            ("javascript:void(0)", false),
        ];
        for (text, expected) in rows {
            assert_eq!(Guard::new(&[]).read(text, Some(&base)).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_judged_by_what_it_resolves_to() {
        let guard = Guard::new(&[]);
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(guard.sift("rebind.example", [ip("127.0.0.1")]).is_err());
        assert!(guard.sift("meta.example", [ip("169.254.169.254"), ip("fd00:ec2::254")]).is_err());
        // Of a mixed answer only the public part can be dialled.
        assert_eq!(guard.sift("mixed.example", [ip("10.0.0.1"), ip("8.8.8.8")]), Ok(vec![ip("8.8.8.8")]));
        assert_eq!(guard.sift("nobody.example", []), Ok(vec![]));
    }

    #[test]
    fn a_refusal_names_the_setting() {
        let refusal = Guard::new(&[]).check(&Url::parse("http://192.168.7.7/").unwrap()).unwrap_err();
        assert!(refusal.0.contains("`[fetch] allow_private = [\"192.168.7.7/32\"]`"), "{refusal}");
    }

    proptest::proptest! {
        #[test]
        fn no_private_address_passes_in_any_spelling(number in proptest::num::u32::ANY, spelling in 0..4) {
            let [a, b, c, d] = number.to_be_bytes();
            let text = match spelling {
                0 => format!("http://{a}.{b}.{c}.{d}/"),
                1 => format!("http://{number}/"),
                2 => format!("http://{number:#x}/"),
                _ => format!("http://0{a:o}.0{b:o}.{}/", u32::from(c) * 256 + u32::from(d)),
            };
            let ip: std::net::Ipv4Addr = number.into();
            let private = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
                || ip.is_broadcast() || ip.is_unspecified() || ip.is_documentation();
            proptest::prop_assert!(!(private && passes(&text, &[])));
        }
    }
}
