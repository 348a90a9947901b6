//! What is found in one series and is no news of it: others account for it.
//!
//! What was said of a step is not said again while the series stays where it then was, nor what was tied to a change tied to it again. Before a movement of a series is said, the same question is asked of the sum of its siblings ([`crate::siblings`]) and of what it takes beside the
//! requests of its service ([`crate::requests`]). What they account for is not said; it is counted, the level at which the series then stands
//! is what is usual from there on, and such days teach nothing about quiet ones. What comes near a limit, is slower, or is an end that comes nearer
//! is said whatever others do. It is asked only of what would be said, and knows no other service.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_detect::Direction;
use hark_detect::anomaly::What;
use hark_detect::movement::Movement;
use hark_detect::robust::median_of;
use hark_event::{Hour, Moment};

use crate::candidate::{Candidate, Class};
use crate::metric_subject::MetricSubject;
use crate::phase::Phase;
use crate::requests::{Going, Requests, Told, counts_requests};
use crate::service::Service;
use crate::siblings::{Asked, Families, is_young_sibling, moved, places};

const DAY_HOURS: usize = 24;
/// So long what others accounted for is remembered: it is one finding.
const KNOWN_HOURS: i64 = 21 * 24;
/// A step is remembered for so long: what is usual has been learned anew by then.
const SAID_HOURS: i64 = 28 * 24;
/// What goes farther than so many times as far as was said, and two sigmas, is more than was said.
const FARTHER_TIMES: f64 = 1.5;
const FARTHER_SIGMAS: f64 = 2.0;
/// And it stays while each day has more than this share of it.
const STAYED_MIN: f64 = 0.3;
/// A series that moves more is rough in proportion, and so much more by chance.
const ROUGH_TIMES_MAX: f64 = 1.5;
/// What is told of one change may be so far apart.
const SAME_CHANGE_SECONDS: i64 = 3_600;
/// A place is left by all its series within so long.
const LEFT_WITHIN_HOURS: i64 = 2;

/// What one service knows of it.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Accounted {
    /// When others last accounted for a series.
    series: BTreeMap<Arc<str>, Hour>,
    /// What was said of a series last.
    said: BTreeMap<Arc<str>, Said>,
    /// That more or less was asked of it.
    told: Option<Told>,
    /// Findings that others accounted for.
    pub(crate) findings: u64,
}

/// When something was said of a series, and when that had begun.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Said {
    hour: Hour,
    onset: Hour,
    /// When the same was found last.
    found_again: Option<Hour>,
    /// The change that it was tied to.
    change: Option<Moment>,
}

impl Accounted {
    /// Remembers what is said of a series.
    pub(crate) fn say(&mut self, series: &Arc<str>, onset: Hour, hour: Hour, change: Option<Moment>) {
        self.said.retain(|_, said| hour - said.hour < SAID_HOURS);
        self.said.insert(series.clone(), Said { hour, onset, found_again: None, change });
    }

    /// Whether something was said of a series that was tied to this change.
    fn is_tied(&self, series: &str, change: Moment) -> bool {
        let tied = self.said.get(series).and_then(|said| said.change);
        tied.is_some_and(|tied| tied.seconds_since(change).abs() <= SAME_CHANGE_SECONDS)
    }

    /// Whether others accounted for what a series did of late, so that its day is not quiet.
    pub(crate) fn of_late(&self, series: &str, hour: Hour) -> bool {
        let again = || self.said.get(series).and_then(|said| said.found_again);
        let is_late = |last: Hour| hour - last < DAY_HOURS as i64;
        self.series.get(series).copied().is_some_and(is_late) || again().is_some_and(is_late)
    }

    /// Whether others accounted for it not long ago.
    fn is_known(&self, series: &str, hour: Hour) -> bool {
        self.series.get(series).is_some_and(|last| hour - *last < KNOWN_HOURS)
    }

    /// What was said of a series is found again.
    fn add_again(&mut self, series: &str, hour: Hour) {
        let said = self.said.get_mut(series).expect("what is found again was said");
        self.findings += u64::from(said.found_again.replace(hour).is_none());
    }

    fn add(&mut self, series: &Arc<str>, hour: Hour) {
        self.series.retain(|_, last| hour - *last < KNOWN_HOURS);
        self.findings += u64::from(self.series.insert(series.clone(), hour).is_none());
    }
}

