//! Which backend the tests use: the one in the provider's own process, or `backend = "azure"` with a `serve` process as Azure.

/// Where the provider sends its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The service in the provider's process.
    Local,
    /// The same service behind TLS, in a process of its own.
    Azure,
}

impl Backend {
    /// That of `IMAGEBUILDER_TEST_BACKEND`; local when the variable is not set.
    pub(crate) fn chosen() -> Self {
        match std::env::var("IMAGEBUILDER_TEST_BACKEND").as_deref() {
            Err(_) | Ok("local") => Self::Local,
            Ok("azure") => Self::Azure,
            Ok(other) => panic!("IMAGEBUILDER_TEST_BACKEND is {other:?}; write \"local\" or \"azure\""),
        }
    }
}

/// Why a test has nothing to show on Azure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LocalOnly {
    /// It is about the folder in which the local backend keeps everything; Azure has none that a configuration could name.
    RootFolder,
    /// It is about states of a release that knew no Azure.
    FormerRelease,
}

impl LocalOnly {
    /// Whether the tests use Azure now, so that this one is to be left out; said where people look for it.
    pub(crate) fn is_left_out(self) -> bool {
        let left_out = Backend::chosen() == Backend::Azure;
        if left_out {
            eprintln!("left out with backend = \"azure\": {self:?}");
        }
        left_out
    }
}
