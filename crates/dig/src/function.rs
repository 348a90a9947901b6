//! Which function a line stands in, found from braces or from indentation.
//!
//! No grammar: a block is a function if what stands before its brace looks like a function's head. Names
//! of methods are given without their class, and closures belong to the function around them. A function
//! whose head is built by macros is not seen.

use crate::language::Language;
use crate::lexer::{Kind, Token};
use crate::message::closing;

/// How many tokens before a brace are looked at for a function's head.
const HEAD_TOKENS_MAX: usize = 200;

/// The functions of one file.
#[derive(Default, Debug)]
pub(crate) struct Functions {
    /// Inner functions come after those around them.
    spans: Vec<Span>,
}

#[derive(Debug)]
struct Span {
    name: String,
    first: u32,
    last: u32,
}

impl Functions {
    /// Finds the functions among a file's tokens without comments.
    pub(crate) fn find(code: &[Token<'_>], language: Language) -> Self {
        let mut spans = if language.is_indented() { indented(code) } else { braced(code, language) };
        spans.sort_by_key(|span| (span.first, u32::MAX - span.last));
        Self { spans }
    }

    /// The innermost function around this line.
    pub(crate) fn around(&self, line: u32) -> Option<&str> {
        let before = self.spans.partition_point(|span| span.first <= line);
        self.spans[..before].iter().rev().find(|span| line <= span.last).map(|span| span.name.as_str())
    }

    /// The function around this line, or else the one that begins just below: a comment above a
    /// function speaks of it.
    pub(crate) fn around_or_below(&self, line: u32) -> Option<&str> {
        const LINES_BELOW_MAX: u32 = 3;
        self.around(line).or_else(|| {
            let below = self.spans.get(self.spans.partition_point(|span| span.first <= line))?;
            (below.first - line <= LINES_BELOW_MAX).then_some(below.name.as_str())
        })
    }
}

fn indented(code: &[Token<'_>]) -> Vec<Span> {
    let mut open: Vec<(u32, Span)> = Vec::new();
    let mut closed = Vec::new();
    let mut last_line = 0;
    let mut brackets = 0_usize;
    for (index, token) in code.iter().enumerate() {
        if token.first_on_line && brackets == 0 {
            while let Some((_, mut span)) = open.pop_if(|(column, _)| token.column <= *column) {
                // A Ruby function's `end` stands in the column of its `def`.
                span.last = if token.is_word("end") { token.line } else { last_line };
                closed.push(span);
            }
            let after_async = usize::from(token.is_word("async"));
            if code.get(index + after_async).is_some_and(|token| token.is_word("def")) {
                let name = defined_name(&code[index + after_async + 1..]);
                open.push((token.column, Span { name, first: token.line, last: token.line }));
            }
        }
        match token.kind {
            Kind::Mark(b'(' | b'[' | b'{') => brackets += 1,
            Kind::Mark(b')' | b']' | b'}') => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        last_line = token.line_end;
    }
    closed.extend(open.into_iter().map(|(_, span)| Span { last: last_line, ..span }));
    closed
}

/// The name after `def`: `name` or `self.name`.
fn defined_name(after: &[Token<'_>]) -> String {
    let named = after.iter().take_while(|token| token.kind == Kind::Word || token.is_mark(b'.')).take(3);
    named
        .filter(|token| token.kind == Kind::Word)
        .last()
        .map(|token| token.text.to_owned())
        .unwrap_or_default()
}

fn braced(code: &[Token<'_>], language: Language) -> Vec<Span> {
    let mut open: Vec<Option<(String, u32)>> = Vec::new();
    let mut closed = Vec::new();
    let mut last_line = 0;
    for (index, token) in code.iter().enumerate() {
        last_line = token.line_end;
        if token.is_mark(b'{') {
            let head = head(&code[index.saturating_sub(HEAD_TOKENS_MAX)..index]);
            let line = head.first().map_or(token.line, |first| first.line);
            open.push(name(head, language).map(|name| (name.to_owned(), line)));
        } else if token.is_mark(b'}')
            && let Some(Some((name, first))) = open.pop()
        {
            closed.push(Span { name, first, last: token.line });
        }
    }
    let unclosed = open.into_iter().flatten().map(|(name, first)| Span { name, first, last: last_line });
    closed.extend(unclosed);
    closed
}

/// What stands before a brace, from the end of the statement or block before it; empty if the brace
/// stands inside parentheses, where only closures and literals do.
fn head<'t, 's>(before: &'t [Token<'s>]) -> &'t [Token<'s>] {
    let mut depth = 0_usize;
    for (index, token) in before.iter().enumerate().rev() {
        match token.kind {
            Kind::Mark(b')' | b']') => depth += 1,
            Kind::Mark(b'(' | b'[') if depth == 0 => return &[],
            Kind::Mark(b'(' | b'[') => depth -= 1,
            Kind::Mark(b';' | b'{' | b'}') if depth == 0 => return &before[index + 1..],
            _ => {}
        }
    }
    before
}

fn name<'s>(head: &[Token<'s>], language: Language) -> Option<&'s str> {
    let keyword = match language {
        Language::Rust => Some("fn"),
        Language::Go => Some("func"),
        Language::Kotlin => Some("fun"),
        _ => None,
    };
    match (keyword, language) {
        (Some(keyword), _) => name_after(head, keyword),
        (None, Language::Script) => script_name(head),
        (None, _) => name_before_parenthesis(head),
    }
}

