//! A connection to where an address leads, if the guard lets it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use url::{Host, Url};

use crate::fetch::client::{nowhere, unconnected};
use crate::fetch::error::FetchErrorKind;
use crate::fetch::guard::{Guard, Refusal};

/// How long a name's first kind of address (IPv6 or IPv4) is tried alone (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(300);

/// Resolves the name, once, and dials what the guard has judged.
pub(super) async fn dial(guard: &Guard, url: &Url, patience: Duration) -> Result<TcpStream, FetchErrorKind> {
    let refused = |refusal: Refusal| FetchErrorKind::Refused(refusal.0);
    let port = url.port_or_known_default().unwrap_or(80);
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::from(ip),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip),
        Some(Host::Domain(name)) => {
            let answers = tokio::net::lookup_host((name, port)).await.map_err(|e| nowhere(&e.to_string()))?;
            let good = guard.sift(name, answers.map(|answer| answer.ip())).map_err(refused)?;
            let places: Vec<SocketAddr> = good.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
            return race(&places, patience).await.map_err(|e| unconnected(&e));
        }
        None => return Err(FetchErrorKind::Refused("the address names no host".to_owned())),
    };
    guard.check_ip(ip).map_err(refused)?;
    TcpStream::connect((ip, port)).await.map_err(|e| unconnected(&e))
}

/// The first connection of several addresses of one name.
async fn race(places: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
    let first_kind = places.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<SocketAddr>, Vec<_>) = places.iter().partition(|place| place.is_ipv6() == first_kind);
    let mut one = Box::pin(in_turn(&first, patience));
    if second.is_empty() {
        return one.await;
    }
    tokio::select! {
        connected = &mut one => match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => return in_turn(&second, patience).await.map_err(|other| telling(error, other)),
        },
        () = sleep(HEAD_START) => {}
    }
    let mut other = Box::pin(in_turn(&second, patience));
    tokio::select! {
        connected = &mut one => match connected {
            Ok(stream) => Ok(stream),
            Err(error) => other.await.map_err(|other| telling(error, other)),
        },
        connected = &mut other => match connected {
            Ok(stream) => Ok(stream),
            Err(other) => one.await.map_err(|error| telling(error, other)),
        },
    }
}

/// Which of two says more of the host: many machines have no way to addresses of one kind.
fn telling(one: io::Error, other: io::Error) -> io::Error {
    if other.kind() == io::ErrorKind::NetworkUnreachable { one } else { other }
}

/// One address after the other, each for its part of the time.
async fn in_turn(places: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
    let each = patience / u32::try_from(places.len().max(1)).unwrap_or(u32::MAX);
    let mut last = io::Error::other("the name leads nowhere");
    for place in places {
        match timeout(each, TcpStream::connect(place)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}
