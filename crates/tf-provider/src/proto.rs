//! The generated protocol: messages, servers, and the clients that [`testing`](crate::testing) uses.

/// Terraform's own service.
pub(crate) mod tfplugin6 {
    #![expect(
        clippy::all,
        clippy::pedantic,
        unreachable_pub,
        reason = "generated from schemas/tfplugin6"
    )]
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's services.
pub(crate) mod plugin {
    #![expect(dead_code, unreachable_pub, reason = "generated from schemas/tfplugin6")]
    tonic::include_proto!("plugin");
}
