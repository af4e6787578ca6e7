//! The way from one client to the service: what was asked, what arrived, and the faults on the way.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::Value as Json;
use terraform_provider_imagebuilder::backend::fault::{FaultTransport, Faults};
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use terraform_provider_imagebuilder::backend::{Transport, TransportError};
use terraform_provider_imagebuilder::local::LocalService;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::cell::Site;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
}

/// One request that the service has answered.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) status: u16,
}

pub(crate) struct Line {
    far_end: FarEnd,
    hold: Mutex<Option<Hold>>,
    /// Told when a request is held.
    held: Notify,
    faults: Mutex<Faults>,
    asked: Mutex<Vec<Asked>>,
    retelling: Mutex<Option<Retelling>>,
}

/// Changes the body of an answer on its way.
type Retelling = Arc<dyn Fn(&Asked, &mut Json) + Send + Sync>;

/// A request that is never answered.
struct Hold {
    site: Site,
    name: String,
    moment: Moment,
    counted: usize,
}

/// When a request is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before it is sent.
    Unsent,
    /// When it has been carried out, and its answer is on the way.
    Unanswered,
}

/// The service, and what it has answered over this line. It is in a process of its own: it goes on when that of a client ends.
#[derive(Clone)]
struct FarEnd {
    process: Handle,
    service: Arc<LocalService>,
    carried: Arc<Mutex<Vec<Carried>>>,
}

impl Line {
    pub(crate) fn to(service: &Arc<LocalService>) -> Arc<Self> {
        Arc::new(Self {
            hold: Mutex::default(),
            held: Notify::new(),
            far_end: FarEnd {
                process: Handle::current(),
                service: service.clone(),
                carried: Arc::default(),
            },
            faults: Mutex::default(),
            asked: Mutex::default(),
            retelling: Mutex::default(),
        })
    }

    /// From now on requests fail by these rules, counted anew.
    pub(crate) fn fail(&self, rules: &str) {
        *self.faults.lock().unwrap() = Faults::parse(rules).unwrap();
    }

    /// Ends the faults; how many there were.
    pub(crate) fn heal(&self) -> u64 {
        std::mem::take(&mut *self.faults.lock().unwrap()).number()
    }

    /// From now on answers come as a service would give them that is another one than ours, or is slower to know.
    pub(crate) fn retell(&self, retelling: impl Fn(&Asked, &mut Json) + Send + Sync + 'static) {
        *self.retelling.lock().unwrap() = Some(Arc::new(retelling));
    }

    /// From now on answers come as they are.
    pub(crate) fn tell_truly(&self) {
        *self.retelling.lock().unwrap() = None;
    }

    /// From now on one request gets no answer.
    pub(crate) fn hold(&self, site: &Site, name: &str, moment: Moment) {
        *self.hold.lock().unwrap() = Some(Hold {
            site: site.clone(),
            name: name.to_owned(),
            moment,
            counted: 0,
        });
    }

    /// Completes when a request is held.
    pub(crate) async fn held(&self) {
        self.held.notified().await;
    }

    /// Nothing is held any more.
    pub(crate) fn release(&self) {
        *self.hold.lock().unwrap() = None;
    }

    /// Counts the request; when it is to be held, if it is.
    fn moment_of(&self, request: &Request<Bytes>) -> Option<Moment> {
        let mut hold = self.hold.lock().unwrap();
        let hold = hold.as_mut()?;
        if !hold
            .site
            .is_of(request.method().as_str(), request.uri().path(), &hold.name)
        {
            return None;
        }
        hold.counted += 1;
        (hold.counted == hold.site.nth).then_some(hold.moment)
    }

    /// What was asked since the last call.
    pub(crate) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// What the service has carried out since the last call.
    pub(crate) fn take_carried(&self) -> Vec<Carried> {
        std::mem::take(&mut self.far_end.carried.lock().unwrap())
    }

    /// Whether the service has carried out such a request since they were last taken.
    pub(crate) fn has_carried(&self, is_such: impl Fn(&Carried) -> bool) -> bool {
        self.far_end.carried.lock().unwrap().iter().any(is_such)
    }
}

impl Line {
    async fn never<T>(&self) -> T {
        self.held.notify_one();
        std::future::pending().await
    }
}

impl Transport for FarEnd {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let service = self.service.clone();
            let carried_out = self.process.spawn(async move { service.send(request).await });
            let answer = carried_out.await.unwrap()?;
            let status = answer.status().as_u16();
            self.carried.lock().unwrap().push(Carried { method, path, status });
            Ok(answer)
        })
    }
}

impl Transport for Line {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let asked = Asked {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let retelling = self.retelling.lock().unwrap().clone();
        let moment = self.moment_of(&request);
        let faulty = FaultTransport::new(self.far_end.clone(), self.faults.lock().unwrap().clone());
        Box::pin(async move {
            if moment == Some(Moment::Unsent) {
                return self.never().await;
            }
            let answer = faulty.send(request).await;
            if moment == Some(Moment::Unanswered) {
                return self.never().await;
            }
            let (Some(retelling), Ok(answer)) = (retelling, &answer) else {
                return answer;
            };
            let Ok(mut body) = serde_json::from_slice(answer.body()) else {
                return Ok(answer.clone());
            };
            retelling(&asked, &mut body);
            let mut answer = answer.clone();
            *answer.body_mut() = Bytes::from(body.to_string());
            Ok(answer)
        })
    }
}
