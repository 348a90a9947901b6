//! Cuts source text into words, texts (string literals), comments and marks.
//!
//! One hand-written scanner for all languages, with the few differences that matter for finding calls and
//! comments: it must know what is a string and what is a comment, and nothing else. It follows no grammar,
//! so broken or half-written code gives tokens too. A text that a language does not let run over a line
//! ends at the line's end at the latest, so that one wrong guess (a regular expression in JavaScript, an
//! apostrophe in JSX) costs one line and not the rest of the file.

use crate::language::Language;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A name or keyword.
    Word,
    /// A number, or one character in quotes.
    Number,
    /// A string literal; the token's text is what stands between the quotes.
    Text(Quote),
    /// A comment; the token's text includes its marks.
    Comment,
    /// One character of punctuation.
    Mark(u8),
}

/// How a string literal was quoted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Quote {
    /// Backslashes mean themselves.
    pub(crate) raw: bool,
    /// Three quotes.
    pub(crate) triple: bool,
    /// What stands between braces (`{x}`, `${x}`) is code.
    pub(crate) template: Option<Template>,
}

/// How code is put into a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Template {
    /// `{x}`.
    Braces,
    /// `${x}`.
    DollarBraces,
    /// `${x}` and `$x`.
    Dollar,
    /// `#{x}`.
    HashBraces,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
    /// The line on which it begins, counted from 1.
    pub(crate) line: u32,
    /// The line on which it ends.
    pub(crate) line_end: u32,
    /// Bytes before it on its line.
    pub(crate) column: u32,
    /// Where it begins in the source.
    pub(crate) offset: usize,
    /// Whether only space stands before it on its line.
    pub(crate) first_on_line: bool,
}

impl Token<'_> {
    pub(crate) fn is_mark(&self, mark: u8) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }
}

/// All tokens of the source, comments included, in order.
pub(crate) fn tokens(source: &str, language: Language) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        source,
        bytes: source.as_bytes(),
        language,
        at: 0,
        line: 1,
        line_start: 0,
        line_is_fresh: true,
        found: Vec::new(),
    };
    lexer.run();
    lexer.found
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    language: Language,
    at: usize,
    line: u32,
    line_start: usize,
    /// No token of this line has been seen yet.
    line_is_fresh: bool,
    found: Vec<Token<'s>>,
}

