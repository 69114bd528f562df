//! Prints the results of commands.

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
    pub fn print_view(&self, result: &impl KeyValueView) -> Result<()> {
        if self.out.format.is_machine_readable() {
            return self.print_object(result);
        }
        let style = self.style();
        let mut stdout = std::io::stdout().lock();
        one::write(&mut stdout, &result.lines(&style), &style).map_err(stdout_error)
    }

    /// Prints an object in the machine-readable format that was requested.
    pub fn print_object(&self, value: &impl Serialize) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        one::object(&mut stdout, value, self.out.format, false).map_err(stdout_error)
    }

    /// Refuses `-o csv` for results that are not rows. If only the config file asks
    /// for CSV, the default form is printed instead.
    pub fn reject_csv(&self, what: &str) -> Result<()> {
        if self.out.format == OutputFormat::Csv && self.out.is_format_explicit {
            let reason = format!("{what} cannot be printed as CSV; use -o json");
            return Err(Fault::invalid("--output", reason));
        }
        Ok(())
    }

    pub fn print_list<R: TableRow>(&self, rows: &[R]) -> Result<()> {
        self.print_list_with_columns(R::COLUMNS, rows)
    }

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

    /// Prints one page of a list in memory. `cursor` returns the cursor of a row.
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

    /// Prints rows while `run` finds them. Only a table is kept in memory.
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

    /// Notes that a limit left rows out, and how to continue.
    pub fn print_next_page_hint(&self, shown: usize, cursor: Option<&str>) {
        if let Some(cursor) = cursor {
            let cursor = sanitize(cursor);
            self.out.print_note(&format!(
                "{shown} shown, there are more: use --after {cursor}"
            ));
        }
    }

    /// The number of rows to print: `asked`, otherwise the default limit for a table
    /// on a terminal and no limit for other output.
    pub fn row_limit(&self, asked: Option<u64>) -> Option<usize> {
        let asked = asked.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let is_screen = self.out.format == OutputFormat::Table && self.out.stdout_is_terminal;
        asked.or(is_screen.then_some(self.settings.screen_rows))
    }
}
