//! The frame of every page: head, style, policy, and where it ends.

use hark_event::{Hearing, Moment};

use crate::{
    calendar::Calendar,
    markup::Markup,
    selection::{self, first},
    words,
};

/// The style of pictures and pages, as one text.
const STYLE: &str = concat!(include_str!("../draw/picture.css"), include_str!("style.css"));
/// The script of the pages that have one.
pub(super) const SCRIPT: &str = include_str!("as_of.js");

/// Only the style and the script that stand in the file itself may take effect, known by their digests; nothing may
/// load, send or embed. Whatever else got into a page would neither run nor show. A test holds the digests.
const STYLE_DIGEST: &str = "sha256-pmK/XkZZv2k32f6mF4BVlyM3Q8iyRweMDDmENKSTIfk=";
const SCRIPT_DIGEST: &str = "sha256-x+DXfrSaS2QUnbVZ+k3qSTJh8K1MBqYIWYH7YB9WaSA=";

/// A page without a script, up to the beginning of its content.
pub(super) fn opened(title: &str) -> Markup {
    opened_under(&policy("'none'"), title)
}

/// A page with the script, up to the beginning of its content.
pub(super) fn opened_with_script(title: &str) -> Markup {
    opened_under(&policy(&format!("'{SCRIPT_DIGEST}'")), title)
}

fn policy(script: &str) -> String {
    format!(
        "default-src 'none'; style-src '{STYLE_DIGEST}'; script-src {script}; base-uri 'none'; form-action 'none'"
    )
}

fn opened_under(policy: &str, title: &str) -> Markup {
    let mut page = Markup::default();
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", policy)]);
    page.raw("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    page.element("title", &[], title);
    page.raw("\n<style>");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main>\n");
    page
}

/// The page's end, and the page.
pub(super) fn closed(mut page: Markup) -> String {
    page.raw("</body>\n</html>\n");
    page.finish()
}

/// The same with the script, which runs when all stands in its place.
pub(super) fn closed_with_script(mut page: Markup) -> String {
    page.raw("<script>");
    page.raw(SCRIPT);
    page.raw("</script>\n</body>\n</html>\n");
    page.finish()
}

/// The beginning of a section with its heading.
pub(super) fn section(page: &mut Markup, heading: &str, remark: &str) {
    page.raw("<section>\n");
    page.element("h2", &[], heading);
    if !remark.is_empty() {
        page.element("p", &[("class", "remark")], remark);
    }
    page.raw("\n");
}

/// The same for what is known only from this moment on.
pub(super) fn section_known_at(page: &mut Markup, at: Moment, heading: &str, remark: &str) {
    page.open("section", &[("data-at", &at.seconds().to_string())]);
    page.element("h2", &[], heading);
    page.element("p", &[("class", "remark")], remark);
    page.raw("\n");
}

/// Says that there is more than is shown.
pub(super) fn left(page: &mut Markup, left_out: usize, one: &str, many: &str) {
    if left_out > 0 {
        let said = words::count(left_out as u64, one, many);
        page.element("p", &[("class", "remark")], &format!("… and {said} more; --format json has all."));
    }
}

/// The end of the content, and below it how well we heard, in one line, with what was lost.
pub(super) fn hearing(page: &mut Markup, hearing: &Hearing, calendar: &Calendar) {
    page.raw("</main>\n<footer>\n<h2>Hearing</h2>\n");
    page.element("p", &[], &words::hearing::sentence(hearing, calendar));
    let remarks: Vec<String> =
        words::hearing::losses(hearing).into_iter().chain(words::hearing::unread(hearing)).collect();
    let (shown, left_out) = first(&remarks, selection::REMARKS_MAX);
    if !shown.is_empty() {
        page.raw("<ul>");
        shown.iter().for_each(|remark| page.element("li", &[], remark));
        page.raw("</ul>");
    }
    left(page, left_out, "remark", "remarks");
    page.raw("<p class=\"colophon\">Told by Harkback. Nothing on this page left the machine, and it asks the network for nothing.</p>\n</footer>\n");
}

/// A name and what is said about it, in a list of such.
pub(super) fn fact(page: &mut Markup, name: &str, text: &str) {
    page.raw("<div>");
    term(page, name, text);
    page.raw("</div>");
}

/// The same within a group of its own.
pub(super) fn term(page: &mut Markup, name: &str, text: &str) {
    page.element("dt", &[], name);
    page.quoting("dd", &[], text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[track_caller]
    fn check(text: &str, digest: &str) {
        assert_eq!(
            digest,
            format!("sha256-{}", base64(&Sha256::digest(text))),
            "the digest in page.rs is of yesterday"
        );
    }

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut said = String::new();
        for three in bytes.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - three.len()));
            let letter = |place: usize| char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
            said.extend((0..4).map(|place| if place <= three.len() { letter(place) } else { '=' }));
        }
        said
    }

    #[test]
    fn the_policy_names_the_style_and_the_script_that_stand_in_the_page() {
        assert_eq!(base64(b"harkback"), "aGFya2JhY2s=");
        check(STYLE, STYLE_DIGEST);
        check(SCRIPT, SCRIPT_DIGEST);
    }

    #[test]
    fn neither_style_nor_script_ends_its_element_or_asks_for_anything() {
        for text in [STYLE, SCRIPT] {
            for word in ["</", "<!--", "url(", "@import", "http:", "https:", "fetch", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{word}");
            }
        }
        assert!(SCRIPT.len() < 6_000, "a page is read, not run");
    }
}