impl<'s> Lexer<'s> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\n' => self.new_line(),
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => self.token(byte),
            }
        }
    }

    fn token(&mut self, byte: u8) {
        if let Some(length) = self.comment_length() {
            return self.push(Kind::Comment, 0, length, 0);
        }
        match byte {
            b'"' | b'\'' | b'`' => self.quoted(0),
            b'$' | b'@' if self.language == Language::CSharp && self.csharp_prefix().is_some() => {
                self.quoted(self.csharp_prefix().unwrap_or(0));
            }
            b'/' if self.language == Language::Script && self.expects_value() => self.regular_expression(),
            byte if byte.is_ascii_digit() => self.number(),
            byte if is_word_byte(byte) => self.word(),
            _ => self.push(Kind::Mark(byte), 0, 1, 0),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.bytes[self.at..].starts_with(text.as_bytes())
    }

    fn new_line(&mut self) {
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
        self.line_is_fresh = true;
    }

    /// Takes `before` bytes of opening marks, `length` bytes of text and `after` bytes of closing marks.
    fn push(&mut self, kind: Kind, before: usize, length: usize, after: usize) {
        let start = self.at;
        let line = self.line;
        let column = start - self.line_start;
        let first_on_line = std::mem::replace(&mut self.line_is_fresh, false);
        let inner = start + before;
        let end = (inner + length + after).min(self.bytes.len());
        for (offset, _) in self.bytes[start..end].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            self.line += 1;
            self.line_start = start + offset + 1;
        }
        self.at = end;
        self.found.push(Token {
            kind,
            // All cuts are made at ASCII bytes, so they cannot split a character.
            text: self.source.get(inner..(inner + length).min(self.bytes.len())).unwrap_or_default(),
            line,
            line_end: self.line,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            offset: start,
            first_on_line,
        });
    }

    /// The length of the comment that begins here, if one does.
    fn comment_length(&self) -> Option<usize> {
        let rest = &self.bytes[self.at..];
        let to_line_end = || rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        match self.language {
            Language::Python => self.starts_with("#").then(to_line_end),
            Language::Ruby if self.starts_with("#") => Some(to_line_end()),
            Language::Ruby if self.at == self.line_start && self.starts_with("=begin") => {
                Some(find(rest, b"\n=end").map_or(rest.len(), |end| end + 5))
            }
            Language::Ruby => None,
            _ if self.starts_with("//") => Some(to_line_end()),
            Language::Rust | Language::Kotlin if self.starts_with("/*") => Some(nested_comment_length(rest)),
            _ if self.starts_with("/*") => Some(find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)),
            _ => None,
        }
    }

    /// Bytes of `$`, `@` before a C# text, if one follows.
    fn csharp_prefix(&self) -> Option<usize> {
        (1..4).find(|length| self.peek(*length) == Some(b'"')).filter(|length| {
            self.bytes[self.at..self.at + length].iter().all(|byte| matches!(byte, b'$' | b'@'))
        })
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !is_word_byte(*byte)).unwrap_or(rest.len());
        if self.is_text_prefix(&rest[..length], rest.get(length).copied()) {
            return self.quoted(length);
        }
        self.push(Kind::Word, 0, length, 0);
    }

    fn is_text_prefix(&self, word: &[u8], next: Option<u8>) -> bool {
        let quoted = matches!(next, Some(b'"'));
        match self.language {
            Language::Python => {
                (quoted || next == Some(b'\''))
                    && word.len() <= 2
                    && word.iter().all(|byte| b"rRbBuUfFtT".contains(byte))
            }
            Language::Rust => {
                let raw = word.ends_with(b"r") && next == Some(b'#') && self.raw_hashes(word.len()).is_some();
                (quoted || raw) && matches!(word, b"r" | b"b" | b"br" | b"c" | b"cr")
            }
            Language::C => {
                quoted && matches!(word, b"L" | b"u" | b"U" | b"u8" | b"R" | b"LR" | b"uR" | b"UR" | b"u8R")
            }
            _ => false,
        }
    }

    /// How many `#` stand before the quote of a raw text, at this distance.
    fn raw_hashes(&self, ahead: usize) -> Option<usize> {
        let hashes = self.bytes[self.at + ahead..].iter().take_while(|byte| **byte == b'#').count();
        (self.peek(ahead + hashes) == Some(b'"')).then_some(hashes)
    }

    fn number(&mut self) {
        let mut length = 1;
        while let Some(byte) = self.peek(length) {
            let separator = byte == b'\''
                && self.language == Language::C
                && self.peek(length + 1).is_some_and(|next| next.is_ascii_alphanumeric());
            let fraction = byte == b'.' && self.peek(length + 1).is_some_and(|next| next.is_ascii_digit());
            if !(is_word_byte(byte) || separator || fraction) {
                break;
            }
            length += 1;
        }
        self.push(Kind::Number, 0, length, 0);
    }

    /// A text or character whose quote stands after a prefix of so many bytes.
    fn quoted(&mut self, prefix: usize) {
        let letters = self.bytes[self.at..self.at + prefix].to_ascii_lowercase();
        let quote = self.bytes[self.at + prefix];
        match self.language {
            Language::Rust if quote == b'\'' => return self.character_or_lifetime(),
            Language::Rust if letters.ends_with(b"r") => return self.rust_raw(prefix),
            Language::Rust => return self.text(prefix, 1, Quote::default(), true),
            Language::C if letters.ends_with(b"r") => return self.cpp_raw(prefix),
            Language::Go if quote == b'`' => {
                return self.text(prefix, 1, Quote { raw: true, ..Quote::default() }, true);
            }
            Language::Script if quote == b'`' => {
                let template = Some(Template::DollarBraces);
                return self.text(prefix, 1, Quote { template, ..Quote::default() }, true);
            }
            Language::Go | Language::Java | Language::Kotlin | Language::C | Language::CSharp
                if quote == b'\'' =>
            {
                return self.character();
            }
            _ if quote == b'`' => return self.push(Kind::Mark(quote), 0, 1, 0),
            _ => {}
        }
        let triple = self.bytes[self.at + prefix..].starts_with(&[quote; 3])
            && matches!(
                self.language,
                Language::Python | Language::Java | Language::Kotlin | Language::CSharp
            );
        let raw = match self.language {
            Language::Python => letters.contains(&b'r'),
            Language::CSharp => letters.contains(&b'@') || triple,
            Language::Kotlin => triple,
            Language::Ruby => quote == b'\'',
            _ => false,
        };
        let template = match self.language {
            Language::Python if letters.contains(&b'f') || letters.contains(&b't') => Some(Template::Braces),
            Language::CSharp if letters.contains(&b'$') => Some(Template::Braces),
            Language::Kotlin => Some(Template::Dollar),
            Language::Ruby if quote == b'"' => Some(Template::HashBraces),
            _ => None,
        };
        let over_lines = triple || (self.language == Language::CSharp && letters.contains(&b'@'));
        self.text(prefix, if triple { 3 } else { 1 }, Quote { raw, triple, template }, over_lines);
    }

    /// A text that ends with as many of its quotes as it began with.
    fn text(&mut self, prefix: usize, quotes: usize, how: Quote, over_lines: bool) {
        let open = self.at + prefix;
        let quote = self.bytes[open];
        let closing = [quote; 3];
        let mut at = open + quotes;
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(at).copied() {
            let code = how.template.is_some_and(|template| self.opens_code(at, template));
            match byte {
                b'\n' if !over_lines => break,
                b'\\' if !how.raw && self.bytes.get(at + 1) != Some(&b'\n') => at += 1,
                b'{' if depth > 0 => depth += 1,
                b'}' if depth > 0 => depth -= 1,
                // Two braces mean one, which opens no code.
                b'{' if how.template == Some(Template::Braces) && self.bytes.get(at + 1) == Some(&b'{') => {
                    at += 1
                }
                b'{' if code => depth += 1,
                _ if code => {
                    depth += 1;
                    at += 1;
                }
                _ if depth == 0 && self.bytes[at..].starts_with(&closing[..quotes]) => {
                    // A doubled quote in a C# verbatim text means one quote.
                    let doubled = how.raw && quotes == 1 && self.language == Language::CSharp;
                    if !(doubled && self.bytes.get(at + 1) == Some(&quote)) {
                        return self.push(Kind::Text(how), prefix + quotes, at - open - quotes, quotes);
                    }
                    at += 1;
                }
                _ => {}
            }
            at += 1;
        }
        let end = at.min(self.bytes.len());
        self.push(Kind::Text(how), prefix + quotes, end.saturating_sub(open + quotes), 0);
    }

    /// Whether nested code, in which quotes do not close the text, begins at this offset.
    fn opens_code(&self, at: usize, template: Template) -> bool {
        let lead = match template {
            Template::DollarBraces | Template::Dollar => b'$',
            Template::HashBraces => b'#',
            Template::Braces => return self.bytes[at] == b'{',
        };
        self.bytes[at] == lead && self.bytes.get(at + 1) == Some(&b'{')
    }

    fn rust_raw(&mut self, prefix: usize) {
        let hashes = self.raw_hashes(prefix).unwrap_or(0);
        let closing: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        self.raw_until(prefix + hashes + 1, &closing);
    }

    fn cpp_raw(&mut self, prefix: usize) {
        let start = self.at + prefix + 1;
        let delimiter: Vec<u8> =
            self.bytes[start..].iter().take(17).copied().take_while(|byte| *byte != b'(').collect();
        let closing = [b")", delimiter.as_slice(), b"\""].concat();
        self.raw_until(prefix + 1 + delimiter.len() + 1, &closing);
    }

    fn raw_until(&mut self, before: usize, closing: &[u8]) {
        let start = (self.at + before).min(self.bytes.len());
        let length = find(&self.bytes[start..], closing).unwrap_or(self.bytes.len() - start);
        self.push(Kind::Text(Quote { raw: true, ..Quote::default() }), before, length, closing.len());
    }

    fn character(&mut self) {
        let mut length = 1;
        while let Some(byte) = self.peek(length) {
            match byte {
                b'\n' => break,
                b'\\' => length += 1,
                b'\'' => return self.push(Kind::Number, 0, length + 1, 0),
                _ => {}
            }
            length += 1;
        }
        self.push(Kind::Mark(b'\''), 0, 1, 0);
    }

    fn character_or_lifetime(&mut self) {
        let rest = &self.source[self.at + 1..];
        let one = rest.chars().next();
        let closes_after_one = one.is_some_and(|one| rest[one.len_utf8()..].starts_with('\''));
        if one == Some('\\') || closes_after_one {
            self.character();
        } else {
            self.push(Kind::Mark(b'\''), 0, 1, 0);
        }
    }

    /// Whether a value, rather than an operator, may stand here.
    fn expects_value(&self) -> bool {
        let before = self.found.iter().rev().find(|token| token.kind != Kind::Comment);
        match before.map(|token| (token.kind, token.text)) {
            None => true,
            Some((Kind::Mark(mark), _)) => !matches!(mark, b')' | b']' | b'}'),
            Some((Kind::Word, word)) => {
                matches!(
                    word,
                    "return" | "typeof" | "case" | "in" | "of" | "delete" | "void" | "throw" | "new" | "else"
                )
            }
            Some(_) => false,
        }
    }

    fn regular_expression(&mut self) {
        /// A longer one is most likely none; looking further at each slash would take for ever.
        const BYTES_MAX: usize = 1000;
        let mut length = 1;
        let mut in_class = false;
        while let Some(byte) = self.peek(length).filter(|_| length < BYTES_MAX) {
            match byte {
                b'\n' => break,
                b'\\' => length += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => return self.push(Kind::Number, 0, length + 1, 0),
                _ => {}
            }
            length += 1;
        }
        self.push(Kind::Mark(b'/'), 0, 1, 0);
    }
}

