//! Text with an emphasis.

use super::Style;
use super::sanitize::sanitize;

/// The meaning that a cell's style shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Emphasis {
    #[default]
    Plain,
    Good,
    Bad,
    Warning,
    Dim,
}

#[derive(Debug, Clone, Default)]
pub struct StyledText {
    pub text: String,
    pub emphasis: Emphasis,
}

impl From<String> for StyledText {
    fn from(text: String) -> Self {
        Self {
            text,
            emphasis: Emphasis::Plain,
        }
    }
}

impl From<&str> for StyledText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for StyledText {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

/// `None` is an empty cell.
impl<T: Into<StyledText>> From<Option<T>> for StyledText {
    fn from(text: Option<T>) -> Self {
        text.map(Into::into).unwrap_or_default()
    }
}

impl From<&Option<String>> for StyledText {
    fn from(text: &Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl StyledText {
    pub fn with_emphasis(text: impl Into<String>, emphasis: Emphasis) -> Self {
        Self {
            text: text.into(),
            emphasis,
        }
    }

    /// `yes` and `no`, green and dim.
    pub fn yes_no(yes: bool) -> Self {
        if yes {
            Self::with_emphasis("yes", Emphasis::Good)
        } else {
            Self::with_emphasis("no", Emphasis::Dim)
        }
    }
}

/// The text, made safe, with the colour of its emphasis if colours are on.
pub fn paint(text: &StyledText, style: &Style) -> String {
    let shown = sanitize(&text.text);
    let code = match text.emphasis {
        _ if !style.color => return shown.into_owned(),
        Emphasis::Plain => return shown.into_owned(),
        Emphasis::Good => "32",
        Emphasis::Bad => "31",
        Emphasis::Warning => "33",
        Emphasis::Dim => "2",
    };
    format!("\u{1b}[{code}m{shown}\u{1b}[0m")
}
