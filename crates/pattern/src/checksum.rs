//! The check digits of card numbers (ISO/IEC 7812-1, Luhn) and of bank accounts (ISO 13616, modulo 97).

/// Whether these ASCII digits pass the Luhn check.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let value = u32::from(digit - b'0') << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether these ASCII letters and digits, an IBAN without spaces, leave 1 modulo 97.
pub(crate) fn iban(characters: &[u8]) -> bool {
    let rotated = characters.iter().skip(4).chain(characters.iter().take(4));
    let rest = rotated.fold(0, |rest: u32, &byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_test_numbers_pass_and_their_neighbours_fail() {
        assert!(luhn(b"4111111111111111"));
        assert!(luhn(b"378282246310005"));
        assert!(!luhn(b"4111111111111112"));
        assert!(iban(b"DE89370400440532013000"));
        assert!(iban(b"GB29NWBK60161331926819"));
        assert!(!iban(b"DE89370400440532013001"));
    }
}