fn nested_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, source: &str, expected: &str) {
        let printed: Vec<String> = tokens(source, language)
            .iter()
            .map(|token| match token.kind {
                Kind::Text(_) => format!("<{}>", token.text),
                Kind::Comment => format!("({})", token.text),
                _ => token.text.to_owned(),
            })
            .collect();
        assert_eq!(printed.join(" "), expected);
    }

    #[test]
    fn texts_and_comments_are_told_from_code() {
        check(Language::Java, r#"a("x // y", 'c'); // "z""#, r#"a ( <x // y> , 'c' ) ; (// "z")"#);
        check(Language::C, "/* a \" */ b(\"c\\\"d\") 1'000", "(/* a \" */) b ( <c\\\"d> ) 1'000");
        check(Language::Python, "f\"a {b}\" '''c\n'd''' # e", "<a {b}> <c\n'd> (# e)");
        check(Language::Ruby, "puts \"a #{b(\"c\")} d\" # e", "puts <a #{b(\"c\")} d> (# e)");
    }

    #[test]
    fn a_rust_lifetime_is_no_character_and_raw_texts_end_at_their_hashes() {
        check(
            Language::Rust,
            "fn f<'a>(c: '\\'') r#\"a\"b\"# /* x /* y */ */ 'é'",
            "fn f < ' a > ( c : '\\'' ) <a\"b> (/* x /* y */ */) 'é'",
        );
        check(Language::C, "R\"x(a\")b)x\" c", "<a\")b> c");
    }

    #[test]
    fn templates_hold_code_with_quotes_of_its_own() {
        check(Language::Script, "log(`a ${b(`c`)} d`)", "log ( <a ${b(`c`)} d> )");
        check(Language::Kotlin, "log(\"a ${b(\"c\")} d\")", "log ( <a ${b(\"c\")} d> )");
        check(Language::CSharp, "x($@\"a\"\"b{c}\")", "x ( <a\"\"b{c}> )");
    }

    #[test]
    fn a_regular_expression_does_not_swallow_the_line() {
        check(
            Language::Script,
            "x = /[\"'/]/.test(a) / 2; y('b')",
            "x = /[\"'/]/ . test ( a ) / 2 ; y ( <b> )",
        );
    }

    #[test]
    fn an_unfinished_text_costs_one_line() {
        check(Language::Script, "<p>Don't</p>\nlog('a')", "< p > Don <t</p>> log ( <a> )");
        check(Language::Java, "\"abc\\", "<abc\\>");
        check(Language::Python, "'''abc", "<abc>");
        check(Language::Rust, "r#\"é", "<é>");
        check(Language::C, "R\"ééé", "<>");
    }

    #[test]
    fn lines_and_columns_are_counted() {
        let found = tokens("a\n  b /*\n*/ c", Language::C);
        let places: Vec<_> =
            found.iter().map(|token| (token.line, token.column, token.first_on_line)).collect();
        assert_eq!(places, [(1, 0, true), (2, 2, true), (2, 4, false), (3, 3, false)]);
    }
}
