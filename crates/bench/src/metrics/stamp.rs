//! Moments as seconds: series files carry either RFC 3339 or `2014-07-01 00:30:00`, which is UTC here.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// Seconds since 1970, or `None` if it is no time.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    let civil: DateTime = text.replace(' ', "T").parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok().map(Timestamp::as_second)
}

/// RFC 3339, in UTC.
pub(crate) fn text(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_with_and_without_a_zone_are_read() {
        assert_eq!(seconds("2014-07-01 00:30:00"), Some(1_404_174_600));
        assert_eq!(seconds("2014-07-01 00:30:00.000000"), Some(1_404_174_600));
        assert_eq!(seconds(&text(1_404_174_600)), Some(1_404_174_600));
        assert_eq!(seconds("noon"), None);
    }
}