/// The name after the keyword: in Go a receiver, in Kotlin a type may stand between. A function without
/// a name has at most a type there, which nothing that opens parameters follows.
fn name_after<'s>(head: &[Token<'s>], keyword: &str) -> Option<&'s str> {
    const TYPES: [&str; 6] = ["map", "func", "interface", "struct", "chan", "fn"];
    let start = head.iter().position(|token| token.is_word(keyword))? + 1;
    let mut depth = 0_usize;
    for (index, token) in head.iter().enumerate().skip(start) {
        let opens = |next: &Token<'_>| matches!(next.kind, Kind::Mark(b'(' | b'<' | b'['));
        match token.kind {
            Kind::Mark(b'(' | b'<' | b'[') => depth += 1,
            Kind::Mark(b')' | b'>' | b']') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 && head.get(index + 1).is_some_and(opens) => {
                return Some(token.text).filter(|name| !TYPES.contains(name));
            }
            _ => {}
        }
    }
    None
}

fn script_name<'s>(head: &[Token<'s>]) -> Option<&'s str> {
    if head.iter().any(|token| token.is_word("function")) {
        return name_after(head, "function").or_else(|| assigned_name(head));
    }
    let arrow = head.len() >= 2 && head[head.len() - 2].is_mark(b'=') && head[head.len() - 1].is_mark(b'>');
    if arrow { assigned_name(head) } else { name_before_parenthesis(head) }
}

/// `const name = (…) => {`, `name: async () => {`.
fn assigned_name<'s>(head: &[Token<'s>]) -> Option<&'s str> {
    let assignment = head.iter().position(|token| token.is_mark(b'=') || token.is_mark(b':'))?;
    head[..assignment].iter().rev().find(|token| token.kind == Kind::Word).map(|token| token.text)
}

/// `void name(int a) throws X {`.
fn name_before_parenthesis<'s>(head: &[Token<'s>]) -> Option<&'s str> {
    let mut start = 0;
    // An annotation's or attribute's parentheses are not the function's.
    while head.get(start).is_some_and(|token| token.is_mark(b'@')) {
        start = skip_annotation(head, start);
    }
    let mut open = start + head[start..].iter().position(|token| token.is_mark(b'('))?;
    // A macro's call without a semicolon stands before the head: `DEFINE_X(a) void name() {`.
    while let Some(next) = parameters_after(head, open) {
        open = next;
    }
    let name = head[..open].last().filter(|token| token.kind == Kind::Word)?;
    let before = open.checked_sub(2).and_then(|index| head.get(index));
    let is_call = before.is_some_and(|token| {
        matches!(token.kind, Kind::Mark(b'.' | b'=' | b'&' | b'|' | b'?' | b'!'))
            || ["new", "return", "throw", "else", "await", "yield", "case"].contains(&token.text)
    });
    const CONTROL: [&str; 18] = [
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "try",
        "synchronized",
        "using",
        "lock",
        "foreach",
        "do",
        "else",
        "return",
        "sizeof",
        "fixed",
        "with",
        "match",
        "defined",
    ];
    (!is_call && !CONTROL.contains(&name.text)).then_some(name.text)
}

