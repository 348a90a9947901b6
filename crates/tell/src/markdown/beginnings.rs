//! Where it may have begun: who added to the requests that hurt, in a document.

use std::fmt::Write as _;

use hark_story::Story;

use super::escape::text;
use super::story::line;
use crate::{calendar::Calendar, words::beginnings};

/// The services where it may have begun, with what they rest on.
pub(super) fn tell(page: &mut String, story: &Story, calendar: &Calendar) {
    let told = beginnings::told(story);
    if told.is_empty() {
        return;
    }
    line!(
        page,
        "\n## {}\n\n{}\n",
        beginnings::title(&story.beginnings),
        text(&beginnings::worth(&story.beginnings))
    );
    for beginning in told {
        line!(page, "- **B{}** {}", beginning.rank, text(&beginning.summary));
        for evidence in &beginning.evidence {
            let when = calendar.day_and_time(evidence.time);
            line!(page, "  - {when}: {} ({})", text(&evidence.text), text(&evidence.source));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture;

    #[test]
    fn where_it_began_stands_with_its_worth() {
        let told = crate::markdown::story::tell(&fixture::begun(), &fixture::berlin());
        let section =
            told.split("## Who added to its requests").nth(1).unwrap().split("\n## ").next().unwrap();
        insta::assert_snapshot!(section, @r#"


        By the minutes around the start, in hindsight. As much would have been found at 1 of 40 quiet moments before. Of 34 injected issues of one shop, which were known when it was made, it named the cause first in all (docs/benchmarks.md).

        - **B1** payments added 1.2 s to each request of checkout
          - Sat 7 Mar 18:08: 1\.4 s for each request of checkout, usually 180 ms, straying by 30 ms (http_request_duration_seconds_sum of payments, 1 min)
        - **B2** mails\|&lt;b> added 90 ms to each request of checkout
          - Sat 7 Mar 18:08: 1\.4 s for each request of checkout, usually 180 ms, straying by 30 ms (http_request_duration_seconds_sum of mails\|&lt;b>, 1 min)
        "#);
    }
}
