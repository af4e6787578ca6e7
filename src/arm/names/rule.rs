//! The rule of one kind of name, and what an error says about a name that breaks it.

use crate::arm::shown::quoted;

/// The rule of one kind of name.
pub(super) struct Rule {
    /// The rule in words, such as `a gallery's name has 1 to 80 letters …`.
    pub(super) text: &'static str,
    /// Most characters.
    pub(super) longest: usize,
    /// Characters beside letters and digits.
    pub(super) beside: &'static str,
    /// Whether letters and digits of every script are allowed, and not only those of ASCII.
    pub(super) any_script: bool,
    /// Which characters, beside letters and digits, cannot be the first.
    pub(super) not_first: &'static str,
    /// Which characters, beside letters and digits, cannot be the last.
    pub(super) not_last: &'static str,
}

impl Rule {
    /// 1 to 64 letters, digits, `-`, `_` and `.` anywhere: the pattern of most names of Image Builder.
    pub(super) const fn plain(text: &'static str, longest: usize) -> Self {
        Self {
            text,
            longest,
            beside: "-_.",
            any_script: false,
            not_first: "",
            not_last: "",
        }
    }

    /// Whether the name keeps the rule.
    ///
    /// # Errors
    /// The bad value, what is wrong with it, the rule, and the name that was probably meant.
    pub(super) fn check(&self, name: &str) -> Result<(), String> {
        let Some(wrong) = self.offence(name) else {
            return Ok(());
        };
        let meant = self
            .nearest(name)
            .map(|meant| format!("; did you mean \"{meant}\"?"))
            .unwrap_or_default();
        Err(format!("{wrong}: {}{meant}", self.text))
    }

    fn offence(&self, name: &str) -> Option<String> {
        let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) else {
            return Some("the name is empty".to_owned());
        };
        if let Some(character) = name.chars().find(|character| !self.allows(*character)) {
            return Some(format!("{} holds {}", quoted(name), one(character)));
        }
        let length = name.chars().count();
        if length > self.longest {
            return Some(format!("{} has {length} characters", quoted(name)));
        }
        if self.not_first.contains(first) {
            return Some(format!("{} begins with {}", quoted(name), one(first)));
        }
        if self.not_last.contains(last) {
            return Some(format!("{} ends with {}", quoted(name), one(last)));
        }
        None
    }

    fn allows(&self, character: char) -> bool {
        let plain = if self.any_script {
            character.is_alphanumeric()
        } else {
            character.is_ascii_alphanumeric()
        };
        plain || self.beside.contains(character)
    }

    /// The name with a separator that is allowed in place of each one that is not; `None` when more than that is wrong.
    fn nearest(&self, name: &str) -> Option<String> {
        // A URI in the wrong place is near to no name, and its signature could no longer be told as one.
        if name.contains(['?', '=']) {
            return None;
        }
        let separator = ['-', '_'].into_iter().find(|each| self.beside.contains(*each))?;
        let meant: Option<String> = name
            .chars()
            .map(|character| match character {
                allowed if self.allows(allowed) => Some(allowed),
                ' ' | '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' => Some(separator),
                _ => None,
            })
            .collect();
        let meant = meant?;
        let meant = meant
            .trim_start_matches(|character| character == separator || self.not_first.contains(character))
            .trim_end_matches(|character| character == separator || self.not_last.contains(character));
        self.offence(meant).is_none().then(|| meant.to_owned())
    }
}

fn one(character: char) -> String {
    if character == ' ' {
        "a space".to_owned()
    } else {
        quoted(character.encode_utf8(&mut [0; 4]))
    }
}
