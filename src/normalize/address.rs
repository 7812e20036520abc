//! Canonical addresses: two addresses of one article become one text.

use url::Url;

/// Parameters that tell a site where a reader came from, never what is shown. All `utm_…` count too.
const TRACKING: &[&str] = &[
    "_ga",
    "_gac",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "at_campaign",
    "at_custom1",
    "at_custom2",
    "at_custom3",
    "at_custom4",
    "at_link_id",
    "at_link_origin",
    "at_link_type",
    "at_medium",
    "at_ptr_name",
    "campaign_id",
    "cmp",
    "cmpid",
    "cn-track",
    "cx_testid",
    "dclid",
    "dm_i",
    "ef_id",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "feature",
    "ftag",
    "gaa_at",
    "gaa_n",
    "gaa_sig",
    "gaa_ts",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "hsctatracking",
    "ic_source",
    "icid",
    "igsh",
    "igshid",
    "int_cmp",
    "intcmp",
    "ito",
    "linkid",
    "mbid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "mod",
    "mscid",
    "msclkid",
    "ncid",
    "ns_campaign",
    "ns_fee",
    "ns_linkname",
    "ns_mchannel",
    "ns_source",
    "ocid",
    "oly_anon_id",
    "oly_enc_id",
    "partner",
    "piwik_campaign",
    "pk_campaign",
    "pk_kwd",
    "pk_medium",
    "pk_source",
    "rb_clickid",
    "ref",
    "ref_src",
    "ref_url",
    "referer",
    "referrer",
    "rss",
    "s_cid",
    "s_kwcid",
    "share_from",
    "share_source",
    "share_token",
    "sharetoken",
    "shareid",
    "smid",
    "smtyp",
    "spm",
    "sr_share",
    "srsltid",
    "spref",
    "taid",
    "traffic_source",
    "trk",
    "trkcampaign",
    "twclid",
    "twterm",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wprov",
    "wtmc",
    "wt_mc",
    "wt_zmc",
    "xtor",
    "yclid",
    "ysclid",
    "zanpid",
];

/// Parameters that name a visitor's session.
const SESSION: &[&str] = &[
    "aspsessionid",
    "cfid",
    "cftoken",
    "jsessionid",
    "phpsessid",
    "s_id",
    "session",
    "session_id",
    "sessionid",
    "sessid",
    "sid",
    "viewstate",
    "zenid",
];

/// Documents that a folder shows when it is asked for itself.
const INDEX: &[&str] = &[
    "index.html",
    "index.htm",
    "index.php",
    "index.shtml",
    "index.xhtml",
    "index.asp",
    "index.aspx",
    "index.jsp",
    "index.jhtml",
    "index.do",
    "default.asp",
    "default.aspx",
    "default.htm",
    "default.html",
    "home.html",
];

/// The canonical form of an address: fragment, tracking parameters, session ids, default port, `www.` and
/// scheme differences off, parameters sorted. For comparing, never for fetching.
pub fn canonical(url: &Url) -> String {
    let Some(host) = url.host_str().filter(|_| is_web(url)) else { return url.to_string() };
    let host = host.trim_end_matches('.');
    let bare = host.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(host);
    let mut out = String::with_capacity(url.as_str().len() + 2);
    out.push_str("https://");
    out.push_str(bare);
    // A port that is the default of either scheme is the default.
    if let Some(port) = url.port().filter(|p| !matches!(p, 80 | 443)) {
        out.push(':');
        out.push_str(&port.to_string());
    }
    let path = out.len();
    let mut last = (path, "");
    for segment in url.path().split('/').map(without_session).filter(|segment| !segment.is_empty()) {
        last = (out.len(), segment);
        out.push('/');
        out.push_str(segment);
    }
    if INDEX.iter().any(|index| last.1.eq_ignore_ascii_case(index)) {
        out.truncate(last.0);
    }
    if out.len() == path {
        out.push('/');
    }
    let mut pairs: Vec<&str> = pairs(url).filter(|pair| !is_session(name(pair))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (i, pair) in pairs.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(pair);
    }
    // Routes of script-driven sites stand in the fragment; all else there is a place on the page.
    if let Some(route) = url.fragment().filter(|f| f.starts_with('!') || f.starts_with('/')) {
        out.push('#');
        out.push_str(route);
    }
    out
}

/// The address that readers get: as it came, but for tracking parameters.
pub(super) fn tidy(url: &Url) -> Url {
    let mut tidy = url.clone();
    if !is_web(url) {
        return tidy;
    }
    if url.fragment().is_some_and(|f| f.starts_with(":~:") || f.starts_with("ref=") || f.starts_with("xtor=")) {
        tidy.set_fragment(None);
    }
    if url.query().is_some_and(|q| q.split('&').any(|pair| is_tracking(name(pair)))) {
        let kept: Vec<&str> = pairs(url).collect();
        let kept = kept.join("&");
        tidy.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    tidy
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The query's pairs, tracking left out, as written.
fn pairs(url: &Url) -> impl Iterator<Item = &str> {
    url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && !is_tracking(name(pair)))
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

fn is_tracking(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with("utm_")
        || lower.starts_with("hsa_")
        || lower.starts_with("mtm_")
        || TRACKING.contains(&lower.as_str())
}

fn is_session(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SESSION.contains(&lower.as_str())
}

/// `article;jsessionid=…` without its session.
fn without_session(segment: &str) -> &str {
    match segment.split_once(';') {
        Some((front, parameters)) if is_session(parameters.split('=').next().unwrap_or_default()) => front,
        _ => segment,
    }
}
