//! What Harkback itself failed to hear: everybody silent at once, or more than it has room for.
//!
//! A collector that stands still looks like a system in which nothing happens, and what is cut at a limit looks like what is not
//! there. Neither is news of the system, so neither is weighed against it: a loss is said once, beside all else, with how
//! seldom it came before. It cannot tell why nothing came, nor hear that one source of many was sampled more thinly.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_event::{Evidence, Hour, Moment, Origin, Signal, SignalKind, Subject, SubjectKind};

use crate::words::{hours, quantity};

/// Whose loss it is where no service is concerned more than others.
const LISTENER: &str = "hark";
const ENVIRONMENT: &str = "production";
/// Silence is a loss from so many hours on, and only so many times the longest before.
const SILENT_HOURS_MIN: i64 = 2;
const TIMES_LONGEST: f64 = 3.5;
/// Before so many hours it is not known who speaks at night and on a Sunday.
const KNOWN_HOURS_MIN: i64 = 8 * 24;
/// What is cut is a loss of its own again after so many hours without.
const CALM_HOURS: i64 = 7 * 24;
/// Losses at once that are told of one by one; of more there is only the count in the account.
const CUTS_MAX: usize = 1_000;
/// The strength is 1 where it comes once in a million service-days.
const DECADES: f64 = 6.0;

/// What is cut at a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Cut {
    /// Series that are not listened to.
    Series,
    /// Records of shapes of which an hour has too many.
    Records,
    /// Services that are not listened to.
    Services,
}

impl Cut {
    fn name(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Records => "log records",
            Self::Services => "services",
        }
    }

    /// What was lost in an hour, in words.
    fn lost(self, count: u64) -> String {
        let count = quantity(count as f64);
        match self {
            Self::Series => format!("{count} series for which there is no room"),
            Self::Records => format!("{count} records that were too varied to be counted one by one"),
            Self::Services => format!("{count} services or series of services for which there is no room"),
        }
    }
}

/// What was cut in one hour, by whose it was.
pub(crate) type Lost = BTreeMap<(Origin, Cut), u64>;

/// What was lost before, and is being lost.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct HearingLosses {
    /// The first hour in which anything was heard, and the last.
    heard: Option<(Hour, Hour)>,
    /// Services that spoke in the last hour in which any did.
    spoke: usize,
    longest_silence: i64,
    /// Its place among the episodes, while all are silent.
    silence: Option<usize>,
    cuts: BTreeMap<(Origin, Cut), Open>,
    /// Losses that were said.
    said: u64,
}

/// A cut that goes on.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Open {
    place: usize,
    last: Hour,
}

/// A loss that is to be said.
pub(crate) struct Loss {
    of: Of,
    onset: Moment,
    summary: String,
    /// What was lost, for the evidence.
    lost: String,
}

/// What a loss is of.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Of {
    /// Of everything.
    All,
    /// Of what one service says, or of whole services.
    Part(Origin, Cut),
}

/// Whose loss it is where no service is concerned more than others.
pub(crate) fn listener() -> Origin {
    Origin { service: Arc::from(LISTENER), environment: Arc::from(ENVIRONMENT) }
}

impl HearingLosses {
    /// The places of the episodes that are open.
    pub(crate) fn open_episodes(&self) -> impl Iterator<Item = usize> + '_ {
        self.silence.into_iter().chain(self.cuts.values().map(|open| open.place))
    }

    /// Takes the hour that closed, with how many services spoke in it and what was cut; returns what is to be said of it.
    pub(crate) fn hear(&mut self, hour: Hour, spoke: usize, lost: Lost) -> Vec<Loss> {
        let mut losses: Vec<Loss> = self.hear_silence(hour, spoke).into_iter().collect();
        for (key, count) in lost {
            if let Some(open) = self.cuts.get_mut(&key) {
                open.last = hour;
            } else if self.cuts.len() + losses.len() < CUTS_MAX {
                losses.push(cut_loss(hour, key, count));
            }
        }
        losses
    }

    fn hear_silence(&mut self, hour: Hour, spoke: usize) -> Option<Loss> {
        let (first, last) = self.heard.unwrap_or((hour, hour));
        if spoke > 0 {
            self.longest_silence = self.longest_silence.max(hour - last - 1);
            self.heard = Some((first, hour));
            self.spoke = spoke;
            return None;
        }
        let silent = hour - last;
        let is_long =
            silent >= SILENT_HOURS_MIN && silent as f64 >= TIMES_LONGEST * self.longest_silence as f64;
        if self.silence.is_some() || !is_long || last - first < KNOWN_HOURS_MIN {
            return None;
        }
        let before = hours((last - first) as usize);
        let before = match self.longest_silence {
            0 => format!("in the {before} before, somebody spoke in every hour"),
            longest => format!("in the {before} before, never for more than {}", hours(longest as usize)),
        };
        let services = match self.spoke {
            1 => "the one service that spoke before".to_owned(),
            spoke => format!("any of {spoke} services that spoke before"),
        };
        let silent = hours(silent as usize);
        let summary =
            format!("Nothing was heard from {services} for {silent}; {before}. What they did is not known.");
        let lost = format!("no record, sample or span for {silent}");
        Some(Loss { of: Of::All, onset: last.end(), summary, lost })
    }

    /// What is said of a loss when its hour closes, where so many services are known.
    pub(crate) fn signal(&self, loss: &Loss, hour: Hour, services: usize) -> Signal {
        let (origin, name) = match &loss.of {
            Of::All => (listener(), "everything"),
            Of::Part(origin, cut) => (origin.clone(), cut.name()),
        };
        let subject = Subject { kind: SubjectKind::Source, name: name.to_owned() };
        let source = "what was heard so far".to_owned();
        let id = Signal::id_of(SignalKind::HearingLoss, &origin, &subject, hour.end());
        Signal {
            cluster: Some(id.clone()),
            id,
            kind: SignalKind::HearingLoss,
            origin,
            subject,
            onset: loss.onset,
            noticed_at: hour.end(),
            strength: self.strength(hour, services),
            summary: loss.summary.clone(),
            evidence: vec![Evidence { time: hour.end(), text: loss.lost.clone(), source }],
            explained_by: None,
        }
    }

    /// How rare a loss has been so far, by service-days.
    fn strength(&self, hour: Hour, services: usize) -> f64 {
        let days = self.heard.map_or(0, |(first, _)| hour - first) as f64 / 24.0 * services.max(1) as f64;
        ((days / (self.said + 1) as f64).max(1.0).log10() / DECADES).min(1.0)
    }

    /// Remembers that a loss was said, and its place among the episodes.
    pub(crate) fn open(&mut self, loss: Loss, hour: Hour, place: usize) {
        self.said += 1;
        match loss.of {
            Of::All => self.silence = Some(place),
            Of::Part(origin, cut) => drop(self.cuts.insert((origin, cut), Open { place, last: hour })),
        }
    }

    /// The places of what is over when this hour closes.
    pub(crate) fn end(&mut self, hour: Hour) -> Vec<usize> {
        let is_heard = self.heard.is_some_and(|(_, last)| last == hour);
        let mut ended: Vec<usize> = self.silence.take_if(|_| is_heard).into_iter().collect();
        self.cuts.retain(|_, open| {
            let is_over = hour - open.last >= CALM_HOURS;
            ended.extend(is_over.then_some(open.place));
            !is_over
        });
        ended
    }
}

