//! End tags in the body (HTML §13.2.6.4.7).

use html5ever::{LocalName, local_name};

use super::sorts::Sort;
use super::{Mode, Straight, Tag};

impl<'t> Straight<'t> {
    pub(super) fn end_in_body(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        match sort {
            Sort::Body | Sort::Html => {
                let current = self.current()?.sort;
                self.mended |= current != Sort::Body;
                if self.stack.has_in(Sort::Body, Sort::is_border) {
                    self.mode = if sort == Sort::Body { Mode::AfterBody } else { Mode::AfterAfterBody };
                } else {
                    self.mended = true;
                }
            }
            Sort::Block | Sort::Clear | Sort::Loose | Sort::List | Sort::Preformatted | Sort::Button | Sort::Select => {
                self.end_scoped(name, sort, Sort::is_border, false)
            }
            Sort::Object => {
                if self.stack.has_named_in(sort, name, Sort::is_border) {
                    self.close(name, false);
                    self.formatting.clear_to_marker();
                } else {
                    self.mended = true;
                }
            }
            Sort::Template => self.end_template(),
            Sort::Form if self.stack.has(Sort::Template) => self.end_form_in_template(name),
            Sort::Form => self.end_form()?,
            Sort::Paragraph => {
                if !self.stack.has_in(sort, Sort::is_button_border) {
                    self.mended = true;
                    self.phantom(local_name!("p"), sort)?;
                }
                self.close(name, true);
            }
            Sort::Item => self.end_scoped(name, sort, Sort::is_list_border, true),
            Sort::Term => self.end_scoped(name, sort, Sort::is_border, true),
            Sort::Heading => {
                if self.stack.has_in(sort, Sort::is_border) {
                    self.stack.end_implied(None);
                    self.mended |= !self.current()?.is(name);
                    self.stack.pop_until(|open| open.sort == Sort::Heading);
                } else {
                    self.mended = true;
                }
            }
            Sort::Anchor | Sort::Formatting | Sort::Unbroken => return self.end_formatting(name, sort),
            Sort::Void if *name == local_name!("br") => {
                self.mended = true;
                let (attributes, closed) = (Vec::new(), false);
                return self.start_in_body(Tag { written: "br", name: name.clone(), sort, attributes, closed });
            }
            _ => return self.end_plain(name, sort),
        }
        Some(())
    }

    /// Any other end tag.
    pub(super) fn end_plain(&mut self, name: &LocalName, _: Sort) -> Option<()> {
        for at in (0..self.stack.len()).rev() {
            let open = self.stack.get(at)?;
            if open.is(name) {
                self.mended |= at + 1 != self.stack.len();
                self.stack.truncate(at);
                return Some(());
            }
            if open.sort.is_special() {
                break;
            }
        }
        self.mended = true;
        Some(())
    }

    /// Ends an element if it is open in a scope.
    fn end_scoped(&mut self, name: &LocalName, sort: Sort, is_border: fn(Sort) -> bool, itself: bool) {
        if self.current().is_some_and(|open| open.is(name)) {
            self.stack.pop();
        } else if self.stack.has_named_in(sort, name, is_border) {
            self.close(name, itself);
        } else {
            self.mended = true;
        }
    }

    /// Ends elements up to and with the innermost of a name, which is open; `itself` is whether it may be left out.
    pub(super) fn close(&mut self, name: &LocalName, itself: bool) {
        self.stack.end_implied(itself.then_some(name));
        if !self.stack.pop_until(|open| open.is(name)) {
            self.mended = true;
        }
    }

    fn end_form(&mut self) -> Option<()> {
        let form = self.form.take();
        let Some(form) = form.filter(|form| self.stack.first_in(Sort::is_border, |open| open.id == *form)) else {
            self.mended = true;
            return Some(());
        };
        self.stack.end_implied(None);
        self.mended |= self.current()?.id != form;
        self.stack.remove(self.stack.position(form)?);
        Some(())
    }
}
