//! go-plugin's own services: the end of the process, and two streams on which nothing is ever sent.

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::proto::plugin::grpc_broker_server::GrpcBroker;
use crate::proto::plugin::grpc_controller_server::GrpcController;
use crate::proto::plugin::grpc_stdio_server::GrpcStdio;
use crate::proto::plugin::{ConnInfo, Empty, StdioData};

/// go-plugin's services.
#[derive(Clone)]
pub(super) struct GoPlugin {
    end: CancellationToken,
}

impl GoPlugin {
    pub(super) const fn new(end: CancellationToken) -> Self {
        Self { end }
    }

    /// A stream without messages that ends with the server: were it to end earlier, or to last longer, Terraform would log a
    /// warning, or wait.
    fn silence<T: Send + 'static>(&self) -> ReceiverStream<Result<T, Status>> {
        let (sender, receiver) = mpsc::channel(1);
        let end = self.end.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = sender.closed() => {}
            }
        });
        ReceiverStream::new(receiver)
    }
}

#[tonic::async_trait]
impl GrpcController for GoPlugin {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.end.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for GoPlugin {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(self.silence())))
    }
}

#[tonic::async_trait]
impl GrpcBroker for GoPlugin {
    async fn start_stream(&self, _: Request<Streaming<ConnInfo>>) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(Box::pin(self.silence())))
    }
}
