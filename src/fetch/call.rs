//! One call to an address that a stranger named: a callback. No redirects, no robots.txt, no pace of its own.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::timeout;
use url::Url;

use super::Fetcher;
use super::client::failure;
use super::error::{FetchError, FetchErrorKind};

/// Longest wait for the whole answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// As much of the answer's body is read.
const READ: usize = 4096;

impl Fetcher {
    /// Whether an address is one that may be called, as far as its letters tell.
    pub fn may_call(&self, url: &Url) -> bool {
        self.guard().check(url).is_ok()
    }

    /// Posts `body`, or without one gets; gives the status and the beginning of the answer's body. The guard holds
    /// as for every request: what may not be fetched may not be called either.
    pub async fn call(
        &self,
        url: &Url,
        headers: Vec<(&'static str, String)>,
        body: Option<Bytes>,
    ) -> Result<(u16, Bytes), FetchError> {
        let failed = |kind| FetchError::new(url, kind);
        self.guard().check(url).map_err(|refusal| failed(FetchErrorKind::Refused(refusal.0)))?;
        let (client, manners) = self.client().map_err(failed)?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                map.insert(HeaderName::from_static(name), value);
            }
        }
        let request = match body {
            Some(body) => client.post(url.clone()).body(body),
            None => client.get(url.clone()),
        };
        let exchange = async {
            let mut response = request.headers(map).send().await?;
            let status = response.status().as_u16();
            let mut read = Vec::new();
            while read.len() < READ
                && let Some(chunk) = response.chunk().await?
            {
                read.extend_from_slice(chunk.get(..READ - read.len()).unwrap_or(&chunk));
            }
            Ok((status, read.into()))
        };
        match timeout(PATIENCE, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(failed(failure(&error, manners.connect_timeout))),
            Err(_) => Err(failed(FetchErrorKind::Timeout(PATIENCE))),
        }
    }
}
