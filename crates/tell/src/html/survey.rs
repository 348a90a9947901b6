//! `hark check` as a page.

use hark_event::{Survey, Zone};

use super::page;
use crate::{calendar::Calendar, words};

/// Tells what can be heard and what cannot.
pub(crate) fn tell(survey: &Survey, zone: &Zone) -> String {
    let calendar = Calendar::around(survey.hearing.to.unwrap_or_default(), zone);
    let headline = words::survey::headline(survey, &calendar);
    let mut page = page::opened(&headline);
    page.raw("<header class=\"top\">\n<p class=\"kicker\">Harkback · what can be heard</p>\n");
    let (who, when) = headline.split_once(", ").unwrap_or((headline.trim_end_matches('.'), ""));
    page.element("h1", &[], &format!("{who}."));
    page.element("p", &[("class", "sub")], when);
    page.raw("</header>\n");
    for block in words::survey::blocks(survey, &calendar) {
        page.raw("<section>\n");
        page.element("h2", &[], block.title);
        page.raw("<dl class=\"columns\">\n");
        for fact in &block.facts {
            let class = if fact.is_remark { "due" } else { "known" };
            page.element("dt", &[("class", class)], &fact.name);
            page.element("dd", &[], &fact.said);
        }
        page.raw("</dl>\n</section>\n");
    }
    page::hearing(&mut page, &survey.hearing, &calendar);
    page::closed(page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn each_fact_has_its_name() {
        let page = tell(&fixture::survey(), &fixture::berlin());
        assert!(page.contains("<dt class=\"due\">without metrics</dt>"), "{page}");
    }
}
