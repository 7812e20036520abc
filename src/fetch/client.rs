//! The maker of encrypted connections: TLS by rustls with ring, the machine's own roots, no proxy, no redirects of its
//! own, and a resolver that is the guard.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect};

use super::error::FetchErrorKind;
use super::guard::{Guard, Refusal};
use super::manners::Manners;

/// Idle connections are kept for the next page of the same site and no longer: visits to a site are a second apart,
/// servers begin to close theirs after five, and each of a thousand sites' takes 40 to 130 KB. The pool looks as
/// often as this, so that one is kept for twice as long at most.
pub(super) const IDLE: Duration = Duration::from_secs(2);
/// Most header lines of an answer; some sites send a hundred cookies and policies.
pub(super) const MAX_HEADERS: usize = 256;

/// Makes the client; a sentence says why not.
pub(super) fn build(manners: &Manners, guard: &Guard) -> Result<Client, String> {
    // Fails only when one is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
            .user_agent(&manners.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(Arc::new(guard.clone()))
            .connect_timeout(manners.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .http1_max_headers(MAX_HEADERS)
    };
    match builder().build() {
        Ok(client) => Ok(client),
        // A machine without root certificates can still fetch plain http.
        Err(first) => builder().tls_certs_only([]).build().map_err(|_| sentence_of(&first)),
    }
}

/// What a failed connection or request is called.
pub(super) fn failure(error: &reqwest::Error, connect_timeout: Duration) -> FetchErrorKind {
    for cause in causes(error) {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return FetchErrorKind::Refused(refusal.0.clone());
        }
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = inner.and_then(|e| e.downcast_ref::<rustls::Error>()).or_else(|| cause.downcast_ref());
        if let Some(tls) = tls {
            return FetchErrorKind::Network(tls_sentence(tls));
        }
    }
    if error.is_timeout() && error.is_connect() {
        return FetchErrorKind::Timeout(connect_timeout);
    }
    if error.is_dns() {
        return nowhere(&sentence_of(error));
    }
    let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    match io.and_then(known) {
        Some(sentence) => FetchErrorKind::Network(sentence.to_owned()),
        None if error.is_connect() => FetchErrorKind::Network(format!("no connection: {}", sentence_of(error))),
        None => improper(&sentence_of(error)),
    }
}

/// A name that is no host's.
pub(super) fn nowhere(why: &str) -> FetchErrorKind {
    FetchErrorKind::Network(format!("the host's name leads nowhere ({why}); check the address, or this machine's DNS"))
}

/// A connection that was not made.
pub(super) fn unconnected(error: &io::Error) -> FetchErrorKind {
    let sentence = known(error.kind()).map(str::to_owned);
    FetchErrorKind::Network(sentence.unwrap_or_else(|| format!("no connection: {}", sentence_of(error))))
}

/// A connection that failed.
pub(super) fn network(error: &io::Error) -> FetchErrorKind {
    known(error.kind()).map_or_else(|| improper(&sentence_of(error)), |text| FetchErrorKind::Network(text.to_owned()))
}

/// An answer that cannot be understood.
pub(super) fn improper(why: &str) -> FetchErrorKind {
    FetchErrorKind::Network(format!("the server's answer is not proper HTTP: {why}"))
}

/// An answer that ends too early.
pub(super) fn cut_short(error: &(dyn Error + 'static)) -> FetchErrorKind {
    let why = sentence_of(error);
    FetchErrorKind::Content(format!("the answer broke off before its end ({why}); it will be asked again"))
}

fn known(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::ConnectionRefused => "connection refused: no server listens there",
        io::ErrorKind::ConnectionReset => "the server broke the connection off",
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "the host cannot be reached from this machine's network"
        }
        io::ErrorKind::TimedOut => "the connection died",
        _ => return None,
    })
}

fn tls_sentence(error: &rustls::Error) -> String {
    use rustls::CertificateError as C;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return format!("no secure connection: {error}");
    };
    match certificate {
        C::Expired | C::ExpiredContext { .. } => "the site's certificate has expired; tell the site".to_owned(),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the site's certificate is not valid yet; check this machine's clock".to_owned()
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "the site's certificate is for another name; check the address".to_owned()
        }
        C::UnknownIssuer => "the site's certificate is by nobody this machine trusts; if every site fails so, install \
                             the system's root certificates (package `ca-certificates`)"
            .to_owned(),
        other => format!("the site's certificate is not valid: {other}"),
    }
}

/// The innermost cause in words: outer layers only say that there was one.
pub(super) fn sentence_of(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
    .take(16)
}
