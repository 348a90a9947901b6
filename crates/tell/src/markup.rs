//! HTML and SVG as text, written so that foreign text can never become markup.
//!
//! Tags and attribute names are literals of our own code; every value and every text is cleaned and escaped
//! on the way in. There is no way to pass foreign text through unescaped.

use crate::clean;

/// The longest text of one element, in characters.
const TEXT_MAX: usize = 4_000;

/// A piece of a page.
#[derive(Default)]
pub(crate) struct Markup {
    text: String,
}

/// An attribute: our name, any value.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

impl Markup {
    /// Markup of our own.
    pub(crate) fn raw(&mut self, markup: &'static str) {
        self.text.push_str(markup);
    }

    /// Begins an element.
    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(tag, attributes);
        self.text.push('>');
    }

    /// Ends an element.
    pub(crate) fn close(&mut self, tag: &'static str) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(tag, attributes);
        self.text.push_str("/>");
    }

    /// An element that holds text.
    pub(crate) fn element(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// Text; what is longer than anybody reads is cut, and what was cut is counted.
    pub(crate) fn text(&mut self, text: &str) {
        self.escaped(&clean::line_of_at_most(text, TEXT_MAX));
    }

    /// A sentence that may quote a pattern: its wildcards are set back, so that the words stand out.
    pub(crate) fn prose(&mut self, text: &str) {
        let text = clean::line_of_at_most(text, TEXT_MAX);
        for (index, piece) in text.split("<*>").enumerate() {
            if index > 0 {
                self.element("i", &[("class", "wild")], "<*>");
            }
            self.escaped(piece);
        }
    }

    /// An element that holds such a sentence.
    pub(crate) fn quoting(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.open(tag, attributes);
        self.prose(text);
        self.close(tag);
    }

    fn escaped(&mut self, text: &str) {
        for character in clean::line(text).chars() {
            match character {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                _ => self.text.push(character),
            }
        }
    }

    /// Another piece, behind what is there.
    pub(crate) fn append(&mut self, other: Markup) {
        self.text.push_str(&other.text);
    }

    /// The text of the page.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn tag(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.escaped(value);
            self.text.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_set_back_and_stay_text() {
        let mut page = Markup::default();
        page.quoting("p", &[], "a <*> <b>");
        assert_eq!(page.finish(), "<p>a <i class=\"wild\">&lt;*&gt;</i> &lt;b&gt;</p>");
    }

    #[test]
    fn foreign_text_stays_text_in_elements_and_attributes() {
        let mut page = Markup::default();
        page.element("p", &[("title", "\"><script>")], "<b>&'\u{202e}");
        assert_eq!(page.finish(), "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;⟨U+202E⟩</p>");
    }
}
