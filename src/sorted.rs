//! Sorting by one instance of the standard library's routine: it is compiled again for each type of item,
//! at 3 to 4 KB of wasm each, so that places are sorted in place of items.

use std::cmp::Ordering;

/// Lists that can be sorted. Items that compare as equal stay in their order.
pub(crate) trait Sorted<T> {
    /// Sorts by `compare`.
    fn sorted_by(&mut self, compare: impl Fn(&T, &T) -> Ordering);

    /// Sorts by what `key` gives for each item.
    fn sorted_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.sorted_by(|one, other| key(one).cmp(&key(other)));
    }

    /// Sorts, and leaves each item once.
    fn sorted_once(&mut self)
    where
        T: Ord;
}

impl<T> Sorted<T> for Vec<T> {
    fn sorted_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        let order = order(self.len(), &|one, other| match (self.get(one), self.get(other)) {
            (Some(one), Some(other)) => compare(one, other),
            _ => Ordering::Equal,
        });
        let mut items: Vec<Option<T>> = std::mem::take(self).into_iter().map(Some).collect();
        self.extend(order.into_iter().filter_map(|place| items.get_mut(place)?.take()));
    }

    fn sorted_once(&mut self)
    where
        T: Ord,
    {
        self.sorted_by(T::cmp);
        self.dedup();
    }
}

/// The places of `len` items in their order; places of equal items stay in theirs.
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_unstable_by(|one, other| compare(*one, *other).then(one.cmp(other)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a linear congruential generator, few enough of them to be equal often.
    fn numbers(len: usize) -> Vec<(u32, usize)> {
        let mut state = 1_u32;
        (0..len)
            .map(|place| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 27, place)
            })
            .collect()
    }

    #[test]
    fn order_is_that_of_the_standard_librarys_stable_sort() {
        for len in (0..40).chain([63, 64, 65, 1_000]) {
            let (mut own, mut other) = (numbers(len), numbers(len));
            own.sorted_by_key(|(number, _)| *number);
            other.sort_by_key(|(number, _)| *number);
            assert_eq!(own, other, "{len}");
            let mut once: Vec<u32> = own.iter().rev().map(|(number, _)| *number).collect();
            let mut other = once.clone();
            once.sorted_once();
            other.sort_unstable();
            other.dedup();
            assert_eq!(once, other, "{len}");
        }
    }
}
