//! The provider block and the one list of what the provider offers.
