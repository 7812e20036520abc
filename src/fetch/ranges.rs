//! What kind of address an address is, by the IANA special-purpose registries (RFC 6890 and after).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not one of the public internet, in a word or two; `None` when it is.
pub(super) fn special(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => special_v6(ip),
    }
}

fn special_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, d] = ip.octets();
    match (a, b, c, d) {
        (0, ..) => Some("\"this network\""),
        (127, ..) => Some("loopback"),
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) => Some("private"),
        (100, 64..=127, ..) => Some("carrier-grade NAT"),
        (169, 254, ..) => Some("link-local"),
        // The host agent of a large cloud, though the range is public.
        (168, 63, 129, 16) => Some("cloud metadata"),
        (192, 0, 0, _) => Some("reserved"),
        (192, 0, 2, _) | (198, 51, 100, _) | (203, 0, 113, _) => Some("documentation"),
        (192, 88, 99, _) => Some("6to4 relay"),
        (198, 18..=19, ..) => Some("benchmark"),
        (224..=239, ..) => Some("multicast"),
        (240..=255, ..) => Some("reserved"),
        _ => None,
    }
}

fn special_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let s = ip.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("unspecified"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("loopback"),
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => Some("IPv4-mapped"),
        [0, 0, 0, 0, 0, 0, ..] => Some("IPv4-compatible"),
        [0x64, 0xff9b, ..] => Some("NAT64"),
        [0x100, ..] => Some("discard"),
        [0x2001, 0, ..] => Some("Teredo"),
        // 2001::/23: protocol assignments, ORCHID, benchmarks.
        [0x2001, 0x1..=0x1ff, ..] => Some("reserved"),
        [0x2001, 0xdb8, ..] => Some("documentation"),
        [0x3fff, 0..=0xfff, ..] => Some("documentation"),
        [0x2002, ..] => Some("6to4"),
        [0xfc00..=0xfdff, ..] => Some("unique local"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xfec0..=0xfeff, ..] => Some("site-local"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        // Global unicast is 2000::/3 and nothing else.
        [0x2000..=0x3fff, ..] => None,
        _ => Some("reserved"),
    }
}

/// The IPv4 address inside a NAT64 address (RFC 6052, /96), which is what is called in the end.
pub(super) fn inside_nat64(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V6(v6) => match v6.segments() {
            [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                Some(IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))))
            }
            _ => None,
        },
        IpAddr::V4(_) => None,
    }
}

/// Ports that browsers refuse, because other services listen there (WHATWG Fetch, "bad port").
pub(super) const BAD_PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];
