//! How commands print what they were answered.

use serde::Serialize;

use super::args::Paging;
use super::out::stdout_error;
use super::runner::Cli;
use super::view::{KeyValueView, TableRow};
use lac_model::fault::Fault;
use lac_render::column::Column;
use lac_render::list::List;
use lac_render::sanitize::sanitize;
use lac_render::{OutputFormat, Style, one};
use lac_store::Result;

impl Cli {
    /// Shows one result.
    ///
    /// # Errors
    /// `io`.
    pub fn print_view(&self, result: &impl KeyValueView) -> Result<()> {
        if self.out.format.is_machine_readable() {
            return self.print_object(result);
        }
        let style = self.style();
        let mut stdout = std::io::stdout().lock();
        one::write(&mut stdout, &result.lines(&style), &style).map_err(stdout_error)
    }

    /// Writes an object for programs, where that was asked for.
    ///
    /// # Errors
    /// `io`.
    pub fn print_object(&self, value: &impl Serialize) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        one::object(&mut stdout, value, self.out.format, false).map_err(stdout_error)
    }

    /// Refuses `-o csv` for what is no row. Where the config file alone says
    /// so, people get what they are shown otherwise.
    ///
    /// # Errors
    /// `invalid_value`.
    pub fn reject_csv(&self, what: &str) -> Result<()> {
        if self.out.format == OutputFormat::Csv && self.out.is_format_explicit {
            let reason = format!("{what} has no CSV form; -o json has it all");
            return Err(Fault::invalid("--output", reason));
        }
        Ok(())
    }

    /// Shows a list.
    ///
    /// # Errors
    /// `io`.
    pub fn print_list<R: TableRow>(&self, rows: &[R]) -> Result<()> {
        self.print_list_with_columns(R::COLUMNS, rows)
    }

    /// The same with other columns than those of the type.
    ///
    /// # Errors
    /// `io`.
    pub fn print_list_with_columns<R: Serialize>(
        &self,
        columns: &'static [Column<R>],
        rows: &[R],
    ) -> Result<()> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, columns, self.out.format, self.style());
        for row in rows {
            list.push(row).map_err(stdout_error)?;
        }
        list.finish().map_err(stdout_error)?;
        if rows.is_empty() && self.out.format == OutputFormat::Table {
            self.out.print_note("nothing found");
        }
        Ok(())
    }

    /// Shows one page of a list that is held; `cursor` is what a row is named by.
    ///
    /// # Errors
    /// `invalid_value` for a cursor that is none; `io`.
    pub fn print_page<R: TableRow>(
        &self,
        mut rows: Vec<R>,
        paging: &Paging,
        cursor: impl Fn(&R) -> String,
    ) -> Result<()> {
        if let Some(after) = &paging.after {
            let at = rows.iter().position(|row| cursor(row) == *after);
            let at = at.ok_or_else(|| {
                Fault::invalid("--after", format!("`{after}` is not in this list"))
            })?;
            rows.drain(..=at);
        }
        let total = rows.len();
        rows.truncate(self.row_limit(paging.limit).unwrap_or(usize::MAX));
        self.print_list(&rows)?;
        let cut = rows.last().filter(|_| rows.len() < total).map(cursor);
        self.print_next_page_hint(rows.len(), cut.as_deref());
        Ok(())
    }

    /// Shows a list row by row while `run` finds them; nothing is held but a
    /// table.
    ///
    /// # Errors
    /// `io`, and whatever `run` fails with.
    pub fn print_rows<R: Serialize, A>(
        &self,
        columns: &'static [Column<R>],
        style: Style,
        run: impl FnOnce(&mut dyn FnMut(&R) -> Result<()>) -> Result<A>,
    ) -> Result<A> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, columns, self.out.format, style);
        let answer = run(&mut |row| list.push(row).map_err(stdout_error))?;
        list.finish().map_err(stdout_error)?;
        Ok(answer)
    }

    /// Says that a limit left rows out, and how to go on.
    pub fn print_next_page_hint(&self, shown: usize, cursor: Option<&str>) {
        if let Some(cursor) = cursor {
            let cursor = sanitize(cursor);
            self.out
                .print_note(&format!("{shown} shown, there are more: --after {cursor}"));
        }
    }

    /// Rows a list shows: what was asked for; else a table on a terminal has
    /// a default limit, and other outputs none.
    pub fn row_limit(&self, asked: Option<u64>) -> Option<usize> {
        let asked = asked.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let is_screen = self.out.format == OutputFormat::Table && self.out.stdout_is_terminal;
        asked.or(is_screen.then_some(self.settings.screen_rows))
    }
}
