//! Tags in the body (HTML §13.2.6.4.7 to .15), as far as nothing need be mended.

use html5ever::tree_builder::QuirksMode;
use html5ever::{LocalName, local_name};

use super::Straight;
use super::lexer::Tag;
use super::sorts::Sort;

impl<'t> Straight<'t> {
    pub(super) fn start_in_body(&mut self, tag: Tag<'t>, name: LocalName, sort: Sort) -> Option<()> {
        if self.current()?.sort.holds_no_text() {
            return self.start_in_table(tag, name, sort);
        }
        match sort {
            Sort::Meta | Sort::Void => self.leaf(tag, name),
            Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Textarea | Sort::Raw => self.raw(tag, name, sort),
            Sort::Noscript if self.scripting => self.raw(tag, name, sort),
            Sort::Rule => {
                self.end_paragraph()?;
                self.is_free_of(Sort::Select)?;
                self.leaf(tag, name)
            }
            Sort::Input => {
                self.is_free_of(Sort::Select)?;
                self.leaf(tag, name)
            }
            Sort::Paragraph | Sort::Block | Sort::Clear | Sort::Loose | Sort::List => {
                self.end_paragraph()?;
                self.push(tag, name, sort)
            }
            Sort::Heading => {
                self.end_paragraph()?;
                if self.current()?.sort == Sort::Heading {
                    return None;
                }
                self.push(tag, name, sort)
            }
            Sort::Preformatted => {
                self.end_paragraph()?;
                self.push(tag, name, sort)?;
                // A line break at its beginning is left out.
                self.lexer.skip_line_break()
            }
            Sort::Form => {
                if self.form.is_some() {
                    return None;
                }
                self.end_paragraph()?;
                self.push(tag, name, sort)?;
                self.form = Some(self.current()?.id);
                Some(())
            }
            Sort::Item | Sort::Term => {
                self.end_item(sort)?;
                self.end_paragraph()?;
                self.push(tag, name, sort)
            }
            Sort::Button => {
                self.is_free_of(Sort::Button)?;
                self.push(tag, name, sort)
            }
            Sort::Anchor => {
                if self.anchors > 0 {
                    self.open
                        .iter()
                        .rev()
                        .take_while(|o| !matches!(o.sort, Sort::Cell | Sort::Caption))
                        .all(|o| o.sort != Sort::Anchor)
                        .then_some(())?;
                }
                self.push(tag, name, sort)
            }
            Sort::Formatting | Sort::Plain | Sort::Noscript => self.push(tag, name, sort),
            Sort::Select => {
                self.is_free_of(Sort::Select)?;
                self.push(tag, name, sort)
            }
            Sort::Option | Sort::Group => {
                if self.is_free_of(Sort::Select).is_none() {
                    self.end_implied(if sort == Sort::Option { Some(local_name!("optgroup")) } else { None });
                } else if self.current()?.sort == Sort::Option {
                    self.pop();
                }
                self.push(tag, name, sort)
            }
            Sort::Table => {
                if self.html.quirks_mode != QuirksMode::Quirks {
                    self.end_paragraph()?;
                }
                self.push(tag, name, sort)
            }
            Sort::Caption | Sort::Columns | Sort::Column | Sort::Rows | Sort::Row | Sort::Cell => {
                self.end_cell()?;
                self.start_in_table(tag, name, sort)
            }
            Sort::Html | Sort::Head | Sort::Body | Sort::Refused => None,
        }
    }

