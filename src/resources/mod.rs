//! Terraform resources, one folder a noun.
