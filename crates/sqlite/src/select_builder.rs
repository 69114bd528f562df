//! Builds the conditions of a `SELECT`. Only numbers and words of this program
//! are put into the SQL text, never input.

use std::fmt::Display;

#[derive(Debug)]
pub(crate) struct SelectBuilder(String);

impl SelectBuilder {
    pub(crate) fn new(select: &str) -> Self {
        Self(format!("{select} WHERE 1=1"))
    }

    /// The column equals `id`, if there is one.
    pub(crate) fn and_equals(&mut self, column: &str, id: Option<i64>) {
        if let Some(id) = id {
            self.and(&format!("{column} = {id}"));
        }
    }

    /// The column is one of `ids`; no condition for `None`.
    pub(crate) fn and_in_ids(&mut self, column: &str, ids: Option<&[i64]>) {
        if let Some(ids) = ids {
            self.and_in(column, ids.iter());
        }
    }

    /// The column is one of `words`; no condition if there are none.
    pub(crate) fn and_in_words(&mut self, column: &str, words: impl Iterator<Item = &'static str>) {
        let mut words = words.map(|word| format!("'{word}'")).peekable();
        if words.peek().is_some() {
            self.and_in(column, words);
        }
    }

    /// The column is less than `number`, if there is one.
    pub(crate) fn and_less_than(&mut self, column: &str, number: Option<i64>) {
        if let Some(number) = number {
            self.and(&format!("{column} < {number}"));
        }
    }

    /// Adds the order and returns the SQL. There is no `LIMIT`: the caller
    /// counts the rows, because damaged ones do not count.
    pub(crate) fn order_by(mut self, order: &str) -> String {
        self.0 += &format!(" ORDER BY {order}");
        self.0
    }

    fn and_in(&mut self, column: &str, all: impl Iterator<Item = impl Display>) {
        let all: Vec<String> = all.map(|one| one.to_string()).collect();
        self.and(&format!("{column} IN ({})", all.join(",")));
    }

    fn and(&mut self, condition: &str) {
        self.0 += " AND ";
        self.0 += condition;
    }
}
