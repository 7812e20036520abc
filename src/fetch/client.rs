//! The maker of encrypted connections: TLS by rustls with ring, the machine's own roots, no proxy, no redirects of its
//! own, and a resolver that is the guard.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client, redirect};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::error::FetchErrorKind;
use super::guard::{Guard, Refusal};
use super::manners::Manners;
use crate::model::Trust;

/// Idle connections are kept for the next page of the same site and no longer: visits to a site are a second apart,
/// servers begin to close theirs after five, and each of a thousand sites' takes 40 to 130 KB. The pool looks as
/// often as this, so that one is kept for twice as long at most.
const IDLE: Duration = Duration::from_secs(2);
/// Most header lines of an answer; some sites send a hundred cookies and policies.
pub(super) const MAX_HEADERS: usize = 256;

/// The clients, by whose word each takes for who a server is. Each is made at the first request that needs it: reading
/// the machine's root certificates takes its time.
#[derive(Debug, Default)]
pub(super) struct Clients {
    made: Mutex<HashMap<Trust, Client>>,
}

impl Clients {
    pub(super) fn that_takes(&self, trust: &Trust, manners: &Manners, guard: &Guard) -> Result<Client, FetchErrorKind> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(trust) {
            return Ok(client.clone());
        }
        let client = build(manners, guard, trust)
            .map_err(|why| FetchErrorKind::Network(format!("no HTTP client could be made: {why}")))?;
        made.insert(trust.clone(), client.clone());
        Ok(client)
    }
}

/// Makes a client; a sentence says why not.
fn build(manners: &Manners, guard: &Guard, trust: &Trust) -> Result<Client, String> {
    // Fails only when one is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A host is asked on no more at once.
    let most = manners.hosts.iter().filter_map(|rule| rule.parallel).max().unwrap_or(1).max(1);
    let builder = || {
        Client::builder()
            .user_agent(&manners.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(Arc::new(guard.clone()))
            .connect_timeout(manners.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(most)
            .http1_max_headers(MAX_HEADERS)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
    };
    match trust {
        Trust::Machine => {}
        Trust::Also(pem) => {
            let also = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|e| sentence_of(&e))?;
            return builder().tls_certs_merge(also).build().map_err(|e| sentence_of(&e));
        }
        Trust::Anyone => {
            let client = builder().tls_certs_only([]).tls_danger_accept_invalid_certs(true);
            return client.build().map_err(|e| sentence_of(&e));
        }
    }
    match builder().build() {
        Ok(client) => Ok(client),
        // A machine without root certificates can still fetch plain http.
        Err(first) => builder().tls_certs_only([]).build().map_err(|_| sentence_of(&first)),
    }
}

/// Whether a text is the certificates of authorities (PEM, RFC 7468), as [`Trust::Also`] takes them; a sentence says
/// why not.
pub fn check_authorities(pem: &str) -> Result<(), String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| format!("it is no PEM: {e}"))?;
        store.add(certificate).map_err(|e| format!("a certificate in it cannot be read: {e}"))?;
    }
    if store.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(()) }
}

/// What a failed connection or request is called.
pub(super) fn failure(error: &reqwest::Error, connect_timeout: Duration) -> FetchErrorKind {
    for cause in causes(error) {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return FetchErrorKind::Refused(refusal.0.clone());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return FetchErrorKind::Network(tls_sentence(tls));
        }
    }
    if error.is_timeout() && error.is_connect() {
        return FetchErrorKind::Timeout(connect_timeout);
    }
    if error.is_dns() {
        return nowhere(&sentence_of(error));
    }
    match causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).find_map(known) {
        Some(kind) => kind,
        None if error.is_connect() => FetchErrorKind::Network(format!("no connection: {}", sentence_of(error))),
        None => improper(&sentence_of(error)),
    }
}

/// A name that is no host's.
pub(super) fn nowhere(why: &str) -> FetchErrorKind {
    // The resolver's words are all that it gives.
    if ["Temporary failure", "Try again", "Too many open files"].iter().any(|words| why.contains(words)) {
        return FetchErrorKind::Here(format!("no name can be looked up ({why}); is this machine's network down?"));
    }
    FetchErrorKind::Network(format!("the host's name leads nowhere ({why}); check the address, or this machine's DNS"))
}

/// A connection that was not made.
pub(super) fn unconnected(error: &io::Error) -> FetchErrorKind {
    known(error).unwrap_or_else(|| FetchErrorKind::Network(format!("no connection: {}", sentence_of(error))))
}

/// A connection that failed.
pub(super) fn network(error: &io::Error) -> FetchErrorKind {
    known(error).unwrap_or_else(|| improper(&sentence_of(error)))
}

/// An answer that cannot be understood.
pub(super) fn improper(why: &str) -> FetchErrorKind {
    // What HTTP/2 calls it is all that there is.
    const GIVEN_UP: [&str; 4] =
        ["not a result of an error", "refused stream", "stream no longer needed", "unexpected internal error"];
    if why.contains(" received: ") && GIVEN_UP.iter().any(|words| why.contains(words)) {
        return FetchErrorKind::Network(format!("the server gave the request up ({why}); it will be asked again"));
    }
    FetchErrorKind::Network(format!("the server's answer is not proper HTTP: {why}"))
}

/// An answer that ends too early.
pub(super) fn cut_short(error: &(dyn Error + 'static)) -> FetchErrorKind {
    let why = sentence_of(error);
    // Over HTTP/2 there are only words.
    let told = ["close_notify", "broken pipe"].iter().any(|words| why.contains(words));
    let closed = told || causes(error).filter_map(|cause| cause.downcast_ref()).any(is_closed);
    let why = if closed { "the connection was closed" } else { &why };
    FetchErrorKind::Content(format!("the answer broke off before its end ({why}); it will be asked again"))
}

/// Whether a connection was closed where more was to come: what the libraries say of it are their own names.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe)
}

