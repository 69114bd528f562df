//! The forms of texts there are.

use super::{BoundedText, Form, MayBeEmpty, Rule};

macro_rules! forms {
    ($($(#[$doc:meta])* $form:ident = $alias:ident: $what:literal, $least:literal to $most:expr, $words:literal $(, $allows:expr)?;)*) => {
        $(
            #[doc(hidden)]
            #[derive(Debug, Clone, Copy)]
            pub struct $form;

            impl Form for $form {
                const RULE: &'static Rule = &Rule {
                    what: $what,
                    words: $words,
                    least: $least,
                    most: $most,
                    allows: forms!(@ $($allows)?),
                };
            }

            $(#[$doc])*
            pub type $alias = BoundedText<$form>;
        )*

        /// Every rule there is.
        pub const ALL: &[&Rule] = &[$($form::RULE),*];
    };
    (@) => { |_| true };
    (@ $allows:expr) => { $allows };
}

/// The longest reason, in characters.
pub const REASON_MAX: usize = 2000;

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "#_./-".contains(c)
}

fn is_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-".contains(c)
}

fn is_version(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".+-".contains(c)
}

fn is_visible(c: char) -> bool {
    !c.is_control()
}

forms! {
    /// What somebody names something by, or looks for: an id, an address, a
    /// code, a name, a path, a cursor. Whether there is such a thing is found
    /// out later.
    ShortForm = ShortText: "text", 0 to 255, "a text has at most 255 characters";
    /// A token or its URL, a value of the config, the name of a file.
    LongForm = LongText: "text", 0 to 8192, "a text of this kind has at most 8192 characters";
    /// A signed note, such as a checkpoint or a key with its statement.
    NoteForm = NoteText: "note", 0 to 65_536, "a note has at most 65536 characters";
    /// A whole file: one that declares how things are to be, or an anchor with
    /// all its checkpoints.
    FileForm = FileText: "file", 0 to 16 * 1024 * 1024, "a file has at most 16777216 characters";
    /// Why something is done, in somebody's words.
    ReasonForm = Reason: "reason", 0 to REASON_MAX, "a reason has at most 2000 characters";
    /// A ticket's number, so that nothing personal hides in a record that can
    /// never be erased.
    TicketForm = Ticket: "ticket", 1 to 64, "a ticket is 1 to 64 of the characters A-Z a-z 0-9 # _ . / -", is_plain;
    /// Something's id, or the beginning of one.
    IdForm = IdText: "id", 1 to 64, "an id is 1 to 64 of the characters A-Z a-z 0-9 _ -", is_id;
    /// The version of a program.
    VersionForm = Version: "version", 1 to 32, "a version is 1 to 32 of the characters A-Z a-z 0-9 . + -", is_version;
    /// What a person is called.
    PersonForm = PersonName: "name", 0 to 255, "a name has at most 255 characters, none of them a control character", is_visible;
    /// What somebody calls something for themselves.
    LabelForm = Label: "label", 0 to 64, "a label has at most 64 characters, none of them a control character", is_visible;
}

impl MayBeEmpty for ShortForm {}
impl MayBeEmpty for LongForm {}
impl MayBeEmpty for NoteForm {}
impl MayBeEmpty for FileForm {}
impl MayBeEmpty for PersonForm {}
impl MayBeEmpty for LabelForm {}
