//! What moves together is said together.
//!
//! A finding joins the signal that was said first among those of its own service that began within two days
//! of it and are still fresh; or of a service that calls it or is called, if they began within half a day.
//! Decided when it is said and never again: who speaks for a cluster cannot change afterwards.

use hark_event::{Id, Moment, Origin, Signal};

use crate::flows::Flows;

const SAME_SERVICE_SECONDS: i64 = 48 * 3_600;
const NEIGHBOUR_SECONDS: i64 = 12 * 3_600;
const FRESH_SECONDS: i64 = 5 * 86_400;

/// The representatives that may still be joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clusters(Vec<Representative>);

#[derive(Clone, Debug)]
struct Representative {
    id: Id,
    origin: Origin,
    onset: Moment,
    noticed_at: Moment,
}

impl Clusters {
    /// The representative that a finding joins, if there is one.
    pub(crate) fn join(&mut self, origin: &Origin, onset: Moment, now: Moment, flows: &Flows) -> Option<Id> {
        self.0.retain(|known| now.seconds_since(known.noticed_at) <= FRESH_SECONDS);
        let found = self.0.iter().find(|known| {
            let apart = onset.seconds_since(known.onset).abs();
            if known.origin == *origin {
                apart <= SAME_SERVICE_SECONDS
            } else {
                known.origin.environment == origin.environment
                    && apart <= NEIGHBOUR_SECONDS
                    && flows.between(&known.origin.service, &origin.service)
            }
        });
        found.map(|known| known.id.clone())
    }

    /// Remembers a signal that speaks for itself.
    pub(crate) fn lead(&mut self, signal: &Signal) {
        self.0.push(Representative {
            id: signal.id.clone(),
            origin: signal.origin.clone(),
            onset: signal.onset,
            noticed_at: signal.noticed_at,
        });
    }
}
