//! Whose word is taken for who a site is: the machine's authorities', unless a source says otherwise.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::courant::{Desk, text};
use crate::paper;
use crate::press::{Press, Sheet};

/// An authority that no machine knows.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("a certificate");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A site with a certificate of this authority's for 127.0.0.1, good until the end of that year.
    pub fn site(&self, year: i32) -> Press {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocols")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        Press::start_secure(tls.expect("a key for the certificate"))
    }
}

pub const GOOD: i32 = 4000;
const EXPIRED: i32 = 2021;

fn reason(desk: &Desk, source: &str) -> String {
    assert_eq!(desk.run(&["fetch"]).status.code(), Some(1));
    desk.status(source)["reason"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_site_that_nobody_vouches_for_is_refused_and_read_where_its_source_says_so() {
    let authority = Authority::new();
    let press = authority.site(GOOD);
    paper::print(&press);
    let desk = Desk::new(&paper::source(&press));
    desk.write_file("authority.pem", &authority.pem);
    let why = reason(&desk, "lantern");
    assert!(why.contains("nobody this machine trusts"), "{why}");
    assert!(why.contains("`tls_ca`") && why.contains("`tls_verify = false`"), "{why}");
    assert!(press.asked("/news/").is_empty(), "nothing is said to a stranger");

    desk.write(&format!("{}[sources.lantern.request]\ntls_ca = \"authority.pem\"\n", paper::source(&press)));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 6 articles read"), "{line}");
    // robots.txt is read over such a connection, too.
    assert_eq!(press.asked("/robots.txt").len(), 1);

    desk.write(&format!("{}[sources.lantern.request]\ntls_verify = false\n", paper::source(&press)));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("unchanged"), "{line}");
}

#[test]
fn an_expired_certificate_is_believed_only_by_who_believes_anybody() {
    let authority = Authority::new();
    let press = authority.site(EXPIRED);
    paper::print(&press);
    let source = |request: &str| format!("{}[sources.lantern.request]\n{request}\n", paper::source(&press));
    let desk = Desk::new("");
    desk.write_file("authority.pem", &authority.pem);
    desk.write(&source("tls_ca = \"authority.pem\""));
    let why = reason(&desk, "lantern");
    assert!(why.contains("has expired"), "{why}");
    desk.write(&source("tls_verify = false"));
    let line = desk.ok(&["fetch"]);
    assert!(line.contains("6 new, 6 articles read"), "{line}");
}

#[test]
fn what_a_source_believes_holds_for_its_own_site_only() {
    let authority = Authority::new();
    let (own, other) = (authority.site(GOOD), authority.site(GOOD));
    let elsewhere = format!("https://localhost:{}/", other.address.port());
    own.set("/", Sheet::status(302).with("Location", &elsewhere));
    let desk =
        Desk::new(&format!("[sources.x]\nurl = \"{}\"\n[sources.x.request]\ntls_verify = false\n", own.url("/")));
    let why = reason(&desk, "x");
    assert!(why.contains(&elsewhere) && why.contains("nobody this machine trusts"), "{why}");
    assert!(!own.asked("/").is_empty() && other.asked("/").is_empty());
}

#[test]
fn whom_to_believe_is_checked_before_it_comes_into_force() {
    let desk = Desk::new("");
    desk.write_file("empty.pem", "nothing of that kind\n");
    let complaint = |config: &str| {
        desk.write(config);
        let checked = desk.run(&["check"]);
        assert_eq!(checked.status.code(), Some(2), "{config}");
        let said = text(&checked.stdout) + &text(&checked.stderr);
        let folder = desk.folder.path().display().to_string();
        said.replace(&folder, "").lines().skip_while(|line| !line.starts_with("error")).collect::<Vec<_>>().join("\n")
    };
    let source = |request: &str| format!("[sources.x]\nurl = \"https://x.example/\"\n[sources.x.request]\n{request}\n");
    let said = [
        complaint(&source("tls_ca = \"missing.pem\"")),
        complaint(&source("tls_ca = \"empty.pem\"")),
        complaint(&source("tls_ca = \"empty.pem\"\ntls_verify = false")),
        complaint("[defaults.request]\ntls_verify = false\n"),
    ];
    insta::assert_snapshot!(said.join("\n\n"));
}
