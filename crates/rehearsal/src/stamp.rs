//! Civil date and time of the minute that is being written, so that a line costs only its seconds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::words::push_padded;

/// The minute that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stamp {
    /// `2026-02-03`
    pub(crate) date: String,
    /// `10:11`
    pub(crate) minute: String,
}

impl Stamp {
    /// The minute that holds this second.
    pub(crate) fn of(at: i64) -> Self {
        let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(at).unwrap_or_default());
        Self { date: civil.date().to_string(), minute: format!("{:02}:{:02}", civil.hour(), civil.minute()) }
    }

    /// Appends date, separator, time of day, and a fraction of so many digits after its separator.
    pub(crate) fn push(&self, out: &mut Vec<u8>, between: u8, millis: i64, fraction: Option<(u8, u32)>) {
        out.extend_from_slice(self.date.as_bytes());
        out.push(between);
        out.extend_from_slice(self.minute.as_bytes());
        out.push(b':');
        push_padded(out, (millis / 1_000 % 60) as u64, 2);
        if let Some((point, digits)) = fraction {
            out.push(point);
            push_padded(out, (millis % 1_000) as u64, 3);
            // Whatever a runtime prints below a millisecond is as good as noise.
            if digits > 3 {
                push_padded(out, (millis * 7_919 % 1_000) as u64, digits - 3);
            }
        }
    }
}