/// What is summed up once for all that is asked about a service in an hour.
#[derive(Default)]
pub(crate) struct Sums {
    families: Families,
    requests: Requests,
    /// Whether others took over what ran at a place that was left, by its label and when.
    places_left: BTreeMap<(String, Hour), bool>,
}

impl Service {
    /// Whether others account for what was found in a series; it is then remembered.
    pub(crate) fn is_accounted_for(
        &mut self,
        name: &Arc<str>,
        found: &Candidate,
        hour: Hour,
        sums: &mut Sums,
    ) -> bool {
        let Some(subject) = self.series.get(name) else { return false };
        let Some(asked) = asked(subject, found, hour) else { return false };
        if self.is_what_was_said(subject, asked) {
            self.accounted.add_again(name, hour);
            if found.class == Class::Apart {
                self.companions.open();
            }
            return true;
        }
        if found.class == Class::Spread {
            // Around a level that has moved the season of the old one is no measure of scatter.
            return self.accounted.is_known(name, hour);
        }
        if !self.is_due_to_siblings(subject, found, asked, sums) {
            match sums.requests.going(subject, &self.series, &self.traffic, self.accounted.told, asked) {
                Going::Along => {}
                Going::Alone if !counts_requests(subject) => return false,
                Going::Alone | Going::First(_) => {
                    let direction = moved(subject, asked).map(|(own, _)| Direction::of(own.by()));
                    self.accounted.told = direction
                        .map(|direction| Told::at(hour, found.onset.hour(), direction))
                        .or(self.accounted.told);
                    return false;
                }
            }
        }
        self.accounted.add(name, hour);
        self.take_as_usual(name, found, hour);
        true
    }

    /// Whether what a change explains was told of the series already: a step that surprised in its first hour is found again when it has
    /// stayed. It is then usual, as if it had been told again.
    pub(crate) fn is_told_of_its_change(&mut self, name: &Arc<str>, found: &Candidate, hour: Hour) -> bool {
        let is_of_level = matches!(found.class, Class::Drift | Class::Shift);
        if !is_of_level && !matches!(found.class, Class::Anomaly | Class::Shape | Class::Apart) {
            return false;
        }
        let Some(change) = self.explaining(found).map(|change| change.at) else { return false };
        if !self.accounted.is_tied(name, change) {
            return false;
        }
        self.accounted.add_again(name, hour);
        if found.class == Class::Apart {
            self.companions.open();
        }
        let series = self.series.get_mut(name).expect("a finding comes from a known series");
        series.surprises.explained(hour);
        if is_of_level {
            series.explained(found.onset.hour());
        }
        true
    }

    /// Whether siblings account for it, those that came with it, or those that left it where it is.
    fn is_due_to_siblings(
        &self,
        subject: &MetricSubject,
        found: &Candidate,
        asked: Asked,
        sums: &mut Sums,
    ) -> bool {
        let nothing = BTreeMap::new();
        // What ended is not done by less being asked: somebody must have taken over.
        let is_gone = found.class == Class::Gone;
        let measures = if is_gone { &nothing } else { sums.requests.measures(&self.series, asked.hour) };
        if sums.families.account_for(subject, &self.series, measures, asked) {
            return true;
        }
        match found.class {
            Class::Gone => self.is_left(subject, asked, sums),
            Class::Apart => {
                is_young_sibling(subject, &self.series, asked.hour)
                    || sums.requests.left_behind(subject, &self.series, self.accounted.told, asked)
            }
            _ => false,
        }
    }

