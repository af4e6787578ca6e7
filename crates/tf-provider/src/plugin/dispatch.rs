//! The services on one connection, told apart by the path of the call. (Four services need no router.)

use std::convert::Infallible;
use std::task::{Context, Poll};

use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};

use super::stdio::GoPlugin;
use crate::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use crate::proto::plugin::grpc_controller_server::GrpcControllerServer;
use crate::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use crate::proto::tfplugin6::provider_server::ProviderServer;
use crate::provider::Provider;
use crate::server::Server;

/// The largest message either way, as in Terraform's own plugin library: 256 MiB.
pub(crate) const MESSAGE_LIMIT: usize = 256 << 20;

/// All services of a plugin.
pub(crate) struct Services<P: Provider> {
    provider: ProviderServer<Server<P>>,
    controller: GrpcControllerServer<GoPlugin>,
    stdio: GrpcStdioServer<GoPlugin>,
    broker: GrpcBrokerServer<GoPlugin>,
}

impl<P: Provider> Clone for Services<P> {
    fn clone(&self) -> Self {
        Self {
            provider: self.provider.clone(),
            controller: self.controller.clone(),
            stdio: self.stdio.clone(),
            broker: self.broker.clone(),
        }
    }
}

impl<P: Provider> Services<P> {
    /// The services of this server; `end` is cancelled by Terraform's Shutdown.
    pub(crate) fn new(server: Server<P>, end: CancellationToken) -> Self {
        let go_plugin = GoPlugin::new(end);
        Self {
            provider: ProviderServer::new(server)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerServer::new(go_plugin.clone()),
            stdio: GrpcStdioServer::new(go_plugin.clone()),
            broker: GrpcBrokerServer::new(go_plugin),
        }
    }
}

impl<P: Provider> Service<http::Request<Body>> for Services<P> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = request.uri().path().split('/').nth(1).unwrap_or_default();
        match service {
            "plugin.GRPCController" => self.controller.call(request),
            "plugin.GRPCStdio" => self.stdio.call(request),
            "plugin.GRPCBroker" => self.broker.call(request),
            // It answers Unimplemented to what it does not know.
            _ => self.provider.call(request),
        }
    }
}
