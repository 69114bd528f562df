//! Several signed notes in one text.

/// The signed notes of a text, one or several with an empty line between
/// them; a text that is none comes back as it is.
pub fn split_notes(text: &str) -> Vec<&str> {
    let mut notes = Vec::new();
    let mut rest = text;
    while let Some(signature) = rest.find("\n\n\u{2014} ") {
        // Signature lines go on until a line that is none.
        let mut end = signature + 2;
        while rest[end..].starts_with('\u{2014}') {
            end += rest[end..].find('\n').map_or(rest.len() - end, |at| at + 1);
        }
        notes.push(&rest[..end]);
        rest = rest[end..].trim_start_matches('\n');
    }
    if notes.is_empty() || !rest.trim().is_empty() {
        notes.push(rest);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_one_after_another() {
        let note = "log\n1\nAAA=\n\n\u{2014} log sig\n";
        let two = format!("{note}\n{note}");
        assert_eq!(split_notes(note), [note]);
        assert_eq!(split_notes(&two), [note, note]);
        assert_eq!(split_notes("garbage"), ["garbage"]);
        assert_eq!(split_notes(&format!("{note}\nhalf")), [note, "half"]);
        assert_eq!(split_notes(""), [""]);
    }
}