/// Where the parameters begin of a function whose head follows what is in these parentheses.
fn parameters_after(head: &[Token<'_>], open: usize) -> Option<usize> {
    const AFTER_PARAMETERS: [&str; 8] =
        ["const", "override", "noexcept", "throws", "throw", "final", "where", "volatile"];
    let close = closing(head, open)?;
    let next = head.get(close + 1)?;
    if next.kind != Kind::Word || AFTER_PARAMETERS.contains(&next.text) {
        return None;
    }
    let rest = &head[close + 1..];
    rest.iter().position(|token| token.is_mark(b'(')).map(|offset| close + 1 + offset)
}

fn skip_annotation(head: &[Token<'_>], at: usize) -> usize {
    let mut index = at + 1;
    while head.get(index).is_some_and(|token| token.kind == Kind::Word || token.is_mark(b'.')) {
        // Two words in a row: the annotation ended with the first.
        if head[index].kind == Kind::Word && head[index - 1].kind == Kind::Word {
            return index;
        }
        index += 1;
    }
    if !head.get(index).is_some_and(|token| token.is_mark(b'(')) || head.get(index + 1).is_none() {
        return index;
    }
    // `@Override name(` has had its last word taken for the annotation's if nothing stood between.
    let mut depth = 0_usize;
    for (offset, token) in head[index..].iter().enumerate() {
        match token.kind {
            Kind::Mark(b'(') => depth += 1,
            Kind::Mark(b')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + offset + 1;
        }
    }
    head.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    /// The function around each line that is marked by a `@`-word in the source.
    #[track_caller]
    fn check(language: Language, source: &str, expected: &[(u32, Option<&str>)]) {
        let code: Vec<_> =
            tokens(source, language).into_iter().filter(|token| token.kind != Kind::Comment).collect();
        let functions = Functions::find(&code, language);
        for (line, name) in expected {
            assert_eq!(functions.around(*line), *name, "line {line} of {functions:?}");
        }
    }

    #[test]
    fn functions_are_found_by_their_braces() {
        check(
            Language::Rust,
            "impl A {\n  pub fn one<T>(x: u8) -> u8 {\n    if x {\n      y(|| {\n        z\n      })\n    }\n  }\n}",
            &[(1, None), (5, Some("one")), (9, None)],
        );
        check(
            Language::Go,
            "func (s *S) Two(a int) error {\n  x()\n}\nvar y = 1",
            &[(2, Some("Two")), (4, None)],
        );
        check(
            Language::Go,
            "func A[T any](a T) {\n  f := func(b int) map[string]int {\n    c()\n  }\n}",
            &[(3, Some("A"))],
        );
        check(Language::C, "DEFINE(a, \"b\")\nvoid c(int d) const\n{\n  e();\n}", &[(4, Some("c"))]);
        check(Language::C, "A::A(int b) : c(b), d(b)\n{\n  e();\n}", &[(3, Some("A"))]);
        check(
            Language::Java,
            "class A {\n  @X(\"a\") public void three(int a) throws E {\n    for (;;) {\n      b();\n    }\n    new T() {\n      public void run() {\n        c();\n      }\n    };\n  }\n}",
            &[(4, Some("three")), (8, Some("run")), (10, Some("three")), (12, None)],
        );
        check(
            Language::Script,
            "const four = async (a) => {\n  b(() => {\n    c\n  })\n}\nclass A {\n  five(x) {\n    y\n  }\n}\nfunction six() {\n}",
            &[(3, Some("four")), (8, Some("five")), (11, Some("six"))],
        );
        check(
            Language::C,
            "static int A::seven(char *a)\n{\n  while (x) {\n    y();\n  }\n}",
            &[(4, Some("seven"))],
        );
    }

    #[test]
    fn functions_are_found_by_their_indentation() {
        check(
            Language::Python,
            "class A:\n  async def one(self,\n    b):\n    x = [\n1]\n    return x\n\n  y = 2\ndef two(): pass\n",
            &[(1, None), (5, Some("one")), (6, Some("one")), (8, None), (9, Some("two"))],
        );
        check(
            Language::Ruby,
            "def self.three\n  x\nend\ny",
            &[(2, Some("three")), (3, Some("three")), (4, None)],
        );
    }

    #[test]
    fn unbalanced_braces_do_no_harm() {
        check(Language::C, "}}} int f() { {", &[(1, Some("f"))]);
    }
}
