//! Image Builder as an ARM service in this process.
