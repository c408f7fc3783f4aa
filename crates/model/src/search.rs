//! What a person looks for in the inventory: words, and texts in quotation marks, each of them literally.

use memchr::memmem::Finder;

use crate::AppError;

/// Longest text, in characters: longer ones were pasted by mistake.
const CHARACTERS_MAX: usize = 200;

/// A text to look for. Everything in it is meant literally: there are no wildcards.
#[derive(Debug, Clone)]
pub struct SearchText(Vec<Finder<'static>>);

impl SearchText {
    /// Nothing for an empty text, a refusal for one that cannot be looked for.
    pub fn parse(text: &str) -> Result<Option<Self>, AppError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().count() > CHARACTERS_MAX {
            let why = format!("A search has at most {CHARACTERS_MAX} characters; this one has more");
            return Err(AppError::invalid("search.too_long", why).hint("Search for a few words of it"));
        }
        if text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()) {
            let why = "The search contains a control character, which no name and no setting does";
            return Err(AppError::invalid("search.control_character", why).hint("Type the text again"));
        }
        let words = words(text);
        if words.is_empty() {
            let why = "A search needs at least one letter or digit. There are no wildcards";
            let hint = "Search for a part of a name, a setting, a value or an id";
            return Err(AppError::invalid("search.no_word", why).hint(hint));
        }
        Ok(Some(Self(words.iter().map(|word| Finder::new(word.as_bytes()).into_owned()).collect())))
    }

    /// Whether an object is found: each word stands in what it is called, or, all that do not together, in one of its
    /// lines. Both in lower case.
    pub fn finds(&self, name: &str, lines: &str) -> bool {
        let left = self.not_in(name);
        let there = || left.iter().all(|word| word.find(lines.as_bytes()).is_some());
        match left.len() {
            0 => true,
            1 => there(),
            // Few objects have all words somewhere, and looking at each line takes longer.
            _ => there() && lines.lines().any(|line| left.iter().all(|word| word.find(line.as_bytes()).is_some())),
        }
    }

    /// Whether one line has every word that the name does not have. Both in lower case. A name that has them all needs
    /// no line.
    pub fn is_reason(&self, name: &str, line: &str) -> bool {
        let left = self.not_in(name);
        !left.is_empty() && left.iter().all(|word| word.find(line.as_bytes()).is_some())
    }

    /// Where the first of the words begins, in bytes, and how long it is.
    pub fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        self.0.iter().filter_map(|word| Some((word.find(text.as_bytes())?, word.needle().len()))).min()
    }

    fn not_in(&self, name: &str) -> Vec<&Finder<'static>> {
        self.0.iter().filter(|word| word.find(name.as_bytes()).is_none()).collect()
    }
}

/// What an object is called, as [`SearchText::finds`] takes it: its name and its id.
pub fn called(name: &str, external_id: &str) -> String {
    format!("{name}\t{external_id}").to_lowercase()
}

/// In lower case, each once. A quotation mark that is not closed goes to the end; a lone dash between words says nothing.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in text.to_lowercase().split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.split_whitespace().collect::<Vec<_>>().join(" "));
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words.retain(|word| word.contains(char::is_alphanumeric));
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::SearchText;

    const LINES: &str = "bitlocker › requiredeviceencryption\tdevice_vendor_msft_bitlocker_requiredeviceencryption\t1\n\
                         defender › allow archive scanning\tx\tallowed";

    fn finds(text: &str) -> bool {
        SearchText::parse(text).unwrap().unwrap().finds("pilot ring", LINES)
    }

    #[test]
    fn words_stand_in_the_name_or_together_in_one_line() {
        for text in [
            "Pilot",
            "ring PILOT",
            "require device encryption",
            "pilot bitlocker",
            "\"archive scanning\"",
            "Pilot - ring",
        ] {
            assert!(finds(text), "{text}");
        }
        for text in ["bitlocker archive", "\"scanning archive\"", "pilot nothing", "100%", "allow*"] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_looked_for_is_refused_in_words() {
        let code = |text: &str| SearchText::parse(text).map(|found| found.is_some()).map_err(|error| error.code);
        assert_eq!(code(" \n "), Ok(false));
        assert_eq!(code(&"x".repeat(10_000)), Err("search.too_long"));
        assert_eq!(code("a\0b"), Err("search.control_character"));
        for text in ["*", "\"", "\"\"", "%_", "…  ?"] {
            assert_eq!(code(text), Err("search.no_word"), "{text}");
        }
        assert_eq!(code("\"open"), Ok(true));
    }

    #[test]
    fn a_name_that_says_it_all_needs_no_reason() {
        let search = SearchText::parse("pilot encryption").unwrap().unwrap();
        let mut lines = LINES.lines();
        assert!(
            search.is_reason("pilot ring", lines.next().unwrap())
                && !search.is_reason("pilot ring", lines.next().unwrap())
        );
        assert!(!search.is_reason("pilot encryption", LINES));
        assert_eq!(search.first_in("an encryption"), Some((3, 10)));
    }
}
