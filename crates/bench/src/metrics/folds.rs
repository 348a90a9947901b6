//! Two halves of files, told apart by a hash of their names: what is chosen on one half is scored on the other.
//!
//! FNV-1a, 64 bits, its lowest bit after the bits have been folded: fixed for good, so that nobody chooses a lucky split.

/// The half to which a name belongs: 0 or 1.
pub(crate) fn half_of(name: &str) -> usize {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    ((hash ^ (hash >> 32) ^ (hash >> 16)) & 1) as usize
}

/// What each half earned at the point of a curve that was best on the other half.
///
/// `curve` holds for each point what each file earned; `names` those of the files; `worth` is how good a point is on the
/// files of one half.
pub(crate) fn cross_fitted<T: Copy>(
    curve: &[Vec<T>],
    names: &[&str],
    worth: impl Fn(&[T]) -> f64,
) -> Vec<(usize, T)> {
    let of_half = |point: &[T], half: usize| -> Vec<(usize, T)> {
        let files = point.iter().copied().enumerate();
        files.filter(|(at, _)| half_of(names[*at]) == half).collect()
    };
    let mut earned: Vec<(usize, T)> = [0, 1]
        .into_iter()
        .flat_map(|half| {
            let worth = |point: &Vec<T>| {
                let others: Vec<T> = of_half(point, 1 - half).into_iter().map(|(_, one)| one).collect();
                worth(&others)
            };
            let best = curve.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
            best.map_or_else(Vec::new, |point| of_half(point, half))
        })
        .collect();
    earned.sort_by_key(|(at, _)| *at);
    earned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_always_in_the_same_half_and_both_halves_have_some() {
        let names: Vec<String> = (0..40).map(|at| format!("series-{at}")).collect();
        let second = names.iter().filter(|name| half_of(name) == 1).count();
        assert!((10..=30).contains(&second), "{second}");
        let first: Vec<usize> = names[..10].iter().map(|name| half_of(name)).collect();
        assert_eq!(
            first,
            [1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
            "a change of the halves is a change of every table"
        );
    }

    #[test]
    fn each_half_is_scored_where_the_other_was_best() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let first: Vec<usize> = (0..6).filter(|at| half_of(names[*at]) == 0).collect();
        assert!(!first.is_empty() && first.len() < 6);
        // The first point is good for the first half, the second one for the other.
        let of = |good: usize| -> Vec<f64> {
            names.iter().map(|name| if half_of(name) == good { 1.0 } else { 0.0 }).collect()
        };
        let earned = cross_fitted(&[of(0), of(1)], &names, |files| files.iter().sum());
        assert_eq!(earned.len(), 6);
        assert!(earned.iter().all(|(_, one)| *one == 0.0), "{earned:?}");
    }
}
