//! Clients that take whole documents far too often, without ever saying what they have.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::{self, HeaderMap, HeaderName};

/// In so much time …
const WINDOW: Duration = Duration::from_secs(600);
/// … a client gets one address so many times without a condition: every five seconds. Feed readers ask a few times
/// an hour, and say what they have; many behind one address share it.
const ENOUGH: u32 = 120;
/// How many clients and addresses are remembered.
const MOST: usize = 20_000;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Counts whole documents by client and address.
#[derive(Debug, Default)]
pub(super) struct Greed {
    /// By a hash of both: when its window began, and how often it asked since.
    counts: Mutex<HashMap<u64, (Instant, u32)>>,
    hasher: RandomState,
}

impl Greed {
    /// Counts a request; gives how long the client should wait, where it has asked too often. Conditional requests
    /// are not counted, and whoever is at the machine itself is left alone.
    pub fn weigh(&self, headers: &HeaderMap, peer: SocketAddr, path: &str, now: Instant) -> Option<Duration> {
        if headers.contains_key(header::IF_NONE_MATCH) || headers.contains_key(header::IF_MODIFIED_SINCE) {
            return None;
        }
        // The last line is the one that our own proxy wrote.
        let forwarded = headers.get_all(FORWARDED).iter().next_back().and_then(|line| line.to_str().ok());
        self.count(forwarded, peer, path, now)
    }

    /// Counts a request without conditions; `forwarded` is what a proxy says of who asks.
    pub fn count(&self, forwarded: Option<&str>, peer: SocketAddr, path: &str, now: Instant) -> Option<Duration> {
        let client = client(forwarded, peer)?;
        let key = self.hasher.hash_one((client, path));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST && !counts.contains_key(&key) {
            counts.retain(|_, (since, _)| now.saturating_duration_since(*since) < WINDOW);
            if counts.len() >= MOST {
                // Too many to tell apart: all begin anew.
                counts.clear();
            }
        }
        let (since, count) = counts.entry(key).or_insert((now, 0));
        if now.saturating_duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > ENOUGH).then(|| WINDOW.saturating_sub(now.saturating_duration_since(*since)))
    }
}

/// Who asks: the peer, or whom a proxy on this machine or network speaks for. Networks of one IPv6 customer are one.
/// `None`: somebody at this machine.
fn client(forwarded: Option<&str>, peer: SocketAddr) -> Option<IpAddr> {
    let ip = peer.ip().to_canonical();
    let near = match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    // The last address is the one that our own proxy saw.
    let last = forwarded.and_then(|line| line.rsplit(',').next());
    let spoken_for = last.filter(|_| near).and_then(|ip| ip.trim().parse::<IpAddr>().ok());
    match spoken_for.unwrap_or(ip).to_canonical() {
        ip if ip.is_loopback() => None,
        IpAddr::V6(ip) => Some(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into()),
        ip => Some(ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(lines: &[(HeaderName, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn peer(ip: &str) -> SocketAddr {
        SocketAddr::new(ip.parse().unwrap(), 4000)
    }

    #[test]
    fn who_takes_the_whole_too_often_must_wait_and_nobody_else() {
        let (greed, none, now) = (Greed::default(), HeaderMap::new(), Instant::now());
        for _ in 0..ENOUGH {
            assert_eq!(greed.weigh(&none, peer("192.0.2.7"), "/a", now), None);
        }
        let later = now + Duration::from_secs(60);
        assert_eq!(greed.weigh(&none, peer("192.0.2.7"), "/a", later), Some(WINDOW - Duration::from_secs(60)));
        assert_eq!(greed.weigh(&none, peer("192.0.2.7"), "/b", later), None);
        assert_eq!(greed.weigh(&none, peer("192.0.2.8"), "/a", later), None);
        let conditional = headers(&[(header::IF_NONE_MATCH, "\"x\"")]);
        assert_eq!(greed.weigh(&conditional, peer("192.0.2.7"), "/a", later), None);
        assert_eq!(greed.weigh(&none, peer("192.0.2.7"), "/a", now + WINDOW), None);
        for _ in 0..2 * ENOUGH {
            assert_eq!(greed.weigh(&none, peer("127.0.0.1"), "/a", now), None);
        }
    }

    #[test]
    fn a_proxy_speaks_for_others_where_it_is_ours() {
        let said = Some("198.51.100.1, 203.0.113.9");
        let check = |ip: &str, said: Option<&str>, expected: Option<&str>| {
            assert_eq!(client(said, peer(ip)), expected.map(|ip| ip.parse().unwrap()));
        };
        check("127.0.0.1", said, Some("203.0.113.9"));
        check("10.0.0.2", said, Some("203.0.113.9"));
        check("192.0.2.7", said, Some("192.0.2.7"));
        check("::1", None, None);
        check("2001:db8:1:2:3::4", None, Some("2001:db8:1:2::"));
    }
}
