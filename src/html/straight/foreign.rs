//! SVG and MathML in a page (HTML §13.2.6.5). Their names are written in upper and lower case, which HTML does not
//! tell apart: some are put right.

use html5ever::{LocalName, Namespace, QualName, local_name, ns};
use scraper::node::Element;

use super::sorts::Sort;
use super::stack::Open;
use super::{Straight, Tag, spelling};

impl<'t> Straight<'t> {
    /// `<svg>` or `<math>` in HTML.
    pub(super) fn enter_foreign(&mut self, tag: Tag<'t>) -> Option<()> {
        self.open_anew()?;
        let space = if tag.sort == Sort::Svg { ns!(svg) } else { ns!(mathml) };
        self.put_foreign(tag, space)
    }

    pub(super) fn start_in_foreign(&mut self, tag: Tag<'t>) -> Option<()> {
        if breaks_out(&tag) {
            self.mended = true;
            self.leave_foreign();
            return self.start_by_mode(tag);
        }
        if matches!(self.current()?.sort, Sort::Svg | Sort::SvgPoint) {
            self.put_foreign(tag, ns!(svg))
        } else {
            self.put_foreign(tag, ns!(mathml))
        }
    }

    fn put_foreign(&mut self, tag: Tag<'t>, space: Namespace) -> Option<()> {
        self.mended = true;
        let Tag { name, mut attributes, closed, .. } = tag;
        let of_svg = space == ns!(svg);
        for attribute in &mut attributes {
            if let Some(name) = spelling::foreign_attribute(&attribute.name.local, of_svg) {
                attribute.name = name;
            }
        }
        let spelled = Some(&name).filter(|_| of_svg).and_then(spelling::svg_element).unwrap_or_else(|| name.clone());
        let sort = if of_svg { Sort::of_svg(&spelled) } else { Sort::of_math(&spelled) };
        let id = self.append(Element::new(QualName::new(None, space, spelled), attributes))?;
        if !closed {
            // Its end tag is looked for in lower case.
            self.stack.push(Open { id, sort, name });
        }
        Some(())
    }

    /// Closes what is not HTML, up to where HTML may stand.
    fn leave_foreign(&mut self) {
        while self.current().is_some_and(|open| matches!(open.sort, Sort::Svg | Sort::Math | Sort::Annotation)) {
            self.stack.pop();
        }
    }

    pub(super) fn end_in_foreign(&mut self, name: &LocalName, sort: Sort) -> Option<()> {
        if sort == Sort::Paragraph || *name == local_name!("br") {
            self.mended = true;
            self.leave_foreign();
            return self.end_by_mode(name, sort);
        }
        let last = self.stack.len().checked_sub(1)?;
        for at in (1..=last).rev() {
            let open = self.stack.get(at)?;
            if !open.sort.is_foreign() {
                self.mended = true;
                return self.end_by_mode(name, sort);
            }
            if open.name == *name {
                self.stack.truncate(at);
                return Some(());
            }
            self.mended = true;
        }
        Some(())
    }
}

/// Whether a tag is so clearly HTML that what is not ends before it.
fn breaks_out(tag: &Tag<'_>) -> bool {
    match &*tag.name {
        "b" | "big" | "blockquote" | "body" | "br" | "center" | "code" | "dd" | "div" | "dl" | "dt" | "em"
        | "embed" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "head" | "hr" | "i" | "img" | "li" | "listing"
        | "menu" | "meta" | "nobr" | "ol" | "p" | "pre" | "ruby" | "s" | "small" | "span" | "strong" | "strike"
        | "sub" | "sup" | "table" | "tt" | "u" | "ul" | "var" => true,
        "font" => tag.attributes.iter().any(|a| matches!(&*a.name.local, "color" | "face" | "size")),
        _ => false,
    }
}
