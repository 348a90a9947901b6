//! Credentials in a URL: `scheme://user:password@host`, also where a password holds `@` or `/`, or where all of it is percent-encoded.
//!
//! A password that is not encoded as it should be makes a URL that no parser takes apart; so the last `@` behind which a host
//! follows counts, once a colon before the path shows that there is a password. Where a path holds such a sign too, more of the path is
//! masked than had to be.

use crate::secret::{Found, Sort};

/// Credentials are looked for in so many bytes behind the scheme.
const USERINFO_BYTES_MAX: usize = 256;
/// A name in a URL that is a token has digits and is as long as this, or longer still.
const TOKEN_BYTES_MIN: usize = 16;
const TOKEN_BYTES_BARE: usize = 40;
/// `://`, `:` and `@` as they are encoded, in lower case.
const SCHEME_END_ENCODED: &[u8] = b"%3a%2f%2f";
const COLON_ENCODED: &[u8] = b"%3a";
const AT_ENCODED: &[u8] = b"%40";

/// All between the slashes and the host. Without a password it is a secret where it looks like a token, and else a name (`git@`,
/// `spark://Worker@10.0.0.1`), as everybody may know it.
pub(crate) fn plain(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = &text[start..end];
    let scheme = memchr::memchr_iter(b':', word).find(|&colon| word[colon..].starts_with(b"://"))?;
    let from = start + scheme + 3;
    let stop = text.len().min(from + USERINFO_BYTES_MAX);
    let length = |ends: fn(u8) -> bool| text[from..stop].iter().position(|&byte| ends(byte));
    let address = &text[from..length(ends_address).map_or(stop, |length| from + length)];
    let authority = &address[..memchr::memchr(b'/', address).unwrap_or(address.len())];
    // A query may hold addresses of its own.
    let path_end = memchr::memchr(b'?', address).unwrap_or(address.len());
    let at = match has_password(authority) {
        true => host_sign(&address[..path_end]).or_else(|| host_sign(address)),
        false => memchr::memrchr(b'@', authority),
    }?;
    let name = &address[..at];
    let is_token = (name.len() >= TOKEN_BYTES_MIN && name.iter().any(u8::is_ascii_digit))
        || name.len() >= TOKEN_BYTES_BARE;
    (at > 0 && (name.contains(&b':') || is_token) && !name.starts_with(b"<secret>")).then_some(Found {
        from,
        to: from + at,
        sort: Sort::Secret,
    })
}

fn ends_address(byte: u8) -> bool {
    byte <= b' ' || byte == b'"'
}

/// Whether a colon before the path stands behind a plain name and before something other than a port.
fn has_password(authority: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', authority) else { return false };
    let (name, behind) = (&authority[..colon], &authority[colon + 1..]);
    !name.iter().any(|byte| b"?#=&[".contains(byte)) && !behind.iter().all(u8::is_ascii_digit)
}

/// The last `@` behind which a host follows; one that begins the segment of a path or a value is none.
fn host_sign(address: &[u8]) -> Option<usize> {
    memchr::memrchr_iter(b'@', address).find(|&at| {
        let is_begun = at > 0 && !matches!(address[at - 1], b'/' | b'=' | b'&');
        is_begun && address.get(at + 1).is_some_and(|&first| first.is_ascii_alphanumeric() || first == b'[')
    })
}

/// The same where it was encoded to be part of another URL: `postgres%3A%2F%2Fuser%3Apassword%40host`.
pub(crate) fn encoded(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = &text[start..end];
    let scheme = position(word, SCHEME_END_ENCODED)?;
    let from = scheme + SCHEME_END_ENCODED.len();
    let address = &word[from..word.len().min(from + USERINFO_BYTES_MAX)];
    let path = position(address, b"%2f").unwrap_or(address.len());
    let at = memchr::memmem::rfind(&address[..path], AT_ENCODED)
        .or_else(|| memchr::memrchr(b'@', &address[..path]))?;
    let has_password = position(&address[..at], COLON_ENCODED).is_some() || address[..at].contains(&b':');
    has_password.then_some(Found { from: start + from, to: start + from + at, sort: Sort::Secret })
}

/// Where these bytes, in lower case, stand first, whatever the case of the text.
fn position(text: &[u8], lower: &[u8]) -> Option<usize> {
    text.windows(lower.len()).position(|window| window.eq_ignore_ascii_case(lower))
}