/// What failed, where there is a sentence for it: at the host, or on this machine, whoever is asked.
fn known(error: &io::Error) -> Option<FetchErrorKind> {
    // ENFILE and EMFILE, which have no kind of their own.
    const TOO_MANY: [i32; 2] = [23, 24];
    let at_the_host = |sentence: &str| Some(FetchErrorKind::Network(sentence.to_owned()));
    let here = |sentence: &str| Some(FetchErrorKind::Here(sentence.to_owned()));
    match error.kind() {
        io::ErrorKind::ConnectionRefused => at_the_host("connection refused: no server listens there"),
        io::ErrorKind::ConnectionReset => at_the_host("the server broke the connection off"),
        _ if is_closed(error) => at_the_host("the server closed the connection without an answer"),
        io::ErrorKind::HostUnreachable => at_the_host("the host cannot be reached from this machine's network"),
        io::ErrorKind::TimedOut => at_the_host("the connection died"),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            here("this machine has no way there; is its network down?")
        }
        _ if error.raw_os_error().is_some_and(|code| TOO_MANY.contains(&code)) => here(
            "this machine lets no more files be open; raise the limit (`ulimit -n`, `LimitNOFILE=`), or lower \
             `[fetch] parallel`",
        ),
        _ => None,
    }
}

fn tls_sentence(error: &rustls::Error) -> String {
    use rustls::CertificateError as C;
    use rustls::{AlertDescription as A, Error as E};
    let certificate = match error {
        E::InvalidCertificate(certificate) => certificate,
        E::InvalidMessage(_) => return "the server does not speak TLS at this port; try `http://`".to_owned(),
        E::AlertReceived(A::ProtocolVersion | A::HandshakeFailure | A::InsufficientSecurity) => {
            return format!("the server speaks no TLS that is safe today, 1.2 or 1.3; tell the site ({error})");
        }
        E::AlertReceived(A::CertificateRequired) => {
            return "the server wants a certificate of ours, which it cannot be given".to_owned();
        }
        _ => return format!("no secure connection: {error}"),
    };
    match certificate {
        C::Expired | C::ExpiredContext { .. } => own_way("the site's certificate has expired; tell the site"),
        C::NotValidYet | C::NotValidYetContext { .. } => {
            "the site's certificate is not valid yet; check this machine's clock".to_owned()
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            own_way("the site's certificate is for another name; check the address")
        }
        C::UnknownIssuer => own_way(
            "the site's certificate is by nobody this machine trusts; if every site fails so, install the system's root \
             certificates (package `ca-certificates`); if only this one does, name its authority's in `tls_ca`",
        ),
        other => own_way(&format!("the site's certificate is not valid: {other}")),
    }
}

/// What else an operator can do.
fn own_way(sentence: &str) -> String {
    format!("{sentence}; or believe it whatever it is, with `tls_verify = false` in the source's `request`")
}

/// The innermost cause in words: outer layers only say that there was one.
pub(super) fn sentence_of(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        // What an error of the system's wraps is not its source: only the source of that is.
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as _).or_else(|| cause.source());
        Some(cause)
    })
    .take(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_secure_connection_is_said_in_words() {
        use rustls::{AlertDescription as A, CertificateError as C, Error as E, InvalidMessage};
        for (error, words) in [
            (E::InvalidMessage(InvalidMessage::InvalidContentType), "try `http://`"),
            (E::AlertReceived(A::ProtocolVersion), "1.2 or 1.3"),
            (E::AlertReceived(A::CertificateRequired), "certificate of ours"),
            (E::InvalidCertificate(C::Expired), "`tls_verify = false`"),
            (E::DecryptError, "no secure connection"),
        ] {
            assert!(tls_sentence(&error).contains(words), "{error}");
        }
        let given_up = improper("stream error received: refused stream before processing any application logic");
        assert!(given_up.to_string().contains("gave the request up"));
        let closed = io::Error::new(io::ErrorKind::UnexpectedEof, "https://docs.example/");
        let told = io::Error::other("peer closed connection without sending TLS close_notify: https://docs.example/");
        for error in [closed, told] {
            assert!(cut_short(&error).to_string().contains("(the connection was closed)"), "{error}");
        }
    }

    #[test]
    fn what_fails_on_this_machine_is_told_from_what_fails_at_the_host() {
        let os = |code| unconnected(&io::Error::from_raw_os_error(code));
        let of = |kind: io::ErrorKind| unconnected(&kind.into());
        let named = |why: &str| nowhere(&format!("failed to lookup address information: {why}"));
        let rows = [
            (os(24), true, "`[fetch] parallel`"),
            (os(23), true, "LimitNOFILE"),
            (of(io::ErrorKind::NetworkUnreachable), true, "network down"),
            (of(io::ErrorKind::HostUnreachable), false, "cannot be reached"),
            (of(io::ErrorKind::ConnectionRefused), false, "no server listens"),
            (of(io::ErrorKind::UnexpectedEof), false, "without an answer"),
            (named("Temporary failure in name resolution"), true, "network down"),
            (named("Name or service not known"), false, "check the address"),
        ];
        for (kind, ours, words) in rows {
            assert_eq!(matches!(kind, FetchErrorKind::Here(_)), ours, "{kind}");
            assert!(kind.to_string().contains(words), "{kind}");
        }
    }
}
