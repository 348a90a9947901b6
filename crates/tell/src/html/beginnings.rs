//! Where it may have begun: who added to the requests that hurt, on a page.

use hark_story::Story;

use super::page::section;
use crate::{calendar::Calendar, markup::Markup, words::beginnings};

/// The services where it may have begun, with what they rest on.
pub(super) fn tell(page: &mut Markup, story: &Story, calendar: &Calendar) {
    let told = beginnings::told(story);
    if told.is_empty() {
        return;
    }
    section(page, beginnings::title(&story.beginnings), &beginnings::worth(&story.beginnings));
    page.raw("<ol>\n");
    for beginning in told {
        page.raw("<li>");
        page.element("p", &[("class", "title")], &beginning.summary);
        for evidence in &beginning.evidence {
            let when = calendar.day_and_time(evidence.time);
            let said = format!("{when}: {} ({})", evidence.text, evidence.source);
            page.element("p", &[("class", "remark")], &said);
        }
        page.raw("</li>\n");
    }
    page.raw("</ol>\n</section>\n");
}

#[cfg(test)]
mod tests {
    use crate::fixture;

    #[test]
    fn where_it_began_stands_with_its_worth_and_names_no_markup() {
        let told = crate::html::story::tell(&fixture::begun(), &fixture::berlin());
        let section =
            told.split("Who added to its requests").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(
            section.contains("As much would have been found at 1 of 40 quiet moments before"),
            "{section}"
        );
        assert!(section.contains("mails|&lt;b&gt; added 90 ms"), "{section}");
    }
}
