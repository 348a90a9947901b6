//! Runs what is independent side by side, and gives the answers back in order.
//!
//! Only where nothing is timed: two binaries side by side slow each other down.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// The answers for all items, in the order of the items; as many at a time as there are cores.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], answer: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..cores.min(items.len()) {
            let (send, next, answer) = (send.clone(), &next, &answer);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    // The receiver lives until all senders are gone.
                    drop(send.send((at, answer(item))));
                }
            });
        }
    });
    drop(send);
    let mut answers: Vec<(usize, R)> = receive.into_iter().collect();
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_their_items() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[u8], |item| *item), Vec::<u8>::new());
    }
}
