//! Checks against robots, by their scripts, their elements and their words.

use scraper::node::Element;

use crate::html::attribute;

/// Whether a script is that of a known check against robots.
pub(in crate::read) fn is_challenge(script: &str) -> bool {
    script.contains("_cf_chl_opt") || script.contains("cf_chl_")
}

/// Whether an element may be that of a known check: pages that are none have some of these too, for their forms or
/// unseen. It is one where next to nothing else is shown.
pub(in crate::read) fn may_check(element: &Element) -> bool {
    const CLASSES: [&str; 5] = ["g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha", "geetest_captcha"];
    const IDS: [&str; 3] = ["px-captcha", "anubis_challenge", "aws-waf-captcha"];
    const SOURCES: [&str; 2] = ["captcha-delivery.com/", "_Incapsula_Resource"];
    attribute(element, "class").is_some_and(|class| class.split_ascii_whitespace().any(|one| CLASSES.contains(&one)))
        || attribute(element, "id").is_some_and(|id| IDS.contains(&id))
        || matches!(element.name(), "script" | "iframe")
            && attribute(element, "src").is_some_and(|src| SOURCES.iter().any(|part| src.contains(part)))
}

pub(super) fn is_bot_check(title: &str, start: &str) -> bool {
    let titles = [
        "just a moment",
        "attention required",
        "access denied",
        "are you a robot",
        "not a bot",
        "client challenge",
        "captcha",
        "security check",
        "verify you are human",
        "ddos-guard",
        "bot verification",
        "human verification",
    ];
    // What a well-known check is called in other tongues; as part of a headline they may say anything.
    let moments = [
        "nur einen moment",
        "einen moment",
        "un instant",
        "un momento",
        "um momento",
        "один момент",
        "请稍候",
        "しばらくお待ちください",
    ];
    let words = [
        "checking your browser",
        "verify you are human",
        "unusual traffic",
        "enable javascript and cookies to continue",
        "complete the security check",
        "are not a robot",
        "not a bot",
        "you are a human",
        "请完成安全验证",
        "人机验证",
    ];
    titles.iter().any(|w| title.contains(w))
        || moments.contains(&title.trim_end_matches(['.', '…', ' ']))
        || words.iter().any(|w| start.contains(w))
}
