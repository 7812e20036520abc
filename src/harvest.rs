//! One run: fetch → read → normalize → store for one source.
