//! Start tags in the body (HTML §13.2.6.4.7).

use html5ever::local_name;
use html5ever::tree_builder::QuirksMode;

use super::sorts::Sort;
use super::{Mode, Straight, Tag};

impl<'t> Straight<'t> {
    pub(super) fn start_in_body(&mut self, mut tag: Tag<'t>) -> Option<()> {
        match tag.sort {
            Sort::Html | Sort::Body if self.stack.has(Sort::Template) => {
                self.mended = true;
                return Some(());
            }
            Sort::Html => return self.add_attributes(0, tag),
            Sort::Template => return self.start_template(tag, None),
            Sort::Body => {
                self.mended = true;
                return match self.stack.get(1) {
                    Some(open) if open.sort == Sort::Body => self.add_attributes(1, tag),
                    _ => Some(()),
                };
            }
            // These mean nothing here.
            Sort::Caption
            | Sort::Columns
            | Sort::Column
            | Sort::Rows
            | Sort::Row
            | Sort::Cell
            | Sort::Head
            | Sort::Frame => {
                self.mended = true;
                return Some(());
            }
            Sort::Refused | Sort::SvgPoint | Sort::MathPoint | Sort::Annotation => return None,
            Sort::HeadRaw | Sort::Script | Sort::Title | Sort::Textarea | Sort::Raw => return self.raw(tag),
            Sort::Noscript if self.scripting => return self.raw(tag),
            Sort::Meta | Sort::Part => return self.leaf(tag).map(drop),
            Sort::Svg | Sort::Math => return self.enter_foreign(tag),
            Sort::Rule => {
                self.end_paragraph();
                if self.has_select() {
                    self.mended = true;
                    self.stack.end_implied(None);
                }
                return self.leaf(tag).map(drop);
            }
            Sort::Listing => {
                self.mended = true;
                self.end_paragraph();
                self.open_anew()?;
                return self.raw(tag);
            }
            Sort::Image => {
                self.mended = true;
                tag.name = local_name!("img");
                self.open_anew()?;
                return self.leaf(tag).map(drop);
            }
            Sort::Void => {
                self.open_anew()?;
                return self.leaf(tag).map(drop);
            }
            Sort::Input => {
                self.end_select();
                self.open_anew()?;
                return self.leaf(tag).map(drop);
            }
            Sort::Paragraph | Sort::Block | Sort::Clear | Sort::Loose | Sort::List => self.end_paragraph(),
            Sort::Heading => {
                self.end_paragraph();
                if self.current()?.sort == Sort::Heading {
                    self.mended = true;
                    self.stack.pop();
                }
            }
            Sort::Preformatted => {
                self.end_paragraph();
                self.push(tag)?;
                // A line break at its beginning is left out.
                return self.lexer.skip_line_break();
            }
            Sort::Form => {
                let free = self.stack.has(Sort::Template);
                if self.form.is_some() && !free {
                    self.mended = true;
                    return Some(());
                }
                self.end_paragraph();
                let form = self.push(tag)?;
                if !free {
                    self.form = Some(form);
                }
                return Some(());
            }
            Sort::Item | Sort::Term => {
                self.end_item(tag.sort);
                self.end_paragraph();
            }
            Sort::Button => {
                if self.stack.has_in(Sort::Button, Sort::is_border) {
                    self.mended = true;
                    self.stack.end_implied(None);
                    self.stack.pop_until(|open| open.sort == Sort::Button);
                }
                self.open_anew()?;
            }
            Sort::Anchor => {
                self.end_anchor(&tag.name)?;
                self.open_anew()?;
                return self.push_formatting(tag);
            }
            Sort::Formatting => {
                self.open_anew()?;
                return self.push_formatting(tag);
            }
            Sort::Unbroken => {
                self.open_anew()?;
                if self.stack.has_in(Sort::Unbroken, Sort::is_border) {
                    self.end_formatting(&tag.name, Sort::Unbroken)?;
                    self.open_anew()?;
                }
                self.mended = true;
                return self.push_formatting(tag);
            }
            Sort::Object => {
                self.mended = true;
                self.open_anew()?;
                self.push(tag)?;
                self.formatting.mark();
                return Some(());
            }
            Sort::Plain | Sort::Noscript => self.open_anew()?,
            Sort::Select => {
                if self.end_select() {
                    return Some(());
                }
                self.open_anew()?;
            }
            Sort::Option | Sort::Group => {
                if self.has_select() {
                    let group = local_name!("optgroup");
                    self.stack.end_implied((tag.sort == Sort::Option).then_some(&group));
                } else if self.current()?.sort == Sort::Option {
                    self.stack.pop();
                }
                self.open_anew()?;
            }
            Sort::RubyBase | Sort::RubyText => {
                self.mended = true;
                let base = local_name!("rtc");
                if self.stack.first_in(Sort::is_border, |open| open.is(&local_name!("ruby"))) {
                    self.stack.end_implied((tag.sort == Sort::RubyText).then_some(&base));
                }
            }
            Sort::Table => {
                if self.html.quirks_mode != QuirksMode::Quirks {
                    self.end_paragraph();
                }
                self.mode = Mode::Table;
            }
        }
        self.push(tag).map(drop)
    }

    pub(super) fn has_select(&self) -> bool {
        self.stack.has_in(Sort::Select, Sort::is_border)
    }

    /// Ends the `select` that is open; whether one was.
    fn end_select(&mut self) -> bool {
        let open = self.has_select();
        if open {
            self.mended = true;
            self.stack.pop_until(|open| open.sort == Sort::Select);
        }
        open
    }

    /// "Close a `p` element" where one is open and a button is no border between.
    pub(super) fn end_paragraph(&mut self) {
        if self.stack.has_in(Sort::Paragraph, Sort::is_button_border) {
            self.close(&local_name!("p"), true);
        }
    }

    /// Ends the list item before the one that begins.
    fn end_item(&mut self, sort: Sort) {
        if !self.stack.has(sort) {
            return;
        }
        let ended = self.stack.outwards().find(|open| open.sort == sort || open.sort.stops_items());
        if let Some(name) = ended.filter(|open| open.sort == sort).map(|open| open.name.clone()) {
            self.close(&name, true);
        }
    }
}
