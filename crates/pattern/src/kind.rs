//! The kinds of wildcards, as they stand in the text of a shape.

/// What a wildcard stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Kind {
    /// A number, with or without a unit.
    Num,
    /// A hexadecimal number or digest.
    Hex,
    /// A UUID.
    Uuid,
    /// An IPv4 or IPv6 address, without its port.
    Ip,
    /// A machine's name in the public name system.
    Host,
    /// A file path.
    Path,
    /// A date, a time of day or both.
    Time,
    /// A URL so long that its parts say nothing.
    Url,
    /// An e-mail address.
    Email,
    /// An identifier that contains digits.
    Id,
    /// A quoted value.
    Str,
    /// A secret that was masked.
    Secret,
    /// A word in a place in which too many words were seen.
    Word,
}

const ALL: [Kind; 13] = [
    Kind::Num,
    Kind::Hex,
    Kind::Uuid,
    Kind::Ip,
    Kind::Host,
    Kind::Path,
    Kind::Time,
    Kind::Url,
    Kind::Email,
    Kind::Id,
    Kind::Str,
    Kind::Secret,
    Kind::Word,
];

impl Kind {
    /// The wildcard in the text of a shape.
    pub(crate) fn wildcard(self) -> &'static str {
        match self {
            Kind::Num => "<num>",
            Kind::Hex => "<hex>",
            Kind::Uuid => "<uuid>",
            Kind::Ip => "<ip>",
            Kind::Host => "<host>",
            Kind::Path => "<path>",
            Kind::Time => "<time>",
            Kind::Url => "<url>",
            Kind::Email => "<email>",
            Kind::Id => "<id>",
            Kind::Str => "<str>",
            Kind::Secret => "<secret>",
            Kind::Word => "<word>",
        }
    }

    /// The kind's name, as people read it.
    pub(crate) fn name(self) -> &'static str {
        let wildcard = self.wildcard();
        &wildcard[1..wildcard.len() - 1]
    }

    /// The wildcard that this text begins with.
    pub(crate) fn at_start_of(text: &str) -> Option<Kind> {
        ALL.into_iter().find(|kind| text.starts_with(kind.wildcard()))
    }

    /// The most telling kind that covers both.
    pub(crate) fn join(self, other: Kind) -> Kind {
        use Kind::{Hex, Host, Id, Ip, Num, Uuid, Word};
        match (self.min(other), self.max(other)) {
            (a, b) if a == b => a,
            (Num, Hex) => Hex,
            (Ip, Host) => Host,
            (Num | Hex | Uuid, Hex | Uuid | Id) => Id,
            _ => Word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wildcard_is_read_back() {
        for kind in ALL {
            assert_eq!(Kind::at_start_of(kind.wildcard()), Some(kind));
        }
        assert_eq!(Kind::at_start_of("<ok>"), None);
    }

    #[test]
    fn joining_does_not_depend_on_the_order() {
        for a in ALL {
            for b in ALL {
                assert_eq!(a.join(b), b.join(a));
                for c in ALL {
                    assert_eq!(a.join(b).join(c), a.join(b.join(c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }
}
