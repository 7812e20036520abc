//! `[server]`, `[store]`, `[fetch]`, `[browser]`, `[demo]`: tables that stand once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use crate::fetch::Manners;
use crate::serve::Bind;

use super::Demo;
use super::browsing;
use super::complaint::{Complaint, Place};
use super::include::folder_of;
use super::measures;
use super::secret::secret;
use super::section::{Fault, Section, Value};
use super::words;

/// What the tables say, gathered over all files; each may stand in one of them.
#[derive(Debug)]
pub(super) struct Settings {
    /// `[server]`.
    pub bind: Bind,
    /// `[store] url`, as a path.
    pub store: PathBuf,
    /// `[store] keep`.
    pub keep: Option<Duration>,
    /// `[store] snapshots`.
    pub snapshots: Option<Duration>,
    /// `[store] snapshots_size`.
    pub snapshots_size: u64,
    /// `[fetch]` and `[browser]`, without hosts.
    pub manners: Manners,
    /// `[demo]`.
    pub demo: Option<Demo>,
    seen: Vec<(&'static str, Place)>,
}

impl Settings {
    /// What holds where the file, in `folder`, says nothing.
    pub fn usual(folder: &Path) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            bind: Bind { listen, base_url: url_of(listen), admin_token: None, hub: true },
            store: folder.join("data/courant.db"),
            keep: None,
            snapshots: None,
            snapshots_size: 2 << 30,
            manners: Manners::default(),
            demo: None,
            seen: Vec::new(),
        }
    }

    /// Takes one file's tables.
    pub fn gather(&mut self, file: &mut Section<'_>) {
        let folder = folder_of(&file.letters.path);
        if let Some(section) = self.once(file, "server") {
            self.server(section, &folder);
        }
        if let Some(section) = self.once(file, "store") {
            self.store(section, &folder);
        }
        if let Some(section) = self.once(file, "fetch") {
            self.fetch(section);
        }
        if let Some(section) = self.once(file, "browser") {
            browsing::rules(section, &folder, &mut self.manners.browser);
        }
        if let Some(section) = self.once(file, "demo") {
            self.demo(section, &folder);
        }
    }

    fn once<'a>(&mut self, file: &mut Section<'a>, key: &'static str) -> Option<Section<'a>> {
        let value = file.take(key)?;
        let section = value.section()?;
        if self.seen.iter().any(|(name, _)| *name == key) {
            file.findings.complain(
                Complaint::error(&value.key_place, format!("[{key}] stands in a second file"))
                    .remedy("keep it in one of them"),
            );
            return None;
        }
        self.seen.push((key, value.key_place));
        Some(section)
    }

    fn server(&mut self, mut section: Section<'_>, folder: &Path) {
        let listen = section.read("listen", socket);
        let base_url = section.take("base_url");
        let token = section.take("admin_token");
        if let Some(listen) = &listen {
            self.bind.listen = listen.value;
            self.bind.base_url = url_of(listen.value);
            if base_url.is_none() && !listen.value.ip().is_loopback() {
                section.findings.complain(
                    Complaint::warning(&listen.place, "others can reach this address, but `base_url` is not set")
                        .label(format!("feeds will name themselves {}", url_of(listen.value)))
                        .remedy("add base_url = \"https://…\", the address that readers see"),
                );
            }
        }
        if let Some(url) = base_url.and_then(|v| v.read(base)) {
            self.bind.base_url = url.value;
        }
        if let Some(hub) = section.flag("hub") {
            self.bind.hub = hub.value;
        }
        if let Some(value) = token {
            if value.as_text().is_some_and(|t| !t.is_empty()) {
                value.warn(
                    "the token stands in the file itself",
                    "keep it out of backups and repositories: admin_token = { env = \"COURANT_TOKEN\" }",
                );
            }
            self.bind.admin_token = secret(&value, folder).map(|s| s.value).filter(|t| {
                if t.is_empty() {
                    value.refuse(Fault::new("an empty token protects nothing", "take the line out, or set a token"));
                }
                !t.is_empty()
            });
        }
        section.finish(&[("folder", "[demo]"), ("url", "[store]"), ("keep", "[store]")]);
    }

    fn store(&mut self, mut section: Section<'_>, folder: &Path) {
        if let Some(path) = section.read("url", store_path) {
            self.store = folder.join(path.value);
        }
        self.keep = section.read("keep", measures::some_duration).map(|d| d.value);
        self.snapshots = section.read("snapshots", measures::some_duration).map(|d| d.value);
        if let Some(bytes) = section.take("snapshots_size").and_then(|v| size(&v)) {
            self.snapshots_size = bytes;
        }
        section.finish(&[]);
    }

    fn fetch(&mut self, mut section: Section<'_>) {
        let manners = &mut self.manners;
        let seconds = measures::some_duration;
        if let Some(text) = section.read("user_agent", user_agent) {
            manners.user_agent = text.value;
        }
        if let Some(value) = section.take("allow_private") {
            let members = if value.as_text().is_some() { Some(vec![value.clone()]) } else { value.list() };
            let nets = members.unwrap_or_default();
            manners.allow_private = nets.iter().filter_map(|m| m.read(net)).map(|n| n.value).collect();
        }
        if let Some(flag) = section.flag("respect_robots") {
            manners.respect_robots = flag.value;
        }
        if let Some(bytes) = section.take("max_bytes").and_then(|v| size(&v)) {
            manners.max_bytes = bytes;
        }
        if let Some(time) = section.read("connect_timeout", seconds) {
            manners.connect_timeout = time.value;
        }
        if let Some(time) = section.read("timeout", seconds) {
            manners.total_timeout = time.value;
        }
        if let Some(number) = section.number("max_redirects", 0..101) {
            manners.max_redirects = u32::try_from(number.value).unwrap_or(manners.max_redirects);
        }
        if let Some(number) = section.number("parallel", 1..10_001) {
            manners.parallel = usize::try_from(number.value).unwrap_or(manners.parallel);
        }
        section.finish(&[("rate", "[hosts.\"…\"]"), ("robots", "[hosts.\"…\"]"), ("schedule", "[defaults]")]);
    }

    fn demo(&mut self, mut section: Section<'_>, folder: &Path) {
        let path = section.need("folder", "\"data/demo\"").and_then(|v| v.text());
        let listen = section.read("listen", socket);
        let findings = section.findings;
        section.finish(&[]);
        let Some(path) = path else { return };
        let full = folder.join(&path.value);
        if !full.is_dir() {
            findings.complain(
                Complaint::error(&path.place, format!("there is no folder `{}`", path.value))
                    .remedy("paths are relative to this file's folder; take [demo] out if it is not wanted"),
            );
        }
        let listen = listen.map_or(SocketAddr::from(([127, 0, 0, 1], 8081)), |l| l.value);
        self.demo = Some(Demo { folder: full, listen });
    }
}

