//! Splits a text with several signed notes.

/// The signed notes in a text, separated by empty lines. Text that is not a
/// signed note is returned unchanged as the last element.
pub fn split_notes(text: &str) -> Vec<&str> {
    let mut notes = Vec::new();
    let mut rest = text;
    while let Some(signature) = rest.find("\n\n\u{2014} ") {
        // The note ends with its last signature line.
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
    fn several_notes_are_split() {
        let note = "log\n1\nAAA=\n\n\u{2014} log sig\n";
        let two = format!("{note}\n{note}");
        assert_eq!(split_notes(note), [note]);
        assert_eq!(split_notes(&two), [note, note]);
        assert_eq!(split_notes("garbage"), ["garbage"]);
        assert_eq!(split_notes(&format!("{note}\nhalf")), [note, "half"]);
        assert_eq!(split_notes(""), [""]);
    }
}
