//! Who may see the operator's pages.

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use http::header::{self, HeaderMap};
use sha2::{Digest as _, Sha256};

/// Whether a request may see the operator's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It may.
    Granted,
    /// It must say the token (401).
    TokenWanted,
    /// There is no token and it comes from elsewhere (403).
    LoopbackOnly,
}

/// Weighs a request. With a token, who says it may enter, from anywhere: as `Bearer` token, or as the password
/// of `Basic` with any name. Without one, only who sits at the machine.
pub(super) fn weigh(headers: &HeaderMap, peer: SocketAddr, token: Option<&str>) -> Access {
    match token {
        Some(token) if says(headers, token) => Access::Granted,
        Some(_) => Access::TokenWanted,
        None if is_local(headers, peer) => Access::Granted,
        None => Access::LoopbackOnly,
    }
}

fn says(headers: &HeaderMap, token: &str) -> bool {
    let said = headers.get(header::AUTHORIZATION).and_then(|line| password(line.to_str().ok()?));
    said.is_some_and(|said| same(&said, token.as_bytes()))
}

/// What an `Authorization` line says: a `Bearer` token, or the password of `Basic`.
pub(super) fn password(line: &str) -> Option<Vec<u8>> {
    let (scheme, said) = line.split_once(' ')?;
    let said = said.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(said.as_bytes().to_vec());
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(said).ok()?;
    let at = decoded.iter().position(|b| *b == b':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| decoded.get(at + 1..).unwrap_or_default().to_vec())
}

/// Compares in a time that tells nothing of where the two differ, nor of their lengths.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    std::hint::black_box(a.iter().zip(b.iter()).fold(0, |differ, (a, b)| differ | (a ^ b))) == 0
}

/// Whether a person at this machine asks. A reverse proxy on it speaks for others, and says so; and a foreign
/// page whose name was made to lead here (DNS rebinding) names itself in `Host`.
fn is_local(headers: &HeaderMap, peer: SocketAddr) -> bool {
    const OF_PROXIES: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    peer.ip().to_canonical().is_loopback()
        && OF_PROXIES.iter().all(|name| !headers.contains_key(*name))
        && host.is_none_or(names_loopback)
}

fn names_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Access::{Granted, LoopbackOnly, TokenWanted};
    use http::{HeaderName, HeaderValue};

    fn check(peer: &str, headers: &[(&str, &str)], token: Option<&str>, expected: Access) {
        let headers = headers
            .iter()
            .map(|(n, v)| (HeaderName::from_bytes(n.as_bytes()).unwrap(), HeaderValue::from_str(v).unwrap()));
        let peer = SocketAddr::new(peer.parse().unwrap(), 4000);
        assert_eq!(weigh(&headers.collect(), peer, token), expected);
    }

    #[test]
    fn without_a_token_only_this_machine_may_look() {
        check("127.0.0.1", &[("host", "127.0.0.1:8080")], None, Granted);
        check("::1", &[("host", "[::1]:8080")], None, Granted);
        check("::ffff:127.0.0.1", &[("host", "LOCALHOST")], None, Granted);
        check("127.0.0.1", &[], None, Granted);
        check("192.0.2.7", &[("host", "127.0.0.1")], None, LoopbackOnly);
        check("127.0.0.1", &[("host", "rebound.example")], None, LoopbackOnly);
        check("127.0.0.1", &[("host", "127.0.0.1"), ("x-forwarded-for", "192.0.2.7")], None, LoopbackOnly);
    }

    #[test]
    fn with_a_token_whoever_says_it_may_look() {
        let basic = base64::engine::general_purpose::STANDARD.encode("anyone:s3cret:x");
        check("192.0.2.7", &[("authorization", &format!("Basic {basic}"))], Some("s3cret:x"), Granted);
        check("192.0.2.7", &[("authorization", "bearer s3cret:x")], Some("s3cret:x"), Granted);
        check("192.0.2.7", &[("authorization", "Bearer s3cret")], Some("s3cret:x"), TokenWanted);
        check("192.0.2.7", &[("authorization", "Basic ???")], Some("s3cret:x"), TokenWanted);
        check("192.0.2.7", &[("authorization", "s3cret:x")], Some("s3cret:x"), TokenWanted);
        check("127.0.0.1", &[("host", "127.0.0.1")], Some("s3cret:x"), TokenWanted);
    }
}
