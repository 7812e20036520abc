//! More than the newest entries as a whole: differences, the history, searches, troubles.

use super::*;

#[tokio::test]
async fn a_reader_that_takes_differences_gets_only_what_it_lacks() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let first = stage.get("/feeds/all.rss").await;
    stage.shelf.put("urn:test:second").await;
    let im = HeaderName::from_static("a-im");
    let ask = |tag: String| {
        let stage = &stage;
        let im = im.clone();
        async move { stage.ask(Method::GET, "/feeds/all.rss", &[(im, "feed"), (header::IF_NONE_MATCH, &tag)]).await }
    };
    let tag = first.header(header::ETAG).to_owned();
    stage.get("/feeds/all.rss").await;
    let got = ask(tag.clone()).await;
    assert_eq!((got.status, got.headers["im"].to_str().unwrap()), (StatusCode::IM_USED, "feed"));
    assert!(got.body.contains("urn:test:second") && !got.body.contains(FERRY), "{}", got.body);
    assert!(got.header(header::CACHE_CONTROL).contains("no-store"));
    let whole = stage.get("/feeds/all.rss").await;
    assert_eq!(got.header(header::ETAG), whole.header(header::ETAG));
    assert_eq!(ask(whole.header(header::ETAG).to_owned()).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask(format!("{tag}, {}", whole.header(header::ETAG))).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(ask("\"unheard-of\"".to_owned()).await.body, whole.body);
}

#[tokio::test]
async fn the_whole_history_can_be_walked_back() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    for n in 0..119 {
        stage.shelf.put(&format!("urn:test:{n}")).await;
    }
    let link = |body: &str, relation: &str| {
        let tags = body.split('<').filter_map(|tag| tag.split('>').next()).filter(|tag| tag.contains("link "));
        let tag = tags.into_iter().find(|tag| tag.contains(&format!("rel=\"{relation}\"")))?;
        Some(tag.split("href=\"").nth(1)?.split('"').next()?.strip_prefix("http://127.0.0.1:8080")?.to_owned())
    };
    for ending in ["rss", "atom"] {
        let mut body = stage.get(&format!("/feeds/all.{ending}")).await.body;
        let mut seen = std::collections::HashSet::new();
        let mut walked = Vec::new();
        while let Some(previous) = link(&body, "prev-archive") {
            let got = stage.get(&previous).await;
            assert_eq!(got.status, StatusCode::OK, "{previous}");
            body = got.body;
            assert!(body.contains("<fh:archive"), "{body}");
            assert_eq!(link(&body, "current"), Some(format!("/feeds/all.{ending}")));
            assert_eq!(link(&body, "self").as_ref(), Some(&previous));
            let ids = body.split("urn:test:").skip(1).map(|id| id.split('<').next().unwrap().to_owned());
            seen.extend(ids);
            walked.push(previous);
        }
        assert_eq!(walked, [format!("/feeds/all/archive/2-20.{ending}"), format!("/feeds/all/archive/1.{ending}")]);
        assert_eq!(seen.len(), 119);
    }
    assert!(
        stage
            .get("/feeds/all.json")
            .await
            .body
            .contains("\"next_url\":\"http://127.0.0.1:8080/feeds/all/archive/2-20.json\"")
    );
    for part in ["2", "3-1", "2-21", "0"] {
        assert_eq!(stage.get(&format!("/feeds/all/archive/{part}.atom")).await.status, StatusCode::NOT_FOUND, "{part}");
    }
}

#[tokio::test]
async fn a_feed_can_be_searched_and_the_answer_is_kept() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let got = stage.get("/feeds/all.atom?q=RAINS").await;
    assert!(got.body.contains(FERRY) && got.body.contains("/feeds/all.atom?q=rains\" rel=\"self\""), "{}", got.body);
    let rendered = stage.rendered();
    stage.get("/feeds/all.atom?utm_source=x&q=rains").await;
    assert_eq!(stage.rendered(), rendered);
    assert!(!stage.get("/feeds/all.atom?q=snow").await.body.contains("<entry>"));
    assert!(!stage.get("/feeds/all.atom?tag=ports").await.body.contains("<entry>"));
}

#[tokio::test]
async fn a_client_that_takes_the_whole_every_moment_is_told_to_wait() {
    let stage = Stage::new("http://127.0.0.1:8080/", None).await;
    let of = [(HeaderName::from_static("x-forwarded-for"), "192.0.2.7")];
    let mut last = stage.ask(Method::GET, "/feeds/all.rss", &of).await;
    let tag = last.header(header::ETAG).to_owned();
    for _ in 0..120 {
        last = stage.ask(Method::GET, "/feeds/all.rss", &of).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.header(header::RETRY_AFTER).parse::<u64>().is_ok_and(|seconds| seconds > 500));
    let polite = [of[0].clone(), (header::IF_NONE_MATCH, &*tag)];
    assert_eq!(stage.ask(Method::GET, "/feeds/all.rss", &polite).await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(stage.get("/feeds/all.rss").await.status, StatusCode::OK);
}

#[tokio::test]
async fn troubles_are_a_feed_for_the_operator() {
    let stage = Stage::new("http://127.0.0.1:8080/", Some("s3cret")).await;
    assert_eq!(stage.get("/feeds/_status.atom").await.status, StatusCode::UNAUTHORIZED);
    let said = [(header::AUTHORIZATION, "Bearer s3cret")];
    let got = stage.ask(Method::GET, "/feeds/_status.atom", &said).await;
    assert!(got.body.contains("The harbour: broken") && got.body.contains("No answer."), "{}", got.body);
    assert_eq!(got.body.matches("<entry>").count(), 1);
    assert!(got.header(header::CACHE_CONTROL).starts_with("private"));
    stage.shelf.put("urn:test:second").await;
    assert_eq!(stage.ask(Method::GET, "/feeds/_status.atom", &said).await.body, got.body);
    let got = stage.ask(Method::GET, "/feeds/_status", &[said[0].clone(), BROWSER]).await;
    assert_eq!((got.status, got.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/admin/"));
    let open = Stage::new("http://127.0.0.1:8080/", None).await;
    let evil = [(header::HOST, "evil.example")];
    assert_eq!(open.ask(Method::GET, "/feeds/_status.rss", &evil).await.status, StatusCode::FORBIDDEN);
}
