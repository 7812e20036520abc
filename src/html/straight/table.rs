//! Tags and text in tables (HTML §13.2.6.4.9 to .15).

use html5ever::tendril::StrTendril;
use html5ever::{LocalName, local_name};

use super::sorts::Sort;
use super::{Mode, Straight, Tag, is_blank};

impl<'t> Straight<'t> {
    /// Text where a table, a group of rows or a row is open.
    pub(super) fn text_in_table(&mut self, mut text: StrTendril) -> Option<()> {
        if self.mode == Mode::Columns {
            let blanks = u32::try_from(text.bytes().take_while(u8::is_ascii_whitespace).count()).ok()?;
            self.append_text(text.subtendril(0, blanks))?;
            text.pop_front(blanks);
            if text.is_empty() {
                return Some(());
            }
            self.end_columns().then_some(())?;
        }
        if self.current()?.sort.holds_no_text() && is_blank(&text) {
            return self.append_text(text);
        }
        self.mended = true;
        self.fostering = true;
        self.text_in_body(text)?;
        self.fostering = false;
        Some(())
    }

    /// Ends the group of columns that is open; whether one is.
    fn end_columns(&mut self) -> bool {
        let open = self.current().is_some_and(|open| open.sort == Sort::Columns);
        if open {
            self.stack.pop();
            self.mode = Mode::Table;
        } else {
            self.mended = true;
        }
        open
    }

    pub(super) fn start_in_table(&mut self, tag: Tag<'t>) -> Option<()> {
        loop {
            match self.mode {
                Mode::Caption if is_part(tag.sort) => {
                    if !self.end_caption() {
                        return Some(());
                    }
                }
                Mode::Cell if is_part(tag.sort) => {
                    if !self.stack.has_in(Sort::Cell, Sort::is_table_border) {
                        self.mended = true;
                        return Some(());
                    }
                    self.end_cell();
                }
                Mode::Columns => match tag.sort {
                    Sort::Html => return self.start_in_body(tag),
                    Sort::Column => return self.leaf(tag).map(drop),
                    Sort::Template => return self.start_template(tag, None),
                    _ if self.end_columns() => {}
                    _ => return Some(()),
                },
                Mode::Row if tag.sort == Sort::Cell => {
                    self.clear_back_to(Sort::holds_cells);
                    self.push(tag)?;
                    self.mode = Mode::Cell;
                    self.formatting.mark();
                    return Some(());
                }
                Mode::Row if is_part(tag.sort) => {
                    if !self.end_row() {
                        return Some(());
                    }
                }
                Mode::Rows if tag.sort == Sort::Row => {
                    self.clear_back_to(Sort::holds_rows);
                    self.push(tag)?;
                    self.mode = Mode::Row;
                    return Some(());
                }
                Mode::Rows if tag.sort == Sort::Cell => {
                    self.clear_back_to(Sort::holds_rows);
                    self.phantom(local_name!("tr"), Sort::Row)?;
                    self.mode = Mode::Row;
                }
                Mode::Rows if is_part(tag.sort) => {
                    if !self.is_in_rows() {
                        return Some(());
                    }
                    self.clear_back_to(Sort::holds_rows);
                    self.stack.pop();
                    self.mode = Mode::Table;
                }
                Mode::Table | Mode::Rows | Mode::Row => match tag.sort {
                    Sort::Caption | Sort::Columns | Sort::Rows => {
                        self.clear_back_to(Sort::is_table_border);
                        self.mode = match tag.sort {
                            Sort::Caption => Mode::Caption,
                            Sort::Columns => Mode::Columns,
                            _ => Mode::Rows,
                        };
                        if tag.sort == Sort::Caption {
                            self.formatting.mark();
                        }
                        return self.push(tag).map(drop);
                    }
                    Sort::Column => {
                        self.clear_back_to(Sort::is_table_border);
                        self.phantom(local_name!("colgroup"), Sort::Columns)?;
                        self.mode = Mode::Columns;
                    }
                    Sort::Row | Sort::Cell => {
                        self.clear_back_to(Sort::is_table_border);
                        self.phantom(local_name!("tbody"), Sort::Rows)?;
                        self.mode = Mode::Rows;
                    }
                    Sort::Table => {
                        self.mended = true;
                        if !self.stack.has_in(Sort::Table, Sort::is_table_border) {
                            return Some(());
                        }
                        self.end_table();
                        return self.start_by_mode(tag);
                    }
                    _ => return self.start_astray(tag),
                },
                _ => return self.start_in_body(tag),
            }
        }
    }

