//! What rows are asked for: conditions of ids and of words that this program
//! knows, so that nothing foreign stands in them.

use std::fmt::Display;

/// A `SELECT` with its conditions.
#[derive(Debug)]
pub struct SelectBuilder(String);

impl SelectBuilder {
    /// Without any yet.
    pub fn new(select: &str) -> Self {
        Self(format!("{select} WHERE 1=1"))
    }

    /// This id, if one is asked for.
    pub fn and_equals(&mut self, column: &str, id: Option<i64>) {
        if let Some(id) = id {
            self.and(&format!("{column} = {id}"));
        }
    }

    /// One of these ids, if they are limited.
    pub fn and_in_ids(&mut self, column: &str, ids: Option<&[i64]>) {
        if let Some(ids) = ids {
            self.and_in(column, ids.iter());
        }
    }

    /// One of these words; any, if there is none.
    pub fn and_in_words(&mut self, column: &str, words: impl Iterator<Item = &'static str>) {
        let mut words = words.map(|word| format!("'{word}'")).peekable();
        if words.peek().is_some() {
            self.and_in(column, words);
        }
    }

    /// Less than this, if it is asked for.
    pub fn and_less_than(&mut self, column: &str, number: Option<i64>) {
        if let Some(number) = number {
            self.and(&format!("{column} < {number}"));
        }
    }

    /// In this order. How many are enough is known by whoever reads them: of
    /// those that are damaged, none counts.
    pub fn order_by(mut self, order: &str) -> String {
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
