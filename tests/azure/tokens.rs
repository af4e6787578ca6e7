//! How long a token is used, and how often one is fetched.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use terraform_provider_imagebuilder::backend::azure::{
    AccessToken, CredentialError, CredentialErrorKind, TokenCache, TokenSource,
};
use terraform_provider_imagebuilder::backend::clock::Clock;
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use tokio::sync::Semaphore;
use tokio::time::Instant;

const SCOPE: &str = "https://arm.example/.default";

/// A clock that is set by hand, and a source whose tokens are good for an hour by it.
struct Hour {
    now: Mutex<Timestamp>,
    fetched: AtomicUsize,
    fails: Mutex<Option<CredentialErrorKind>>,
    /// As many fetches as there are permits come to their end.
    let_through: Semaphore,
}

impl Hour {
    fn new(permits: usize) -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()),
            fetched: AtomicUsize::new(0),
            fails: Mutex::default(),
            let_through: Semaphore::new(permits),
        })
    }

    fn cache(self: &Arc<Self>) -> TokenCache {
        TokenCache::new(self.clone()).with_clock(self.clone())
    }

    fn pass(&self, seconds: u64) {
        let mut now = self.now.lock().unwrap();
        *now += Duration::from_secs(seconds);
    }

    fn fails(&self, kind: Option<CredentialErrorKind>) {
        *self.fails.lock().unwrap() = kind;
    }

    fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }
}

impl TokenSource for Hour {
    fn token<'a>(&'a self, scope: &'a str) -> BoxFuture<'a, Result<AccessToken, CredentialError>> {
        Box::pin(async move {
            let number = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
            self.let_through.acquire().await.unwrap().forget();
            if let Some(kind) = *self.fails.lock().unwrap() {
                return Err(CredentialError::new(kind, "no token"));
            }
            let end = self.date() + Duration::from_secs(3600);
            Ok(AccessToken::new(format!("{scope} {number}"), end))
        })
    }
}

impl Clock for Hour {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn date(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

async fn number(cache: &TokenCache) -> Result<String, CredentialError> {
    let token = cache.token(SCOPE).await?;
    Ok(token.secret().rsplit(' ').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_not_before_that() {
    let hour = Hour::new(100);
    let cache = hour.cache();
    for (seconds, expected) in [(0, "1"), (54 * 60, "1"), (2 * 60, "2"), (0, "2"), (2 * 3600, "3")] {
        hour.pass(seconds);
        assert_eq!(number(&cache).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_renewal_that_fails_does_no_harm_while_the_old_token_is_good() {
    let hour = Hour::new(100);
    let cache = hour.cache();
    assert_eq!(number(&cache).await.unwrap(), "1");
    hour.fails(Some(CredentialErrorKind::Unreachable));
    hour.pass(56 * 60);
    assert_eq!(number(&cache).await.unwrap(), "1");
    // 40 seconds before its end it is still used, 20 seconds before it is not.
    hour.pass(3 * 60 + 20);
    assert_eq!(number(&cache).await.unwrap(), "1");
    hour.pass(20);
    assert_eq!(
        number(&cache).await.unwrap_err().kind(),
        CredentialErrorKind::Unreachable
    );
}

#[tokio::test]
async fn what_gives_no_token_is_not_tried_again_for_every_resource() {
    for (kind, held_for) in [
        (CredentialErrorKind::Refused, 30),
        (CredentialErrorKind::Unavailable, 30),
        (CredentialErrorKind::Unusable, 30),
        (CredentialErrorKind::BadAnswer, 30),
        // Short enough for the attempts of a single request to outlast it.
        (CredentialErrorKind::Unreachable, 3),
    ] {
        let hour = Hour::new(100);
        let cache = hour.cache();
        hour.fails(Some(kind));
        for _ in 0..5 {
            let error = number(&cache).await.unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, "no token"));
        }
        hour.fails(None);
        hour.pass(held_for - 1);
        assert_eq!(number(&cache).await.unwrap_err().kind(), kind);
        assert_eq!(hour.fetched(), 1, "{kind:?}");
        hour.pass(1);
        assert_eq!(number(&cache).await.unwrap(), "2", "{kind:?}");
    }
}

#[tokio::test]
async fn many_who_need_a_token_at_once_make_one_fetch() {
    let hour = Hour::new(0);
    let cache = Arc::new(hour.cache());
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { number(&cache).await.unwrap() })
        })
        .collect();
    while hour.fetched() == 0 {
        tokio::task::yield_now().await;
    }
    hour.let_through.add_permits(20);
    for one in waiting {
        assert_eq!(one.await.unwrap(), "1");
    }
    assert_eq!(hour.fetched(), 1);
}

#[tokio::test]
async fn while_one_renews_the_others_go_on_with_the_token_that_is_good() {
    let hour = Hour::new(1);
    let cache = Arc::new(hour.cache());
    assert_eq!(number(&cache).await.unwrap(), "1");
    hour.pass(56 * 60);
    let renewing = {
        let cache = cache.clone();
        tokio::spawn(async move { number(&cache).await.unwrap() })
    };
    while hour.fetched() == 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(number(&cache).await.unwrap(), "1");
    hour.let_through.add_permits(1);
    assert_eq!(renewing.await.unwrap(), "2");
    assert_eq!(number(&cache).await.unwrap(), "2");
}

#[tokio::test]
async fn a_discarded_token_is_not_used_again_and_a_newer_one_is_kept() {
    let hour = Hour::new(100);
    let cache = hour.cache();
    let first = cache.token(SCOPE).await.unwrap();
    cache.discard(SCOPE, &first);
    let second = cache.token(SCOPE).await.unwrap();
    assert_ne!(first, second);
    // Whoever comes late with the first one does not take the second from the others.
    cache.discard(SCOPE, &first);
    assert_eq!(cache.token(SCOPE).await.unwrap(), second);
    assert_eq!(hour.fetched(), 2);
    assert_eq!(cache.token("other").await.unwrap().secret(), "other 3");
}

#[test]
fn a_token_is_never_shown() {
    let token = AccessToken::lasting("planted", Duration::from_secs(1));
    assert!(!format!("{token:?}").contains("planted"), "{token:?}");
}
