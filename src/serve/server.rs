//! Connections: accepted, bounded in number and patience, finished in order at the end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::answer::Ready;
use super::asked;
use super::body::Body;
use super::patient::{Patience, Patient};
use super::quick::{self, UnderWay};

/// How many connections may be open; more are told to come back.
const CONNECTIONS: usize = 4096;
/// How long a client may take to begin, to ask, and to read.
const PATIENCE: Patience = Patience {
    first: Duration::from_secs(15),
    idle: Duration::from_secs(60),
    grace: Duration::from_secs(30),
    slowest: 4096,
};
/// How often a quiet HTTP/2 connection is asked whether it is alive; often enough to be no idle one.
const PING: Duration = Duration::from_secs(25);
/// How long what is under way at the end may take.
const DRAIN: Duration = Duration::from_secs(2);
/// Pause after accepting failed, which mostly means that there are no file descriptors left.
const BREATH: Duration = Duration::from_millis(50);

/// What is sent to one connection too many.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What answers requests.
pub(super) trait Answers: Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> impl Future<Output = Response<Body>> + Send;
    /// Answers a plain request for a document; `None`: it is none, and goes the long way.
    fn ready(&self, _: &asked::Asked<'_>, _: SocketAddr) -> impl Future<Output = Option<Ready>> + Send {
        std::future::ready(None)
    }
    /// Where open and refused connections are counted.
    fn counts(&self) -> Option<(&AtomicU64, &AtomicU64)>;
}

/// Serves until `shutdown` turns true (or its sender is gone); then what is under way has a short while to finish.
pub(super) async fn serve(
    listener: TcpListener,
    site: Arc<impl Answers>,
    mut shutdown: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut http = Builder::new(TokioExecutor::new());
    // `Patient` bounds the time for heads: one look at the clock, where hyper sets a timer for each request.
    http.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(64 * 1024);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let http = Arc::new(http);
    let under_way = Arc::new(UnderWay::default());
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let accepted = tokio::select! {
            // Stopping comes first: under load there is always another connection.
            biased;
            _ = shutdown.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            if let Some((_, refused)) = site.counts() {
                refused.fetch_add(1, Relaxed);
            }
            refuse(&stream);
            continue;
        };
        // Answers are written whole: nothing is won by waiting for more.
        let _ = stream.set_nodelay(true);
        let answering = site.clone();
        let service = service_fn(move |request| {
            let site = answering.clone();
            async move { Ok::<_, Infallible>(site.answer(request, peer).await) }
        });
        let (site, http, under_way) = (site.clone(), http.clone(), under_way.clone());
        let (watcher, stopping) = (graceful.watcher(), shutdown.clone());
        tokio::spawn(async move {
            let open = site.counts().map(|(open, _)| open);
            if let Some(open) = open {
                open.fetch_add(1, Relaxed);
            }
            let plain = quick::answer(stream, peer, &site, (PATIENCE, &under_way, &stopping)).await;
            if let Some((stream, bytes)) = plain {
                let stream = TokioIo::new(Patient::new(stream, PATIENCE).after(bytes));
                let connection = watcher.watch(http.serve_connection(stream, service).into_owned());
                // Clients go away in many ways, none of which is ours to mend.
                if let Err(error) = connection.await {
                    tracing::debug!(%peer, error, "a connection ended early");
                }
            }
            if let Some(open) = open {
                open.fetch_sub(1, Relaxed);
            }
            drop(place);
        });
    }
    drop(listener);
    let ended = async { tokio::join!(graceful.shutdown(), under_way.none()) };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        tracing::debug!("connections were still open at the end");
    }
    Ok(())
}

/// Says so and hangs up; the few bytes fit the socket's buffer or are not sent.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(BUSY);
}
