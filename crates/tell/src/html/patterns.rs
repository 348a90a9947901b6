//! `hark patterns` as a page.

use hark_event::{Patterns, Zone};

use super::page;
use crate::{calendar::Calendar, words};

/// Tells what the logs say.
pub(crate) fn tell(patterns: &Patterns, zone: &Zone) -> String {
    let calendar = Calendar::around(patterns.hearing.to.unwrap_or_default(), zone);
    let headline = words::patterns::headline(patterns);
    let mut page = page::opened(&headline);
    page.raw("<header class=\"top\">\n<p class=\"kicker\">Harkback · what the logs say</p>\n");
    page.element("h1", &[], &headline);
    page.raw("</header>\n<section>\n<dl>\n");
    for pattern in &patterns.patterns {
        let facts = [
            words::number(pattern.count),
            words::patterns::share(pattern, patterns),
            pattern.level.name().to_owned(),
            pattern.origin.service.to_string(),
            words::patterns::seen(pattern, &calendar),
        ];
        let facts: Vec<&str> = facts.iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
        page::fact(&mut page, &pattern.name, &facts.join(" · "));
    }
    page.raw("</dl>\n</section>\n");
    page::hearing(&mut page, &patterns.hearing, &calendar);
    page::closed(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn each_pattern_has_its_count() {
        let page = tell(&fixture::patterns(), &fixture::berlin());
        assert!(page.contains("<dt>retrying upstream &lt;*&gt; attempt &lt;*&gt;</dt>"), "{page}");
        assert!(page.contains("90 · 90.0 % · WARN · payments"));
    }
}
