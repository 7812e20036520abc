//! A table between the article's paragraphs is the article's, cell by cell: a number alone looks like nothing.

use super::blocks::{Block, Kind};
use super::outline::{NOWHERE, Outline};
use super::tag::Tag;

/// Fewer rows make no table, and fewer cells than two a row a layout.
const ROWS: usize = 3;
/// Cells with more text than this, on the average, are the page's columns.
const SHORT: u32 = 60;
/// A table with a larger part of its text in links is a menu.
const LINKS: f32 = 0.3;

/// Keeps the tables whose neighbours on both sides are kept.
pub(super) fn keep_tables(outline: &Outline, blocks: &[Block], keep: &mut [bool]) {
    let mut index = 0;
    while let Some(node) = outline.get(index) {
        if node.tag != Tag::Table {
            index += 1;
            continue;
        }
        let first = blocks.partition_point(|b| b.from < index);
        let end = blocks.partition_point(|b| b.from < node.end);
        let inside = outline.nodes.get(index as usize + 1..node.end as usize).unwrap_or_default();
        let rows = inside.iter().filter(|n| n.tag == Tag::Row).count();
        let cells = blocks.get(first..end).unwrap_or_default().iter().filter(|b| b.kind == Kind::Text).count();
        let is_table = rows >= ROWS
            && cells >= 2 * rows
            && node.weight < SHORT * cells as u32
            && (node.link as f32) < LINKS * node.weight as f32
            && inside.iter().all(|n| n.tag != Tag::Table);
        if is_table && is_amid(outline, index, blocks, keep, first, end) {
            for (block, keep) in blocks.iter().zip(keep.iter_mut()).take(end).skip(first) {
                *keep |= block.kind == Kind::Text;
            }
        }
        // A table that is none may hold one.
        index = if is_table { node.end } else { index + 1 };
    }
}

/// Whether the text before a table, and the text behind it, if any, stand beside it and are kept.
fn is_amid(outline: &Outline, table: u32, blocks: &[Block], keep: &[bool], first: usize, end: usize) -> bool {
    let holder = around(outline, table);
    let Some(scope) = outline.get(holder) else { return false };
    let beside =
        |block: &Block| block.owner == holder || outline.get(block.owner).is_some_and(|owner| owner.parent == holder);
    let is_text = |(block, _): &(&Block, &bool)| block.kind == Kind::Text;
    let before = blocks.iter().zip(keep).take(first).rev().find(is_text);
    let behind = blocks.iter().zip(keep).skip(end).find(is_text).filter(|(block, _)| block.from < scope.end);
    before.is_some_and(|(block, keep)| *keep && beside(block))
        && behind.is_none_or(|(block, keep)| *keep && beside(block))
}

/// The nearest element around a table that holds more than the table.
fn around(outline: &Outline, table: u32) -> u32 {
    let weight = outline.get(table).map_or(0, |node| node.weight);
    let mut holder = outline.get(table).map_or(NOWHERE, |node| node.parent);
    while let Some(node) = outline.get(holder).filter(|node| node.weight == weight) {
        holder = node.parent;
    }
    holder
}

#[cfg(test)]
mod tests {
    use super::super::read_article;
    use crate::read::CompiledRules;

    #[test]
    fn a_table_amid_the_text_is_kept_with_its_numbers() {
        let text = |n: usize| {
            format!(
                "<p>On day {n} the council met in the old mill, heard the engineers, and asked them whether the figures of last spring still held.</p>"
            )
        };
        let texts: String = (0..4).map(text).collect();
        let row = |n: usize| format!("<tr><td>{n}</td><td>Ferry of line {n}</td><td>{}</td></tr>", 500 - n);
        let table = format!("<table>{}</table>", (1..9).map(row).collect::<String>());
        let linked = table.replace("<td>Ferry", "<td><a href=/f>Ferry").replace("</td><td>4", "</a></td><td>4");
        for (html, kept) in [
            (format!("{texts}{table}{texts}"), true),
            (format!("{texts}<div>{table}</div>"), true),
            (format!("{texts}{linked}{texts}"), false),
            (format!("{texts}</article><div>{table}</div>"), false),
        ] {
            let html = format!("<title>Ferries</title><article><h1>Ferries</h1>{html}");
            let url = "https://paper.example/ferries".parse().unwrap();
            let page =
                crate::fetch::saved_page(url, Some("text/html"), html.clone().into(), chrono::DateTime::UNIX_EPOCH);
            let body = read_article(&page, &CompiledRules::default()).value.body_text.unwrap_or_default();
            assert_eq!(body.contains("Ferry of line 7\t493"), kept, "{html}: {body}");
        }
    }
}