    /// A tag where a table, a group of rows or a row is open.
    fn start_in_table(&mut self, tag: Tag<'t>, name: LocalName, sort: Sort) -> Option<()> {
        loop {
            let current = self.current()?.sort;
            match (sort, current) {
                (Sort::HeadRaw | Sort::Script, Sort::Table | Sort::Rows | Sort::Row)
                    if name != local_name!("noframes") =>
                {
                    return self.raw(tag, name, sort);
                }
                (Sort::Column, Sort::Columns) => return self.leaf(tag, name),
                (Sort::Column, Sort::Table) => self.phantom(local_name!("colgroup"), Sort::Columns),
                (Sort::Caption | Sort::Columns | Sort::Rows, Sort::Table)
                | (Sort::Row, Sort::Rows)
                | (Sort::Cell, Sort::Row) => return self.push(tag, name, sort),
                (Sort::Row | Sort::Cell, Sort::Table) => self.phantom(local_name!("tbody"), Sort::Rows),
                (Sort::Cell, Sort::Rows) => self.phantom(local_name!("tr"), Sort::Row),
                (Sort::Caption | Sort::Columns | Sort::Column | Sort::Rows, Sort::Rows | Sort::Row)
                | (Sort::Row, Sort::Row)
                | (Sort::Caption | Sort::Columns | Sort::Rows | Sort::Row | Sort::Cell, Sort::Columns) => self.pop(),
                _ => return None,
            }
        }
    }

    pub(super) fn end_in_body(&mut self, name: LocalName, sort: Sort) -> Option<()> {
        match sort {
            Sort::Block | Sort::Clear | Sort::Loose | Sort::List | Sort::Preformatted | Sort::Button | Sort::Select => {
                self.end_implied(None);
                self.end_current(&name)
            }
            Sort::Heading => {
                self.end_implied(None);
                self.end_current(&name)
            }
            Sort::Form => {
                self.end_implied(None);
                let form = self.form.take()?;
                (self.current()?.id == form).then(|| self.pop())
            }
            Sort::Paragraph | Sort::Item | Sort::Term => {
                self.end_implied(Some(name.clone()));
                self.end_current(&name)
            }
            Sort::Anchor | Sort::Formatting | Sort::Plain | Sort::Option | Sort::Group | Sort::Noscript => {
                self.end_current(&name)
            }
            Sort::Cell | Sort::Caption => {
                self.end_implied(None);
                self.end_current(&name)
            }
            Sort::Columns => self.end_current(&name),
            Sort::Rows | Sort::Row | Sort::Table => {
                if !self.current()?.sort.holds_no_text() {
                    self.end_cell()?;
                }
                loop {
                    let current = self.current()?;
                    if current.name == name {
                        self.pop();
                        return Some(());
                    }
                    match (sort, current.sort) {
                        (Sort::Rows | Sort::Table, Sort::Row) | (Sort::Table, Sort::Rows | Sort::Columns) => self.pop(),
                        _ => return None,
                    }
                }
            }
            _ => None,
        }
    }

    /// Closes the current element, if it has this name.
    fn end_current(&mut self, name: &LocalName) -> Option<()> {
        (self.current()?.name == *name).then(|| self.pop())
    }

    /// "Generate implied end tags", but for one name.
    fn end_implied(&mut self, but: Option<LocalName>) {
        while self.current().is_some_and(|open| open.sort.ends_by_itself() && Some(&open.name) != but.as_ref()) {
            self.pop();
        }
    }

    /// "Close a `p` element" where one is open and a button is no border between.
    fn end_paragraph(&mut self) -> Option<()> {
        if self.paragraphs == 0 {
            return Some(());
        }
        let near = self.open.iter().rev().take_while(|open| !open.sort.is_border() && open.sort != Sort::Button);
        if !near.clone().any(|open| open.sort == Sort::Paragraph) {
            return Some(());
        }
        self.end_implied(Some(local_name!("p")));
        self.end_current(&local_name!("p"))
    }

    /// Ends the list item before the one that begins.
    fn end_item(&mut self, sort: Sort) -> Option<()> {
        for open in self.open.iter().rev() {
            if open.sort == sort {
                let name = open.name.clone();
                self.end_implied(Some(name.clone()));
                return self.end_current(&name);
            }
            if open.sort.stops_items() {
                break;
            }
        }
        Some(())
    }

    /// Ends the cell or caption that is open.
    fn end_cell(&mut self) -> Option<()> {
        self.end_implied(None);
        matches!(self.current()?.sort, Sort::Cell | Sort::Caption).then(|| self.pop())
    }

    /// Whether nothing of a sort is open up to the next border.
    fn is_free_of(&self, sort: Sort) -> Option<()> {
        for open in self.open.iter().rev() {
            if open.sort == sort {
                return None;
            }
            if open.sort.is_border() {
                break;
            }
        }
        Some(())
    }
}