fn cut_loss(hour: Hour, (origin, cut): (Origin, Cut), count: u64) -> Loss {
    let lost = cut.lost(count);
    let whose = match cut {
        Cut::Services => "Not all services are".to_owned(),
        Cut::Series | Cut::Records => format!("Not all of {} is", origin.service),
    };
    let summary = format!("{whose} heard: {lost}. What is lost tells nothing of the system.");
    Loss { of: Of::Part(origin, cut), onset: hour.start(), summary, lost }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said while so many services speak in each hour, with the hours in which it was over.
    fn said(hours: impl Iterator<Item = usize>) -> (Vec<Signal>, Vec<i64>) {
        let mut losses = HearingLosses::default();
        let (mut signals, mut over) = (Vec::new(), Vec::new());
        for (hour, spoke) in (0..).map(Hour).zip(hours) {
            for loss in losses.hear(hour, spoke, Lost::new()) {
                signals.push(losses.signal(&loss, hour, 12));
                losses.open(loss, hour, signals.len() - 1);
            }
            over.extend(losses.end(hour).iter().map(|_| hour.0));
        }
        (signals, over)
    }

    #[test]
    fn silence_of_all_is_said_once_and_over_when_anybody_speaks() {
        let (signals, over) = said((0..600).map(|hour| if (400..420).contains(&hour) { 0 } else { 12 }));
        assert_eq!(signals.len(), 1);
        assert_eq!((signals[0].onset.hour(), signals[0].noticed_at.hour()), (Hour(400), Hour(402)));
        assert_eq!(over, [420]);
        assert_eq!(
            signals[0].summary,
            "Nothing was heard from any of 12 services that spoke before for 2 h; in the 17 days before, somebody spoke in every hour. What they did is not known."
        );
        assert!(signals[0].strength > 0.3 && !signals[0].asks_for_attention());
    }

    #[test]
    fn who_is_silent_every_night_and_on_sundays_has_lost_nothing() {
        let works = |hour: usize| hour % 168 < 144 && (6..22).contains(&(hour % 24));
        let (signals, _) = said((0..24 * 35).map(|hour| if works(hour) { 3 } else { 0 }));
        assert_eq!(signals, []);
    }

    #[test]
    fn an_hour_without_anybody_and_a_silence_in_the_first_week_are_none() {
        assert_eq!(said((0..400).map(|hour| usize::from(hour != 300))).0, []);
        assert_eq!(said((0..180).map(|hour| usize::from(hour < 100))).0, []);
    }

    #[test]
    fn what_is_cut_is_said_once_for_as_long_as_it_goes_on() {
        let mut losses = HearingLosses::default();
        let shop = Origin { service: Arc::from("shop"), environment: Arc::from("production") };
        let mut said = Vec::new();
        for hour in (0..500).map(Hour) {
            let is_cut = (100..200).contains(&hour.0) || hour.0 == 260 || hour.0 >= 450;
            let lost = is_cut.then(|| ((shop.clone(), Cut::Series), 1_500)).into_iter().collect();
            for loss in losses.hear(hour, 1, lost) {
                said.push((hour.0, losses.signal(&loss, hour, 1).summary));
                losses.open(loss, hour, said.len());
            }
            losses.end(hour);
        }
        assert_eq!(said.iter().map(|(hour, _)| *hour).collect::<Vec<_>>(), [100, 450]);
        assert_eq!(
            said[0].1,
            "Not all of shop is heard: 1500 series for which there is no room. What is lost tells nothing of the system."
        );
    }
}
