//! A body, and how it goes out: large ones from a file in memory, which the system sends without copying them.

use std::io;

use bytes::Bytes;
use tokio::net::TcpStream;

/// Bytes to be sent.
#[derive(Debug)]
pub(super) struct Payload {
    bytes: Bytes,
    #[cfg(target_os = "linux")]
    file: std::sync::OnceLock<Option<file::Held>>,
}

impl Payload {
    /// Of these bytes.
    pub fn new(bytes: Bytes) -> Self {
        Self {
            bytes,
            #[cfg(target_os = "linux")]
            file: std::sync::OnceLock::new(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Sends a head and the bytes.
    pub async fn send(&self, stream: &mut TcpStream, head: &[u8]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(file) = self.file.get_or_init(|| file::Held::of(&self.bytes)) {
            return file.send(stream, head).await;
        }
        self.write(stream, head).await
    }

    async fn write(&self, stream: &mut TcpStream, head: &[u8]) -> io::Result<()> {
        use bytes::Buf as _;
        use tokio::io::AsyncWriteExt as _;
        let mut all = head.chain(&*self.bytes);
        while all.has_remaining() {
            stream.write_buf(&mut all).await?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
mod file {
    use std::fs::File;
    use std::io::{self, Write as _};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use rustix::fs::{MemfdFlags, memfd_create, sendfile};
    use rustix::net::{SendFlags, send};
    use tokio::io::Interest;
    use tokio::net::TcpStream;

    /// Fewer bytes are copied as quickly as a file is asked for.
    const WORTH_IT: usize = 32 * 1024;
    /// How many files there may be, and how many bytes in all: they stand beside the bytes themselves.
    const FILES: usize = 128;
    const BYTES: usize = 64 * 1024 * 1024;

    static HELD: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

    /// A file in memory.
    #[derive(Debug)]
    pub(super) struct Held {
        file: File,
        length: usize,
    }

    impl Held {
        /// Of these bytes, where that is worth it and there is room.
        pub fn of(bytes: &[u8]) -> Option<Self> {
            let full = HELD.0.load(Relaxed) >= FILES || HELD.1.load(Relaxed).saturating_add(bytes.len()) > BYTES;
            if bytes.len() < WORTH_IT || full {
                return None;
            }
            let mut file = File::from(memfd_create("courant", MemfdFlags::CLOEXEC).ok()?);
            file.write_all(bytes).ok()?;
            HELD.0.fetch_add(1, Relaxed);
            HELD.1.fetch_add(bytes.len(), Relaxed);
            Some(Self { file, length: bytes.len() })
        }

        /// Sends a head and the file.
        pub async fn send(&self, stream: &TcpStream, mut head: &[u8]) -> io::Result<()> {
            while !head.is_empty() {
                let sent = stream.async_io(Interest::WRITABLE, || {
                    send(stream, head, SendFlags::MORE | SendFlags::NOSIGNAL).map_err(io::Error::from)
                });
                head = head.get(sent.await?..).unwrap_or_default();
            }
            let mut at = 0_u64;
            while (at as usize) < self.length {
                let left = self.length - at as usize;
                let sent = stream.async_io(Interest::WRITABLE, || {
                    let mut from = at;
                    sendfile(stream, &self.file, Some(&mut from), left).map_err(io::Error::from)
                });
                match sent.await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    sent => at += sent as u64,
                }
            }
            Ok(())
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            HELD.0.fetch_sub(1, Relaxed);
            HELD.1.fetch_sub(self.length, Relaxed);
        }
    }
}
