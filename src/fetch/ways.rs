//! How far a request may reach, and what it goes through: to each reach belong a guard and connections of its own, so
//! that none that was made under the wider guard is taken up under the narrow one.

use std::net::IpAddr;

use reqwest::Client;
use url::Url;

use super::client::Clients;
use super::error::FetchErrorKind;
use super::exchange::Way;
use super::guard::Guard;
use super::manners::Manners;
use super::plain::Plain;
use super::ranges::special;
use crate::model::Trust;

/// How far a request may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the public internet and what the operator opened: what he asks for himself.
    Opened,
    /// To the public internet only: what a page of it asks for.
    Public,
}

impl Reach {
    /// Of a page whose bytes came from this address: only one that came from a private network may reach into it. Its
    /// name is not asked again, since it may lead elsewhere by now.
    pub(super) fn of(peer: Option<IpAddr>) -> Self {
        match peer.and_then(special) {
            Some(_) => Self::Opened,
            None => Self::Public,
        }
    }
}

/// The ways to servers within one reach.
#[derive(Debug)]
pub(super) struct Ways {
    pub(super) guard: Guard,
    plain: Plain,
    clients: Clients,
}

impl Ways {
    pub(super) fn new(guard: Guard, manners: &Manners) -> Self {
        let plain = Plain::new(&guard, &manners.user_agent, manners.parallel);
        Self { guard, plain, clients: Clients::default() }
    }

    /// The way to an address.
    pub(super) fn to(&self, url: &Url, trust: &Trust, manners: &Manners) -> Result<Way<'_>, FetchErrorKind> {
        match url.scheme() {
            "http" => Ok(Way::Plain(&self.plain)),
            _ => self.client(trust, manners).map(Way::Secure),
        }
    }

    pub(super) fn client(&self, trust: &Trust, manners: &Manners) -> Result<Client, FetchErrorKind> {
        self.clients.that_takes(trust, manners, &self.guard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_a_private_network_reaches_into_it() {
        let rows = [
            (Some("127.0.0.1"), Reach::Opened),
            (Some("10.1.2.3"), Reach::Opened),
            (Some("fd00::1"), Reach::Opened),
            (Some("::ffff:192.168.0.1"), Reach::Opened),
            (Some("93.184.215.14"), Reach::Public),
            (Some("2606:4700::1111"), Reach::Public),
            // A saved page came from nowhere.
            (None, Reach::Public),
        ];
        for (peer, expected) in rows {
            assert_eq!(Reach::of(peer.map(|ip| ip.parse().unwrap())), expected, "{peer:?}");
        }
    }
}