    /// A tag that does not belong between a table and its cells.
    fn start_astray(&mut self, tag: Tag<'t>) -> Option<()> {
        let hidden = |tag: &Tag<'_>| {
            tag.attributes.iter().any(|a| a.name.local == local_name!("type") && a.value.eq_ignore_ascii_case("hidden"))
        };
        match tag.sort {
            Sort::Refused => return None,
            Sort::Template => return self.start_template(tag, None),
            Sort::Script => return self.raw(tag),
            Sort::HeadRaw if tag.name == local_name!("style") => return self.raw(tag),
            _ => self.mended = true,
        }
        match tag.sort {
            Sort::Input if hidden(&tag) => return self.leaf(tag).map(drop),
            Sort::Form => {
                if self.form.is_none() && !self.stack.has(Sort::Template) {
                    self.form = self.leaf(tag);
                }
                return Some(());
            }
            _ => {}
        }
        self.fostering = true;
        self.start_in_body(tag)?;
        self.fostering = false;
        Some(())
    }

    pub(super) fn end_in_table(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        loop {
            match (self.mode, sort) {
                (Mode::Caption, Sort::Caption) => {
                    if self.end_caption() {
                        self.mode = Mode::Table;
                    }
                    return Some(());
                }
                (Mode::Caption, Sort::Table) => {
                    if !self.end_caption() {
                        return Some(());
                    }
                }
                (Mode::Cell, Sort::Cell) => {
                    if self.stack.has_named_in(sort, name, Sort::is_table_border) {
                        self.close(name, false);
                        self.formatting.clear_to_marker();
                        self.mode = Mode::Row;
                    } else {
                        self.mended = true;
                    }
                    return Some(());
                }
                (Mode::Cell, Sort::Table | Sort::Rows | Sort::Row) => {
                    if !self.is_open_here(name, sort) {
                        return Some(());
                    }
                    self.end_cell();
                }
                (Mode::Columns | Mode::Table | Mode::Rows | Mode::Row, Sort::Template) => {
                    self.end_template();
                    return Some(());
                }
                (Mode::Columns, Sort::Columns) => {
                    self.end_columns();
                    return Some(());
                }
                (Mode::Columns, Sort::Column) => {
                    self.mended = true;
                    return Some(());
                }
                (Mode::Columns, _) => {
                    if !self.end_columns() {
                        return Some(());
                    }
                }
                (Mode::Row, Sort::Row) => {
                    self.end_row();
                    return Some(());
                }
                (Mode::Row, Sort::Table | Sort::Rows) => {
                    if (sort == Sort::Rows && !self.is_open_here(name, sort)) || !self.end_row() {
                        return Some(());
                    }
                }
                (Mode::Rows, Sort::Rows | Sort::Table) => {
                    let open = if sort == Sort::Rows { self.is_open_here(name, sort) } else { self.is_in_rows() };
                    if !open {
                        return Some(());
                    }
                    self.clear_back_to(Sort::holds_rows);
                    self.stack.pop();
                    self.mode = Mode::Table;
                    if sort == Sort::Rows {
                        return Some(());
                    }
                }
                (Mode::Table, Sort::Table) => {
                    if self.is_open_here(name, sort) {
                        self.end_table();
                    }
                    return Some(());
                }
                (_, Sort::Body | Sort::Html)
                | (_, Sort::Caption | Sort::Columns | Sort::Column | Sort::Rows | Sort::Row | Sort::Cell) => {
                    self.mended = true;
                    return Some(());
                }
                (Mode::Caption | Mode::Cell, _) => return self.end_in_body(name, sort),
                _ => {
                    self.mended = true;
                    self.fostering = true;
                    self.end_in_body(name, sort)?;
                    self.fostering = false;
                    return Some(());
                }
            }
        }
    }

    /// Whether there are rows to end; html5ever asks so, and forgets `thead`.
    fn is_in_rows(&mut self) -> bool {
        let open = self.stack.first_in(Sort::is_table_border, |open| {
            open.sort == Sort::Table || (open.sort == Sort::Rows && open.name != local_name!("thead"))
        });
        self.mended |= !open;
        open
    }

    /// Whether an end tag means anything.
    fn is_open_here(&mut self, name: &LocalName, sort: Sort) -> bool {
        let open = self.stack.has_named_in(sort, name, Sort::is_table_border);
        self.mended |= !open;
        open
    }

    fn clear_back_to(&mut self, wanted: fn(Sort) -> bool) {
        if !self.stack.clear_back_to(wanted) {
            self.mended = true;
        }
    }

    /// Ends the cell that is open.
    fn end_cell(&mut self) {
        self.stack.end_implied(None);
        if !self.stack.pop_until(|open| open.sort == Sort::Cell) {
            self.mended = true;
        }
        self.formatting.clear_to_marker();
        self.mode = Mode::Row;
    }

    /// Ends the caption that is open; whether one is.
    fn end_caption(&mut self) -> bool {
        let open = self.stack.has_in(Sort::Caption, Sort::is_table_border);
        if open {
            self.close(&local_name!("caption"), false);
            self.formatting.clear_to_marker();
            self.mode = Mode::Table;
        } else {
            self.mended = true;
        }
        open
    }

    /// Ends the row that is open; whether one is.
    fn end_row(&mut self) -> bool {
        let open = self.stack.has_in(Sort::Row, Sort::is_table_border);
        if open {
            self.clear_back_to(Sort::holds_cells);
            self.stack.pop();
            self.mode = Mode::Rows;
        } else {
            self.mended = true;
        }
        open
    }

    /// Ends the table that is open, and goes on with what it stands in.
    fn end_table(&mut self) {
        if !self.stack.pop_until(|open| open.sort == Sort::Table) {
            self.mended = true;
        }
        self.reset_mode();
    }
}

/// Whether a tag is a table's.
fn is_part(sort: Sort) -> bool {
    matches!(sort, Sort::Caption | Sort::Columns | Sort::Column | Sort::Rows | Sort::Row | Sort::Cell)
}
