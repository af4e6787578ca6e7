//! The generated protocol: messages, servers, and the clients that tests use. Not part of the interface for providers.

/// Terraform's own service.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's services.
pub mod plugin {
    tonic::include_proto!("plugin");
}
