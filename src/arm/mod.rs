//! The shared vocabulary of Azure Resource Manager: ids, names and typed bodies. No I/O.
