//! Clouds: where Resource Manager and the identity provider of each are.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// A cloud, as far as a client of Resource Manager has to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Its name, for example `public`; it is recorded with every resource.
    pub name: String,
    /// Where Resource Manager answers.
    pub resource_manager: Url,
    /// For whom tokens are issued, without a slash at the end.
    pub audience: String,
    /// Where tokens are issued; the tenant follows in the path.
    pub authority: Url,
}

/// Addresses that take the place of a cloud's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Where Resource Manager answers.
    pub resource_manager: Option<String>,
    /// For whom tokens are issued.
    pub audience: Option<String>,
    /// Where tokens are issued.
    pub authority: Option<String>,
}

/// What is wrong with the description of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudErrorKind {
    /// No cloud of this name is known.
    UnknownName,
    /// An address that is no URL, or cannot be that of a service.
    BadAddress,
    /// Without encryption, to a host that is not this machine.
    Unencrypted,
    /// The cloud's own description cannot be fetched.
    Unreachable,
    /// The cloud's own description is not understood.
    BadMetadata,
}

/// A cloud cannot be used.
#[derive(Debug)]
pub struct CloudError {
    kind: CloudErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Cloud {
    /// The cloud of this name, as azurerm names them: `public`, `usgovernment`, `china`.
    ///
    /// # Errors
    /// There is no such cloud.
    pub fn named(name: &str) -> Result<Self, CloudError> {
        // https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure and its like for China.
        let (resource_manager, authority) = match name.to_ascii_lowercase().as_str() {
            "public" => ("https://management.azure.com", "https://login.microsoftonline.com"),
            "usgovernment" => (
                "https://management.usgovcloudapi.net",
                "https://login.microsoftonline.us",
            ),
            "china" => ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
            _ => {
                let message =
                    format!("\"{name}\" is no cloud that is known here; use \"public\", \"usgovernment\" or \"china\"");
                return Err(CloudError::new(CloudErrorKind::UnknownName, message));
            }
        };
        Ok(Self {
            name: name.to_ascii_lowercase(),
            resource_manager: address(resource_manager)?,
            audience: resource_manager.to_owned(),
            authority: address(authority)?,
        })
    }

    /// A cloud of its own, which these addresses describe; it is named after the host of its Resource Manager.
    ///
    /// # Errors
    /// An address is missing, is none, or asks for plain http to another machine.
    pub fn at(endpoints: &Endpoints) -> Result<Self, CloudError> {
        let (Some(resource_manager), Some(authority)) = (&endpoints.resource_manager, &endpoints.authority) else {
            let message = "a cloud of its own needs the addresses of its Resource Manager and of its authority";
            return Err(CloudError::new(CloudErrorKind::BadAddress, message));
        };
        let url = address(resource_manager)?;
        let audience = endpoints.audience.as_ref().unwrap_or(resource_manager);
        Ok(Self {
            name: url.host_str().unwrap_or_default().to_owned(),
            resource_manager: url,
            audience: without_slash(audience).to_owned(),
            authority: address(authority)?,
        })
    }

    /// The same cloud with other addresses. One whose Resource Manager is on another host is another cloud: it takes that host's
    /// name, so that nobody looks here for a resource that was made there.
    ///
    /// # Errors
    /// An address is none, or asks for plain http to another machine.
    pub fn with_endpoints(mut self, endpoints: &Endpoints) -> Result<Self, CloudError> {
        if let Some(text) = &endpoints.resource_manager {
            let url = address(text)?;
            if url.host_str() != self.resource_manager.host_str() {
                self.name = url.host_str().unwrap_or_default().to_owned();
                without_slash(text).clone_into(&mut self.audience);
            }
            self.resource_manager = url;
        }
        if let Some(audience) = &endpoints.audience {
            without_slash(audience).clone_into(&mut self.audience);
        }
        if let Some(text) = &endpoints.authority {
            self.authority = address(text)?;
        }
        Ok(self)
    }

    /// The scope of tokens for Resource Manager.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/.default", self.audience)
    }
}

/// The address of a service. Plain http is for this machine alone, since a token travels with every request.
///
/// # Errors
/// It is no URL of a service, or asks for plain http to another machine.
pub fn address(text: &str) -> Result<Url, CloudError> {
    let bad = |reason: &str| {
        // Not repeated as it is: it can hold a password.
        let message =
            format!("this is no address of a service: {reason}; write for example \"https://management.azure.com\"");
        CloudError::new(CloudErrorKind::BadAddress, message)
    };
    let url = Url::parse(text).map_err(|error| bad("it cannot be read").caused_by(error))?;
    if !url.has_host() || !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it does not begin with \"https://\" and a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it holds a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it has a query or a fragment"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let message =
            format!("\"{url}\" would send tokens unencrypted; use \"https://\" (plain http is for this machine alone)");
        return Err(CloudError::new(CloudErrorKind::Unencrypted, message));
    }
    Ok(url)
}

/// Whether an address is on this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || literal.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

pub(super) fn without_slash(text: &str) -> &str {
    text.trim_end_matches('/')
}

impl CloudError {
    pub(super) fn new(kind: CloudErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(super) fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> CloudErrorKind {
        self.kind
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for CloudError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
#[path = "cloud_tests.rs"]
mod tests;