fn url_of(listen: SocketAddr) -> Url {
    // A socket address is always a host and a port.
    Url::parse(&format!("http://{listen}")).expect("a socket address makes a URL")
}

/// An address to listen at.
fn socket(text: &str) -> Result<SocketAddr, Fault> {
    text.parse().map_err(|_| {
        let (host, port) = text.rsplit_once(':').unwrap_or((text, "8080"));
        let port: u16 = port.parse().unwrap_or(8080);
        let host = match host {
            "" | "*" => "0.0.0.0",
            host if host.parse::<std::net::Ipv4Addr>().is_ok() => host,
            _ => "127.0.0.1",
        };
        Fault::new(format!("`{text}` is not an address to listen at"), format!("did you mean \"{host}:{port}\"?"))
    })
}

/// What readers see: an address without query, whose path does not end in a slash.
fn base(text: &str) -> Result<Url, Fault> {
    let mut url = words::address(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Fault::new(
            "`base_url` cannot have a query or fragment",
            "write it like \"https://news.example.org\"",
        ));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// `sqlite:data/courant.db` as a path.
fn store_path(text: &str) -> Result<PathBuf, Fault> {
    let example = "write url = \"sqlite:data/courant.db\"";
    match text.split_once(':') {
        Some(("sqlite", "" | "//")) => Err(Fault::new("the store has no file", example)),
        Some(("sqlite", ":memory:")) => {
            Err(Fault::new("a store in memory would forget every entry when Courant stops", example))
        }
        Some(("sqlite", path)) => Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
        Some((scheme @ ("postgres" | "postgresql"), _)) => Err(Fault {
            message: "PostgreSQL is not in this version".to_owned(),
            remedy: Some(format!("{example}; one machine needs no more")),
            span: Some(0..scheme.len()),
        }),
        _ => Err(Fault::new(format!("`{text}` names no store"), example)),
    }
}

/// A range of addresses: `10.0.0.0/8`, or one address.
fn net(text: &str) -> Result<IpNet, Fault> {
    let one = || text.parse().map(|ip: std::net::IpAddr| IpNet::from(ip));
    text.parse().or_else(|_| one()).map_err(|_| {
        Fault::new(
            format!("`{text}` is not a range of addresses"),
            "write it like \"127.0.0.1/32\", \"10.0.0.0/8\" or \"fd00::/8\"",
        )
    })
}

fn size(value: &Value<'_>) -> Option<u64> {
    match value.as_text() {
        Some(_) => value.read(measures::size).map(|s| s.value),
        // Plain bytes may stand without quotes.
        None => value.number(1..u64::MAX).map(|n| n.value),
    }
}

fn user_agent(text: &str) -> Result<String, Fault> {
    let fits = !text.trim().is_empty() && http::HeaderValue::from_str(text).is_ok();
    match fits {
        true => Ok(text.trim().to_owned()),
        false => Err(Fault::new(
            "this cannot be sent as a User-Agent",
            "name yourself and a way to reach you: \"Example-News/1.0 (+https://example.org/about)\"",
        )),
    }
}
