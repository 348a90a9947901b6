//! `hark patterns` as a page: what is said, how often, by whom, and when.
//!
//! The pattern comes first and is the largest; what is told of it is small and stands below and beside it. Levels have
//! their colours and their names, since not everybody sees colours.

use hark_event::{Level, Pattern, Patterns, Zone};

use super::page;
use crate::{calendar::Calendar, clean, draw::pulse, markup::Markup, selection, words};

/// Tells what the logs say.
pub(crate) fn tell(patterns: &Patterns, zone: &Zone) -> String {
    let calendar = Calendar::around(patterns.hearing.to.unwrap_or_default(), zone);
    let headline = words::patterns::headline(patterns);
    let mut page = page::opened(&headline);
    page.raw("<header class=\"top\">\n<p class=\"kicker\">Harkback · what the logs say</p>\n");
    let (said, shown) = headline.split_once("; ").unwrap_or((headline.trim_end_matches('.'), ""));
    page.element("h1", &[], &format!("{said}."));
    let beside = words::patterns::how_to_read(patterns, shown, &calendar);
    page.quoting("p", &[("class", "sub")], &beside);
    page.raw("</header>\n<ol class=\"patterns\">\n");
    patterns.patterns.iter().for_each(|pattern| one(&mut page, pattern, patterns, &calendar));
    page.raw("</ol>\n");
    page::hearing(&mut page, &patterns.hearing, &calendar);
    page::closed(page)
}

fn one(page: &mut Markup, pattern: &Pattern, patterns: &Patterns, calendar: &Calendar) {
    page.raw("<li><div class=\"said-so\"><p class=\"pattern\">");
    let name = clean::line_of_at_most(&pattern.name, selection::CHARACTERS_MAX);
    page.quoting("code", &[], &name);
    page.raw("</p><p class=\"beside-it\">");
    let usual = pattern.levels.usual();
    if usual != Level::Unknown {
        page.element("span", &[("class", loudness(usual))], usual.name());
        page.raw(" ");
    }
    page.element("span", &[("class", "service")], &pattern.origin.to_string());
    page.raw(" ");
    page.element("span", &[("class", "when")], &words::patterns::seen(pattern, calendar));
    if let Some(louder) = words::patterns::louder(pattern) {
        page.raw(" ");
        page.element("span", &[("class", loudness(pattern.levels.loudest()))], &louder);
    }
    page.raw(" ");
    page.element("span", &[("class", "id")], &format!("id {}", pattern.id));
    page.raw("</p>");
    if !pattern.sample.is_empty() && pattern.sample != pattern.name {
        page.raw("<p class=\"sample\">");
        page.element("code", &[], &clean::line_of_at_most(&pattern.sample, selection::CHARACTERS_MAX));
        page.raw("</p>");
    }
    page.raw("</div><p class=\"tally\">");
    page.element("strong", &[], &words::number(pattern.count));
    page.raw(" ");
    page.element("span", &[], &words::patterns::share(pattern, patterns));
    page.raw("</p>");
    if let Some(pulse) = pattern.curve.as_ref().and_then(|curve| pulse::svg(curve, &patterns.hearing)) {
        page.append(pulse);
    }
    page.raw("</li>\n");
}

fn loudness(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Fatal => "level grave",
        Level::Warn => "level loud",
        Level::Unknown | Level::Trace | Level::Debug | Level::Info => "level",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn each_pattern_has_its_count_its_level_and_its_curve() {
        let page = tell(&fixture::patterns(), &fixture::berlin());
        let wild = "<i class=\"wild\">&lt;*&gt;</i>";
        for part in [
            &*format!("<code>retrying upstream {wild} attempt {wild}</code>"),
            "<strong>90</strong> <span>90.0 %</span>",
            "<span class=\"level loud\">WARN</span>",
            "<span class=\"level grave\">of them 9 at ERROR (10.0 %)</span>",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert_eq!(page.matches("<svg class=\"pulse\"").count(), 1, "one has no times");
    }
}
