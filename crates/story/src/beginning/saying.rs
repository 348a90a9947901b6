//! What a service added to the trouble, in a sentence, and what it rests on.

use hark_event::{Evidence, Moment};
use hark_listen::Vicinity;

use super::profile::Trouble;
use super::{Ground, Reckoning};

impl Ground<'_> {
    /// What is its own and what was added by those that it calls, the larger trouble first.
    pub(super) fn summary(&self, service: &str, reckoning: &Reckoning<'_>) -> String {
        let says = self.troubles(service, reckoning).into_iter().map(|trouble| {
            let own = reckoning.own(service, trouble);
            let [each, hundred] = if service == self.hurt {
                ["each of its requests".to_owned(), "100 of its requests".to_owned()]
            } else {
                [format!("each request of {}", self.hurt), format!("100 requests of {}", self.hurt)]
            };
            match trouble {
                Trouble::Slow => format!("added {} to {each}", seconds(own)),
                Trouble::Failing => format!("added {} failures to {hundred}", rounded(own * 100.0)),
            }
        });
        format!(
            "{service} {}, beyond what it usually strays and what those that it calls explain",
            says.collect::<Vec<_>>().join(" and ")
        )
    }

    pub(super) fn evidence(
        &self,
        service: &str,
        reckoning: &Reckoning<'_>,
        then: &[i64],
        vicinity: Option<&Vicinity>,
    ) -> Vec<Evidence> {
        let each = |trouble: Trouble| {
            let usual = &self.usual[&(service, trouble)];
            let heard: Vec<(i64, f64)> =
                then.iter().filter_map(|cell| Some((*cell, *usual.values.get(cell)?))).collect();
            let (cell, most) = heard.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
            let time = Moment::from_seconds(cell * self.cell_minutes * 60);
            let [most, median, strays] = [most, usual.median, usual.scale].map(|value| say(trouble, value));
            let of = match trouble {
                Trouble::Slow => "for each request",
                Trouble::Failing => "failures to 100 requests",
            };
            let text = format!("{most} {of} of {}, usually {median}, straying by {strays}", self.hurt);
            Some(Evidence { time, text, source: self.source(service, trouble, vicinity)? })
        };
        self.troubles(service, reckoning).into_iter().filter_map(each).collect()
    }

    fn source(&self, service: &str, trouble: Trouble, vicinity: Option<&Vicinity>) -> Option<String> {
        let measure = self.profiles[service].measure(trouble)?;
        let mut courses = vicinity?.courses().iter();
        let (_, course) = courses.find(|(origin, _)| &*origin.service == service)?;
        let series = course.series(measure).unwrap_or("spans");
        Some(format!("{series} of {service}, {} min", self.cell_minutes))
    }

    /// The troubles that a service added to, the one that weighs most first.
    fn troubles(&self, service: &str, reckoning: &Reckoning<'_>) -> Vec<Trouble> {
        let weight = |trouble: &Trouble| {
            reckoning.own(service, *trouble) / self.usual[&(self.hurt, *trouble)].unit(*trouble)
        };
        let mut troubles: Vec<Trouble> =
            Trouble::ALL.into_iter().filter(|trouble| weight(trouble) > 0.0).collect();
        troubles.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        troubles
    }
}

fn say(trouble: Trouble, value: f64) -> String {
    match trouble {
        Trouble::Slow => seconds(value),
        Trouble::Failing => rounded(value * 100.0),
    }
}

pub(super) fn seconds(seconds: f64) -> String {
    if seconds.abs() < 1.0 {
        format!("{} ms", rounded(seconds * 1e3))
    } else {
        format!("{} s", rounded(seconds))
    }
}

/// Two digits that count.
fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        10.0.. => 0,
        1.0.. => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}
