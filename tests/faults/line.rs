//! The way from one client to the service: what was asked, what arrived, and the faults on the way.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response};
use terraform_provider_imagebuilder::backend::fault::{FaultTransport, Faults};
use terraform_provider_imagebuilder::backend::transport::BoxFuture;
use terraform_provider_imagebuilder::backend::{Transport, TransportError};
use terraform_provider_imagebuilder::local::LocalService;

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
    faults: Mutex<Faults>,
    asked: Mutex<Vec<Asked>>,
}

/// The service, and what it has answered over this line.
#[derive(Clone)]
struct FarEnd {
    service: Arc<LocalService>,
    carried: Arc<Mutex<Vec<Carried>>>,
}

impl Line {
    pub(crate) fn to(service: &Arc<LocalService>) -> Arc<Self> {
        Arc::new(Self {
            far_end: FarEnd {
                service: service.clone(),
                carried: Arc::default(),
            },
            faults: Mutex::default(),
            asked: Mutex::default(),
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

    /// What was asked since the last call.
    pub(crate) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// What the service has carried out since the last call.
    pub(crate) fn take_carried(&self) -> Vec<Carried> {
        std::mem::take(&mut self.far_end.carried.lock().unwrap())
    }
}

impl Transport for FarEnd {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        Box::pin(async move {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let answer = self.service.send(request).await?;
            let status = answer.status().as_u16();
            self.carried.lock().unwrap().push(Carried { method, path, status });
            Ok(answer)
        })
    }
}

impl Transport for Line {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        self.asked.lock().unwrap().push(Asked {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
        });
        let faulty = FaultTransport::new(self.far_end.clone(), self.faults.lock().unwrap().clone());
        Box::pin(async move { faulty.send(request).await })
    }
}
