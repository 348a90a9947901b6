//! Syslog lines of many services with tens of thousands of statements, and noise of which no two lines are alike.

use std::io::Write;

use crate::draw::Draw;

/// 2026-03-02 00:00:00 UTC, and how long all lines together take.
const FIRST_SECOND: u64 = 1_772_409_600;
const SECONDS: u64 = 7 * 86_400;
const SYLLABLES: [&str; 32] = [
    "ba", "cor", "de", "fin", "gal", "hum", "in", "jor", "ka", "lem", "mo", "nat", "or", "pel", "qua", "rin",
    "sol", "ta", "um", "ver", "wil", "xan", "yor", "zel", "bri", "cla", "dro", "fle", "gra", "ple", "stu",
    "tri",
];

/// How much of what is said makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Noise {
    None,
    /// Every second line, each of its words at random.
    Half,
}

impl Noise {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Half => "every second line",
        }
    }
}

/// Writes lines in order of time.
pub(crate) struct Flood {
    statements: Vec<String>,
    services: usize,
    noise: Noise,
    lines: u64,
    written: u64,
    draw: Draw,
}

impl Flood {
    /// So many lines in all; statements are divided among the services.
    pub(crate) fn new(services: usize, statements: usize, noise: Noise, lines: u64) -> Self {
        let statements = (0..statements as u64).map(statement).collect();
        Self { statements, services, noise, lines, written: 0, draw: Draw::new(11) }
    }

    /// Appends one line with its end.
    pub(crate) fn line(&mut self, out: &mut Vec<u8>) {
        let second = FIRST_SECOND + self.written * SECONDS / self.lines;
        let micros = self.written % 1_000_000;
        let statement = self.draw.below(self.statements.len() as u64) as usize;
        let (day, of_day) = ((second - FIRST_SECOND) / 86_400 + 2, second % 86_400);
        let (hour, minute, sec) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(
            out,
            "2026-03-{day:02}T{hour:02}:{minute:02}:{sec:02}.{micros:06}+00:00 host-{} service-{:02}[{}]: ",
            statement % 7,
            statement % self.services,
            1_000 + statement % 900,
        )
        .expect("memory takes all that is written");
        if self.noise == Noise::Half && self.written % 2 == 1 {
            self.nonsense(out);
        } else {
            let text = &self.statements[statement];
            let random = self.draw.next();
            write!(
                out,
                "{text} of 10.{}.{}.7 in {} ms",
                random & 255,
                random >> 8 & 255,
                random >> 16 & 4_095
            )
            .expect("memory takes all that is written");
        }
        out.push(b'\n');
        self.written += 1;
    }

    /// Some words of letters at random, which no rule takes for anything but words.
    fn nonsense(&mut self, out: &mut Vec<u8>) {
        for word in 0..9 {
            let mut random = self.draw.next();
            if word > 0 {
                out.push(b' ');
            }
            for _ in 0..4 + random % 6 {
                random = random.rotate_right(7);
                out.push(b'a' + (random % 26) as u8);
            }
        }
    }
}

/// A sentence that only this statement has: eight words, of which the number of the statement decides four.
fn statement(number: u64) -> String {
    let mut draw = Draw::new(number.wrapping_mul(0x9e37_79b9));
    let mut words: Vec<String> = (0..4).map(|_| word(&mut draw)).collect();
    for digit in 0..4 {
        let at = (number >> (5 * digit) & 31) as usize;
        words.push(format!("{}{}", SYLLABLES[at], SYLLABLES[(at * 7 + digit as usize) % 32]));
    }
    words.join(" ")
}

fn word(draw: &mut Draw) -> String {
    (0..2 + draw.below(2)).map(|_| draw.one_of(&SYLLABLES)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_statements_are_alike_and_no_line_is_written_twice() {
        let statements: BTreeSet<String> = (0..50_000).map(statement).collect();
        assert_eq!(statements.len(), 50_000);
        let mut flood = Flood::new(25, 1_000, Noise::Half, 10_000);
        let mut out = Vec::new();
        (0..10_000).for_each(|_| flood.line(&mut out));
        let text = String::from_utf8(out).expect("it is text");
        assert_eq!(text.lines().collect::<BTreeSet<_>>().len(), 10_000);
    }
}
