//! What a crash log or stack trace says, in a few lines: what failed, and why.
//!
//! Most of a trace is frames, which tell where and not what. Shown are its first line, the causes that it names, and the line
//! that ends it where frames stand between; the rest stays in the user's file.

const LINES_MAX: usize = 4;
const LINE_CHARACTERS_MAX: usize = 300;
/// Lines that are looked at; no failure needs more to say what it is.
const LOOKED_AT_MAX: usize = 20_000;

/// The lines worth showing; none if it says nothing.
pub(crate) fn telling_lines(crash: &str) -> Vec<String> {
    let all: Vec<&str> =
        crash.lines().take(LOOKED_AT_MAX).map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    let is_frame = |line: &str| line.starts_with([' ', '\t']);
    let outer: Vec<usize> = (0..all.len()).filter(|&at| !is_frame(all[at])).collect();
    let mut chosen: Vec<usize> = all.first().map(|_| 0).into_iter().collect();
    chosen.extend(outer.iter().copied().filter(|&at| all[at].starts_with("Caused by")));
    // Python says last what failed, below the frames.
    chosen.extend(outer.last().copied().filter(|&last| last > 0 && is_frame(all[last - 1])));
    chosen.sort_unstable();
    chosen.dedup();
    // The cause that all others rest on is named last.
    let skipped = chosen.len().saturating_sub(LINES_MAX);
    let shown = chosen.iter().enumerate().filter(|&(at, _)| at == 0 || at > skipped);
    shown.map(|(_, &at)| all[at].trim().chars().take(LINE_CHARACTERS_MAX).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_and_its_causes_are_told_without_the_frames() {
        let java = "java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: reset\n\tat d.E\n";
        assert_eq!(
            telling_lines(java),
            ["java.lang.IllegalStateException: no", "Caused by: java.io.IOException: reset"]
        );
        let python =
            "\nTraceback (most recent call last):\n  File \"a.py\", line 1\n    pay()\nValueError: no\n";
        assert_eq!(telling_lines(python), ["Traceback (most recent call last):", "ValueError: no"]);
        assert!(telling_lines(" \n\n").is_empty());
    }

    #[test]
    fn of_many_causes_the_last_are_told() {
        let causes: String = (0..9).map(|at| format!("Caused by: {at}\n")).collect();
        assert_eq!(
            telling_lines(&format!("first\n{causes}")),
            ["first", "Caused by: 6", "Caused by: 7", "Caused by: 8"]
        );
    }
}
