//! What is run in a page: looks, steps, and what it shows in the end.

use serde_json::{Value, json};

use super::settle::Glance;

/// How much the page shows; takes the selector that is waited for.
const GLANCE: &str = "(s => {
    let found = -1;
    try { found = s === null ? -1 : document.querySelectorAll(s).length } catch {}
    const text = document.body ? document.body.innerText.trim().length : 0;
    return [found, document.links.length, text, document.readyState === 'loading' ? 0 : 1];
})";

/// Clicks the first visible element of a selector; says whether there was one.
const CLICK: &str = "(s => {
    const shown = e => !e.disabled && (!e.checkVisibility || e.checkVisibility({ checkVisibilityCSS: true }));
    const e = Array.prototype.find.call(document.querySelectorAll(s), shown);
    if (!e) return false;
    e.scrollIntoView({ block: 'center', behavior: 'instant' });
    e.click();
    return true;
})";

/// Scrolls to the end of the page, and of what scrolls within it and is more than a field of a form.
const SCROLL: &str = "(() => {
    window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
    for (const e of document.body ? document.body.querySelectorAll('*') : [])
        if (e.scrollHeight > e.clientHeight && e.clientHeight > 200
            && /auto|scroll/.test(getComputedStyle(e).overflowY))
            e.scrollTo({ top: e.scrollHeight, behavior: 'instant' });
    return true;
})";

/// The page as it stands: its address and its HTML, or nothing where that is longer than so many letters. What stands in
/// open shadow trees is put where a reader of HTML finds it.
const SHOWN: &str = "(most => {
    const roots = [document];
    for (let i = 0; i < roots.length && i < 10000; i++)
        for (const e of roots[i].querySelectorAll('*'))
            if (e.shadowRoot) roots.push(e.shadowRoot);
    for (const root of roots.slice(1).reverse()) {
        const copy = document.createElement('template');
        copy.innerHTML = root.innerHTML;
        root.host.append(copy.content);
    }
    const html = document.documentElement ? document.documentElement.outerHTML : '';
    return [location.href, html.length > most ? null : html];
})";

/// The parameters of `Runtime.evaluate` for one of these with an argument.
fn evaluate(script: &str, argument: &Value) -> Value {
    json!({ "expression": format!("{script}({argument})"), "returnByValue": true, "userGesture": true })
}

pub(super) fn glance(selector: Option<&str>) -> Value {
    evaluate(GLANCE, &json!(selector))
}

pub(super) fn click(selector: &str) -> Value {
    evaluate(CLICK, &json!(selector))
}

pub(super) fn scroll() -> Value {
    evaluate(SCROLL, &Value::Null)
}

pub(super) fn shown(most: u64) -> Value {
    evaluate(SHOWN, &json!(most))
}

/// What a look saw.
pub(super) fn seen(answer: &Value) -> Option<Glance> {
    let numbers = value(answer)?.as_array()?;
    let number = |place: usize| numbers.get(place).and_then(Value::as_i64);
    Some(Glance {
        found: u64::try_from(number(0)?).ok(),
        links: u64::try_from(number(1)?).ok()?,
        text: u64::try_from(number(2)?).ok()?,
        parsed: number(3)? == 1,
    })
}

/// What a script gave; `None` where it failed.
pub(super) fn value(answer: &Value) -> Option<&Value> {
    answer.get("exceptionDetails").is_none().then(|| answer.get("result")?.get("value")).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_cannot_leave_its_quotes() {
        let written = click("a[title='\"]\\']\u{2028}</script>");
        let expression = written["expression"].as_str().expect("a text");
        assert!(expression.ends_with("(\"a[title='\\\"]\\\\']\u{2028}</script>\")"), "{expression}");
    }

    #[test]
    fn a_look_is_understood_and_nonsense_is_not() {
        let rows = [
            (json!({"result": {"value": [4, 9, 120, 1]}}), Some((Some(4), 9, 120, true))),
            (json!({"result": {"value": [-1, 0, 0, 0]}}), Some((None, 0, 0, false))),
            (json!({"result": {"value": [0, -2, 0, 1]}}), None),
            (json!({"result": {"value": "x"}}), None),
            (json!({"result": {"value": [1, 1, 1, 1]}, "exceptionDetails": {}}), None),
            (json!({}), None),
        ];
        for (answer, expected) in rows {
            let got = seen(&answer).map(|g| (g.found, g.links, g.text, g.parsed));
            assert_eq!(got, expected, "{answer}");
        }
    }
}
