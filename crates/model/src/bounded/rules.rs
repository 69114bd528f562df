//! All kinds of texts and their rules.

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

        /// All rules.
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

fn is_action_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._:-".contains(c)
}

fn is_version_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".+-".contains(c)
}

fn is_printable_char(c: char) -> bool {
    !c.is_control()
}

text_kinds! {
    /// An id, an address, a code, a name, a path, a cursor or a search text.
    /// Whether it exists is checked later.
    ShortTextKind = ShortText: "text", 0 to 255, "a text has at most 255 characters";
    /// A token or its URL, a config value, or a file name.
    LongTextKind = LongText: "text", 0 to 8192, "a text of this kind has at most 8192 characters";
    /// A signed note, such as a checkpoint or a key with its statement.
    NoteTextKind = NoteText: "note", 0 to 65_536, "a note has at most 65536 characters";
    /// A whole file, such as a config file, or an anchor with all its
    /// checkpoints.
    FileTextKind = FileText: "file", 0 to 16 * 1024 * 1024, "a file has at most 16777216 characters";
    /// A reason, in the user's own words.
    ReasonKind = Reason: "reason", 0 to REASON_MAX, "a reason has at most 2000 characters";
    /// The number of a ticket. So few characters are allowed because it is in
    /// the record, which is never erased: nothing personal should fit.
    TicketKind = Ticket: "ticket", 1 to 64, "a ticket is 1 to 64 of the characters A-Z a-z 0-9 # _ . / -", is_ticket_char;
    /// An id, or its beginning.
    IdTextKind = IdText: "id", 1 to 64, "an id is 1 to 64 of the characters A-Z a-z 0-9 _ -", is_id_char;
    /// A program's version.
    VersionKind = Version: "version", 1 to 32, "a version is 1 to 32 of the characters A-Z a-z 0-9 . + -", is_version_char;
    /// A person's name.
    PersonNameKind = PersonName: "name", 0 to 255, "a name has at most 255 characters, none of them a control character", is_printable_char;
    /// A name that a user gives to a thing of their own, such as a token.
    LabelKind = Label: "label", 0 to 64, "a label has at most 64 characters, none of them a control character", is_printable_char;
    /// What a browser calls itself, as its storefront reports it.
    UserAgentKind = UserAgent: "user_agent", 0 to 256, "a user agent has at most 256 characters, none of them a control character", is_printable_char;
    /// The id that a storefront gives to something it reports.
    ActionIdKind = ActionId: "id", 1 to 64, "an action's id is 1 to 64 of the characters A-Z a-z 0-9 . _ : -", is_action_id_char;
    /// What was done on a customer's behalf, in the storefront's words.
    SummaryKind = Summary: "summary", 0 to 500, "a summary has at most 500 characters";
}

impl AllowsEmpty for ShortTextKind {}
impl AllowsEmpty for LongTextKind {}
impl AllowsEmpty for NoteTextKind {}
impl AllowsEmpty for FileTextKind {}
impl AllowsEmpty for PersonNameKind {}
impl AllowsEmpty for LabelKind {}
