//! Resource providers: a subscription has to be registered for each before anything of it can be made there.
//!
//! Azurerm asks at every start. Here nobody asks until an answer says that a registration is missing: that answer proves that nothing
//! was carried out, so that the request is sent again once the subscription is registered.

use std::time::Duration;

use http::Method;

use super::client::ArmClient;
use super::error::{Error, ErrorKind};
use super::operation::{Answer, refusal};
use super::request::{Repeat, Request};
use super::retry::RetryPolicy;
use crate::arm::api_version;
use crate::arm::error::ErrorBody;

/// The service's code of an answer that asks for a registration.
const MISSING: &str = "MissingSubscriptionRegistration";
const IMAGE_BUILDER: &str = "Microsoft.VirtualMachineImages";
/// What a subscription has to be registered for before Image Builder builds in it:
/// <https://learn.microsoft.com/azure/virtual-machines/linux/image-builder#register-the-providers>
pub const NEEDED_BY_BUILDS: [&str; 6] = [
    IMAGE_BUILDER,
    "Microsoft.Compute",
    "Microsoft.ContainerInstance",
    "Microsoft.KeyVault",
    "Microsoft.Network",
    "Microsoft.Storage",
];
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A registration takes a minute or two; one that takes longer is stuck.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// A registration that an answer asks for.
#[derive(PartialEq, Eq)]
struct Missing {
    subscription: String,
    namespace: String,
}

impl ArmClient {
    /// Sends a request; where that takes a registration which is missing, registers and sends it again.
    pub(super) async fn execute(&self, request: &Request, policy: &RetryPolicy) -> Result<Answer, Error> {
        let mut registered = Vec::new();
        let mut began = self.clock.now();
        let mut pause = FIRST_PAUSE;
        loop {
            let answer = self.exchange(request, policy).await?;
            let Some(missing) = missing(request, &answer) else {
                return Ok(answer);
            };
            let is_registered = registered.contains(&missing);
            if !self.registers_providers || is_registered && self.clock.now() - began > LONGEST_WAIT {
                let error = refusal(&answer).about(request).found(&answer);
                return Err(way_out(error, &missing.subscription, &missing.namespace));
            }
            if is_registered {
                // Not every region knows of it yet.
                self.await_registration(&mut pause, &missing.namespace).await?;
            } else {
                self.register(&missing).await?;
                registered.push(missing);
                began = self.clock.now();
                pause = FIRST_PAUSE;
            }
        }
    }

    async fn register(&self, missing: &Missing) -> Result<(), Error> {
        // One at a time: the resources of a first apply all find it missing at once.
        let _registering = self.registering.lock().await;
        let namespaces = if missing.namespace.eq_ignore_ascii_case(IMAGE_BUILDER) {
            NEEDED_BY_BUILDS.to_vec()
        } else {
            vec![missing.namespace.as_str()]
        };
        let mut pending = Vec::new();
        for namespace in namespaces {
            let state = self.ask(&missing.subscription, namespace, Method::GET).await?;
            if state != State::Registered {
                tracing::info!(namespace, "registering the subscription for a resource provider");
                self.ask(&missing.subscription, namespace, Method::POST).await?;
                pending.push(namespace);
            }
        }
        let began = self.clock.now();
        let mut pause = FIRST_PAUSE;
        while let Some(namespace) = pending.last() {
            if self.ask(&missing.subscription, namespace, Method::GET).await? == State::Registered {
                pending.pop();
                continue;
            }
            if self.clock.now() - began > LONGEST_WAIT {
                let message = format!("the registration of the subscription for {namespace} does not come to its end");
                let error = Error::new(ErrorKind::TimedOut, message);
                return Err(way_out(error, &missing.subscription, namespace));
            }
            self.await_registration(&mut pause, namespace).await?;
        }
        Ok(())
    }

    async fn await_registration(&self, pause: &mut Duration, namespace: &str) -> Result<(), Error> {
        self.pause(*pause).await.map_err(|kind| {
            let message = format!("given up while the subscription is registered for {namespace}");
            Error::new(kind, message)
        })?;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }

    /// Looks at a registration (GET) or asks for it (POST); either tells how it then stands.
    async fn ask(&self, subscription: &str, namespace: &str, method: Method) -> Result<State, Error> {
        let provider = format!("/subscriptions/{subscription}/providers/{namespace}");
        let request = match method {
            Method::POST => {
                Request::post_path(&format!("{provider}/register"), api_version::RESOURCES).with_repeat(Repeat::Always)
            }
            _ => Request::get_path(&provider, api_version::RESOURCES),
        };
        let answer = self.exchange(&request, &RetryPolicy::REQUEST).await?;
        if !answer.status.is_success() {
            let error = refusal(&answer).about(&request).found(&answer);
            return Err(way_out(error, subscription, namespace));
        }
        let state = answer
            .body
            .as_ref()
            .and_then(|body| body.get("registrationState")?.as_str());
        Ok(match state {
            Some(state) if state.eq_ignore_ascii_case("Registered") => State::Registered,
            _ => State::NotYet,
        })
    }
}

#[derive(PartialEq, Eq)]
enum State {
    Registered,
    NotYet,
}

fn missing(request: &Request, answer: &Answer) -> Option<Missing> {
    if answer.status.is_success() {
        return None;
    }
    let error = answer.body.as_ref().and_then(ErrorBody::from_value)?.error;
    if !error.code.eq_ignore_ascii_case(MISSING) {
        return None;
    }
    let path = request.shown();
    let mut segments = path
        .split('/')
        .skip_while(|segment| !segment.eq_ignore_ascii_case("subscriptions"));
    let subscription = segments.nth(1)?.to_owned();
    // The service names it as the target; otherwise it is the provider of the resource itself.
    let named = error
        .details
        .into_iter()
        .find_map(|detail| detail.target)
        .or(error.target);
    let named = named.filter(|target| target.contains('.') && !target.contains('/'));
    let of_path = || {
        let mut segments = segments;
        let mut found = None;
        while segments
            .find(|segment| segment.eq_ignore_ascii_case("providers"))
            .is_some()
        {
            found = segments.next().map(str::to_owned);
        }
        found
    };
    Some(Missing {
        subscription,
        namespace: named.or_else(of_path)?,
    })
}

fn way_out(error: Error, subscription: &str, namespace: &str) -> Error {
    error.with_hint(&format!(
        "The subscription has to be registered for {namespace}. Whoever may do that runs `az provider register --namespace {namespace} \
         --subscription {subscription} --wait`; or the provider does it, unless `resource_provider_registrations` is \"none\", with the \
         right \"{namespace}/register/action\"."
    ))
}
