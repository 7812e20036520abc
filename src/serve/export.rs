//! All that is published, as files for any web host.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::addresses::{Addresses, Collection, entry_file};
use super::edition::Edition;
use super::router::Shape;
use super::{Catalogue, feeds, pages};
use crate::model::{Entry, EntryId};
use crate::publish::{self, Format};
use crate::store::{Store, StoreError};

/// All that is published, as files: path below the export folder, and bytes. Feeds have the bytes that the server
/// would send, those with a token are left out (no file asks for one); pages are folders with an `index.html` and link relatively, so that they can be read from anywhere.
pub async fn export(store: &dyn Store, catalogue: &Catalogue) -> Result<Vec<(PathBuf, Bytes)>, StoreError> {
    let edition = Edition::new(Arc::new(catalogue.clone()), None);
    let base = &catalogue.base_url;
    let (top, below) = (Addresses::in_files(base, 0), Addresses::in_files(base, 2));
    let mut files = Vec::new();
    let mut linked: BTreeMap<EntryId, Entry> = BTreeMap::new();
    for (collection, feed) in edition.open() {
        let (entries, changed) = feeds::entries_of(store, feed).await?;
        let folder = PathBuf::from(collection.folder());
        for format in Format::ALL {
            let links = edition.links(collection, feed, Shape::Document(format), "");
            let document = publish::render(feed, &entries, format, &links, changed);
            files.push((folder.join(format!("{}.{}", feed.id, format.extension())), document.body));
        }
        let page = pages::feed(&below, collection, feed, &entries, &edition.titles, None);
        files.push((folder.join(feed.id.as_str()).join("index.html"), page.into()));
        for entry in publish::chosen(feed, &entries) {
            if !linked.contains_key(&entry.id) {
                linked.insert(entry.id.clone(), entry.clone());
            }
        }
    }
    for entry in linked.values() {
        let full_text =
            edition.shelf(Collection::Source, entry.source.as_str()).is_none_or(|shelf| shelf.feed.full_text);
        files.push((entry_file(&entry.id), pages::entry(&below, entry, &edition.titles, full_text).into()));
    }
    files.push(("index.html".into(), feeds::index_page(store, &edition, &top).await?.into()));
    files.push(("opml.xml".into(), feeds::opml(&edition).body().clone()));
    files.push(("favicon.svg".into(), Bytes::from_static(pages::FAVICON.as_bytes())));
    Ok(files)
}
