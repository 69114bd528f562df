//! The forms of texts there are.

use super::{AllowsEmpty, BoundedText, TextKind, TextRule};

macro_rules! text_kinds {
    ($($(#[$doc:meta])* $kind:ident = $alias:ident: $name:literal, $min:literal to $max:expr, $message:literal $(, $allows:expr)?;)*) => {
        $(
            #[doc(hidden)]
            #[derive(Debug, Clone, Copy)]
            pub struct $kind;

            impl TextKind for $kind {
                const RULE: &'static TextRule = &TextRule {
                    name: $name,
                    message: $message,
                    min_chars: $min,
                    max_chars: $max,
                    allows: text_kinds!(@ $($allows)?),
                };
            }

            $(#[$doc])*
            pub type $alias = BoundedText<$kind>;
        )*

        /// Every rule there is.
        pub const TEXT_RULES: &[&TextRule] = &[$($kind::RULE),*];
    };
    (@) => { |_| true };
    (@ $allows:expr) => { $allows };
}

/// The longest reason, in characters.
pub const REASON_MAX: usize = 2000;

fn is_ticket_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "#_./-".contains(c)
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-".contains(c)
}

fn is_version_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".+-".contains(c)
}

fn is_printable_char(c: char) -> bool {
    !c.is_control()
}

text_kinds! {
    /// What somebody names something by, or looks for: an id, an address, a
    /// code, a name, a path, a cursor. Whether there is such a thing is found
    /// out later.
    ShortTextKind = ShortText: "text", 0 to 255, "a text has at most 255 characters";
    /// A token or its URL, a value of the config, the name of a file.
    LongTextKind = LongText: "text", 0 to 8192, "a text of this kind has at most 8192 characters";
    /// A signed note, such as a checkpoint or a key with its statement.
    NoteTextKind = NoteText: "note", 0 to 65_536, "a note has at most 65536 characters";
    /// A whole file: one that declares how things are to be, or an anchor with
    /// all its checkpoints.
    FileTextKind = FileText: "file", 0 to 16 * 1024 * 1024, "a file has at most 16777216 characters";
    /// Why something is done, in somebody's words.
    ReasonKind = Reason: "reason", 0 to REASON_MAX, "a reason has at most 2000 characters";
    /// A ticket's number, so that nothing personal hides in a record that can
    /// never be erased.
    TicketKind = Ticket: "ticket", 1 to 64, "a ticket is 1 to 64 of the characters A-Z a-z 0-9 # _ . / -", is_ticket_char;
    /// Something's id, or the beginning of one.
    IdTextKind = IdText: "id", 1 to 64, "an id is 1 to 64 of the characters A-Z a-z 0-9 _ -", is_id_char;
    /// The version of a program.
    VersionKind = Version: "version", 1 to 32, "a version is 1 to 32 of the characters A-Z a-z 0-9 . + -", is_version_char;
    /// What a person is called.
    PersonNameKind = PersonName: "name", 0 to 255, "a name has at most 255 characters, none of them a control character", is_printable_char;
    /// What somebody calls something for themselves.
    LabelKind = Label: "label", 0 to 64, "a label has at most 64 characters, none of them a control character", is_printable_char;
}

impl AllowsEmpty for ShortTextKind {}
impl AllowsEmpty for LongTextKind {}
impl AllowsEmpty for NoteTextKind {}
impl AllowsEmpty for FileTextKind {}
impl AllowsEmpty for PersonNameKind {}
impl AllowsEmpty for LabelKind {}
