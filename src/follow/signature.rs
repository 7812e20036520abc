//! Signatures of what hubs deliver (WebSub §8).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// Whether `method=hexadecimal` is the signature of a body; compared in constant time.
pub(super) fn is_right(signature: &str, secret: &[u8], body: &[u8]) -> bool {
    let Some((method, code)) = signature.trim().split_once('=') else { return false };
    let Some(code) = bytes_of(code.trim()) else { return false };
    match method.trim().to_ascii_lowercase().as_str() {
        // Of old; as a keyed code it still stands.
        "sha1" => fits::<Hmac<Sha1>>(secret, body, &code),
        "sha256" => fits::<Hmac<Sha256>>(secret, body, &code),
        "sha384" => fits::<Hmac<Sha384>>(secret, body, &code),
        "sha512" => fits::<Hmac<Sha512>>(secret, body, &code),
        _ => false,
    }
}

fn fits<M: Mac + KeyInit>(secret: &[u8], body: &[u8], code: &[u8]) -> bool {
    // A key of any length is one.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else { return false };
    mac.update(body);
    mac.verify_slice(code).is_ok()
}

fn bytes_of(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hexadecimal.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && digits.len() <= 128)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_all_methods_are_checked() {
        let (key, text) = (b"Jefe".as_slice(), b"what do ya want for nothing?".as_slice());
        let check = |signature: &str, expected| assert_eq!(is_right(signature, key, text), expected, "{signature}");
        // RFC 2202, RFC 4231.
        check("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", true);
        check("SHA256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", true);
        check(
            "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            true,
        );
        check("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3844", false);
        check("sha256=5bdc", false);
        check("sha256=", false);
        check("md5=750c783e6ab0b503eaa86e310a5db738", false);
        check("sha256=xyz", false);
        check("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", false);
    }
}