    /// Whether a series stands where it was when something was said of it last, or between that and where it had been.
    fn is_what_was_said(&self, subject: &MetricSubject, asked: Asked) -> bool {
        let Some(said) = self.accounted.said.get(&subject.name) else { return false };
        if asked.hour - said.hour >= SAID_HOURS {
            return false;
        }
        if said.hour == asked.hour {
            // One series has one thing to say.
            return true;
        }
        let since = |hour: Hour| (hour + 1 - said.onset).max(1) as usize;
        let day = |hour: Hour| {
            let window = (hour + 1 - said.hour).clamp(1, DAY_HOURS as i64) as usize;
            moved(subject, Asked { hour, window, since: since(hour), is_of_minutes: false })
                .map(|(day, _)| day)
        };
        let now = moved(subject, Asked { since: since(asked.hour).max(asked.since), ..asked });
        let (Some((now, _)), Some(then)) = (now, day(asked.hour.min(said.hour + (DAY_HOURS as i64 - 1))))
        else {
            return false;
        };
        let is_level = then.by().abs() >= FARTHER_SIGMAS * then.strayed;
        let beyond = |found: &Movement| found.by() * then.by().signum();
        let days = (asked.hour - said.hour) / DAY_HOURS as i64;
        let stayed = |ago: i64| {
            day(asked.hour + -(ago * DAY_HOURS as i64))
                .is_none_or(|day| beyond(&day) >= STAYED_MIN * then.by().abs())
        };
        is_level
            && beyond(&now) <= FARTHER_TIMES * then.by().abs() + FARTHER_SIGMAS * now.strayed
            && beyond(&now) >= -FARTHER_SIGMAS * now.strayed
            && (1..days).all(stayed)
    }

    /// Whether all that ran at the place of a series ended with it, and of some of it others took over.
    fn is_left(&self, subject: &MetricSubject, asked: Asked, sums: &mut Sums) -> bool {
        let at = subject.measured_last();
        places(&subject.name).any(|place| {
            let known = sums.places_left.get(&(place.to_owned(), at)).copied();
            known.unwrap_or_else(|| {
                let stopped = |one: &&MetricSubject| (one.measured_last() - at).abs() <= LEFT_WITHIN_HOURS;
                let here = |one: &&MetricSubject| places(&one.name).any(|its| its == place);
                let left = self.series.values().map(Box::as_ref).filter(here).filter(stopped);
                let nothing = BTreeMap::new();
                let mut families = std::mem::take(&mut sums.families);
                let is_taken_over =
                    left.into_iter().any(|one| families.account_for(one, &self.series, &nothing, asked));
                sums.families = families;
                sums.places_left.insert((place.to_owned(), at), is_taken_over);
                is_taken_over
            })
        })
    }

    fn take_as_usual(&mut self, name: &Arc<str>, found: &Candidate, hour: Hour) {
        let series = self.series.get_mut(name).expect("it was asked about");
        match found.class {
            Class::Drift | Class::Shift => series.explained(found.onset.hour()),
            Class::Gone => series.phase = Phase::ended_at(hour),
            // The company is as it has to be: who else stands apart does so for the same reason.
            Class::Apart => self.companions.open(),
            _ => {}
        }
    }
}

/// What is to be asked of others about a finding; `None` if they have no say in it.
fn asked(subject: &MetricSubject, found: &Candidate, hour: Hour) -> Option<Asked> {
    let since = (hour + 1 - found.onset.hour()).max(1) as usize;
    let of_hours = |window: usize| Asked { hour, window, since: since.max(window), is_of_minutes: false };
    match found.class {
        Class::Spread => Some(of_hours(DAY_HOURS)),
        Class::Drift | Class::Shift | Class::Rising | Class::Errors | Class::Gone => {
            Some(of_hours(since.min(DAY_HOURS)))
        }
        // A counter that stands still may count elsewhere; what is down or flaps is so whatever others do.
        Class::Halted => subject.meaning.is_cumulative().then(|| of_hours(since.min(DAY_HOURS))),
        Class::Apart => Some(Asked { hour, window: 1, since, is_of_minutes: true }),
        Class::Anomaly => {
            let surprise = subject.surprise()?;
            match surprise.what {
                What::Extreme | What::Jump => Some(Asked { hour, window: 1, since, is_of_minutes: true }),
                What::Level => Some(of_hours(surprise.hours)),
                What::Roughness => {
                    let asked = of_hours(surprise.hours);
                    // Roughness is held against that of whole days.
                    let usual = median_of(&subject.hourly().values())?;
                    let (level, rough) =
                        (moved(subject, asked)?.0.now / usual, surprise.now / surprise.usual);
                    let is_in_proportion = rough <= ROUGH_TIMES_MAX * level.max(1.0)
                        && rough >= level.min(1.0) / ROUGH_TIMES_MAX;
                    is_in_proportion.then_some(asked)
                }
            }
        }
        _ => None,
    }
}
